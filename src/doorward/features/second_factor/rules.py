"""The states of a second factor, and what each deed changes in each of them: the tables of KEY.

Laws: an exclusion wins over everything else; an entry that has expired is none; but for the exclusion, which says so,
no deed ends in a way in by password alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from types import MappingProxyType

from doorward.features.accounts.model import AccountKind
from doorward.features.policy.model import TwoFactorSettings
from doorward.features.recovery_codes.rules import FRESH_FOR as RECOVERY_CODE_FRESH_FOR
from doorward.features.second_factor.model import (
    AllowlistEntry,
    Cause,
    FactorState,
)
from doorward.kernel.act import Actor, SessionFacts
from doorward.kernel.outcome import Refused

FRESH_FOR = timedelta(minutes=5)
"""How long a code of the present key is the fresh proof of the session that gave it (KEY-2)."""
UNDO_FOR = timedelta(seconds=10)
"""For so long an allowlist entry is taken back by whoever added it."""


class FactorDeed(StrEnum):
    """What operators do about an account's second factor; the rows of `TABLE`."""

    RESET = "reset"
    DELETE = "delete"
    ALLOW = "allow"
    WITHDRAW = "withdraw"
    EXCLUDE = "exclude"
    LIFT = "lift"


class FactorChange(Enum):
    """One thing that a deed changes; all that one deed changes is one transaction."""

    DELETE_FACTORS = "delete factors"
    PUT_ENTRY = "put entry"
    TAKE_ENTRY = "take entry"
    EXCLUDE = "exclude"
    LIFT = "lift"
    MOVE_EPOCH = "move epoch"


Changes = frozenset[FactorChange]
"""What a deed changes; nothing where things are already as wanted."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What the decision needs to know of the account."""

    kind: AccountKind
    factors: int
    entry: AllowlistEntry | None
    excluded: bool
    factor_due: bool = True
    """False where no factor was ever set up, reset or deleted: some methods let such an account in (DEV-2)."""


class Untouched(StrEnum):
    """An account that is blocked, though a method of DEV-2 may let it in: nothing was ever done about its factor."""

    NEVER_SET_UP = "never_set_up"


Column = FactorState | Untouched
"""What the table tells apart."""
_SET_UP, _MAY, _BLOCKED, _EXCLUDED = FactorState
(_NEVER,) = Untouched
_NOTHING: Changes = frozenset()
_RESET: Changes = frozenset({FactorChange.DELETE_FACTORS, FactorChange.PUT_ENTRY, FactorChange.MOVE_EPOCH})
_DELETE: Changes = frozenset({FactorChange.DELETE_FACTORS, FactorChange.TAKE_ENTRY, FactorChange.MOVE_EPOCH})
_PUT: Changes = frozenset({FactorChange.PUT_ENTRY})
_TAKE: Changes = frozenset({FactorChange.TAKE_ENTRY})
_EXCLUDE: Changes = frozenset({FactorChange.EXCLUDE})
_LIFT: Changes = frozenset({FactorChange.LIFT, FactorChange.MOVE_EPOCH})
"""Sessions that a password alone has opened end with the exclusion that allowed them."""

TABLE: Mapping[FactorDeed, Mapping[Column, Changes | str]] = MappingProxyType(
    {
        FactorDeed.RESET: {_SET_UP: _RESET, _MAY: _RESET, _BLOCKED: _RESET, _NEVER: _RESET, _EXCLUDED: _RESET},
        FactorDeed.DELETE: {
            _SET_UP: _DELETE,
            _MAY: _DELETE,
            _BLOCKED: _NOTHING,
            _NEVER: _DELETE,
            _EXCLUDED: "second_factor.excluded",
        },
        FactorDeed.ALLOW: {_SET_UP: _NOTHING, _MAY: _NOTHING, _BLOCKED: _PUT, _NEVER: _PUT},
        FactorDeed.WITHDRAW: {_SET_UP: _NOTHING, _MAY: _TAKE, _BLOCKED: _NOTHING, _NEVER: _NOTHING},
        FactorDeed.EXCLUDE: {
            _SET_UP: _EXCLUDE,
            _MAY: _EXCLUDE,
            _BLOCKED: _EXCLUDE,
            _NEVER: _EXCLUDE,
            _EXCLUDED: _NOTHING,
        },
        FactorDeed.LIFT: {_SET_UP: _NOTHING, _MAY: _NOTHING, _BLOCKED: _NOTHING, _NEVER: _NOTHING, _EXCLUDED: _LIFT},
    }
)
"""What each deed changes in each state, or the code of its refusal (KEY-3 to KEY-5, KEY-8).

A delete blocks an account that never had a factor, too: no method of DEV-2 lets it in afterwards.
"""

BENEATH = frozenset({FactorDeed.ALLOW, FactorDeed.WITHDRAW})
"""Deeds on the allowlist alone: they look at the state beneath an exclusion, and leave the exclusion as it is."""


def state(factors: int, entry: AllowlistEntry | None, now: datetime, *, excluded: bool) -> FactorState:
    """Return what follows a right password: the table of KEY."""
    if excluded:
        return FactorState.EXCLUDED
    if factors:
        return FactorState.SET_UP
    return FactorState.MAY_SET_UP if live(entry, now) else FactorState.BLOCKED


def live(entry: AllowlistEntry | None, now: datetime) -> bool:
    """Return whether an entry still permits a set-up (KEY-13)."""
    return entry is not None and now < entry.expires_at


def decide(deed: FactorDeed, situation: Situation, now: datetime) -> Changes | Refused:
    """Return what a deed changes; refuse with `second_factor.internal_only` or `second_factor.excluded` (KEY-4)."""
    if deed is FactorDeed.DELETE and situation.kind is AccountKind.EXTERNAL:
        return Refused("second_factor.internal_only")
    found = TABLE[deed][_column(replace(situation, excluded=False) if deed in BENEATH else situation, now)]
    return Refused(found) if isinstance(found, str) else found


def _column(seen: Situation, now: datetime) -> Column:
    found = state(seen.factors, seen.entry, now, excluded=seen.excluded)
    return found if found is not FactorState.BLOCKED or seen.factor_due else Untouched.NEVER_SET_UP


def judge_unassign(kind: AccountKind, *, blocks: bool) -> Refused | None:
    """Refuse to take the token whose want would block an external account, like a delete (KEY-4)."""
    return Refused("second_factor.internal_only") if blocks and kind is AccountKind.EXTERNAL else None


def expiry(cause: Cause, settings: TwoFactorSettings, now: datetime) -> datetime:
    """Return until when an entry lasts: longer for a new account than after whatever an operator did (KEY-13)."""
    if cause is Cause.NEW_ACCOUNT:
        return now + timedelta(days=settings.allowlist_days_for_new_account)
    return now + timedelta(hours=settings.allowlist_hours_after_reset)


def judge_undo(entry: AllowlistEntry | None, actor: Actor, now: datetime) -> Refused | None:
    """Refuse to take back an entry that the actor has not just added: a used one is there no more."""
    if entry is None or entry.cause is not Cause.ALLOWED or not _added_by(entry, actor):
        return Refused("second_factor.undo_nothing")
    in_time = entry.added_at <= now <= entry.added_at + UNDO_FOR
    return None if in_time else Refused("second_factor.undo_late")


def _added_by(entry: AllowlistEntry, actor: Actor) -> bool:
    return (entry.added_by_id, entry.added_by) == (actor.account, actor.name)


def judge_temporary_code(
    seen: FactorState, *, asked_at_sign_in: bool, address_usable: bool, changed_by_actor: bool
) -> Refused | None:
    """Refuse a temporary access code where the ordinary way is open, or to whoever could use it (KEY-10).

    It is asked for before a set-up, and of an account with a factor where the rules ask at every sign-in (DEV-2).
    """
    if seen is not FactorState.MAY_SET_UP and not (seen is FactorState.SET_UP and asked_at_sign_in):
        return Refused("second_factor.not_allowed_to_set_up")
    if address_usable:
        return Refused("second_factor.address_usable")
    if changed_by_actor:
        return Refused("second_factor.changed_by_actor")
    return None


def fresh_until(session: SessionFacts) -> datetime | None:
    """Return when a session's fresh proof ends: a code's (KEY-2), or its own recovery code's (KEY-1)."""
    lasts = RECOVERY_CODE_FRESH_FOR if session.own_page_only else FRESH_FOR
    return None if session.fresh_at is None else session.fresh_at + lasts


def fresh(session: SessionFacts, now: datetime) -> bool:
    """Return whether a session has given its fresh proof."""
    until = fresh_until(session)
    return until is not None and now < until
