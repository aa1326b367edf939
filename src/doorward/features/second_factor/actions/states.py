"""What other features ask of the second factor, and how a deed that the table has decided is carried out."""

from collections.abc import Sequence
from dataclasses import dataclass

from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import Standing
from doorward.features.audit import actions as audit
from doorward.features.devices import actions as devices
from doorward.features.links import actions as links
from doorward.features.notices import actions as notices
from doorward.features.notices.model import Kind
from doorward.features.otp import actions as otp
from doorward.features.passkeys.actions import keeping as passkeys
from doorward.features.policy import actions as policy
from doorward.features.recovery_codes import actions as recovery_codes
from doorward.features.second_factor import rules, store
from doorward.features.second_factor.model import (
    AllowlistEntry,
    Cause,
    Exclusion,
    FactorState,
)
from doorward.features.second_factor.rules import Changes, FactorChange, FactorDeed, Situation
from doorward.kernel.act import SYSTEM
from doorward.kernel.events import Event
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Fact, Refused
from doorward.kernel.time import rfc3339


@dataclass(frozen=True, slots=True)
class Decided:
    """What a deed changes about an account, and the entry that it would put on the allowlist."""

    standing: Standing
    changes: Changes
    entry: AllowlistEntry


def factor_state(call: Call, standing: Standing) -> FactorState:
    """Say what follows the account's right password: the table of KEY; only without a factor the allowlist counts."""
    state = standing.state
    entry = entry_of(call, standing.account.id) if not state.factors and not state.excluded else None
    return rules.state(state.factors, entry, call.now, excluded=state.excluded)


def entry_of(call: Call, account: AccountId) -> AllowlistEntry | None:
    """Load an account's allowlist entry, an expired one too (KEY-13)."""
    return store.entry(call.sql, account)


def exclusion_of(call: Call, account: AccountId) -> Exclusion | None:
    """Load an account's exclusion."""
    return store.exclusion(call.sql, account)


def allow_on_creation(call: Call, account: AccountId, cause: Cause = Cause.NEW_ACCOUNT) -> AllowlistEntry:
    """Let an account begin on the allowlist, and record it once; whether it does is for the caller to say (KEY-12)."""
    standing_entry = entry_of(call, account)
    if standing_entry is not None and rules.live(standing_entry, call.now):
        return standing_entry
    entry = _new_entry(call, account, cause, None)
    store.put_entry(call.sql, entry)
    standing = accounts.load(call, account)
    name = None if standing is None else standing.account.user_name
    details: dict[str, Fact] = {"cause": cause.value, "until": rfc3339(entry.expires_at)}
    audit.record(call, Event("allowlist.added", "done", target=account, target_name=name, details=details))
    return entry


def allow_new(call: Call, people: Sequence[tuple[AccountId, str]]) -> None:
    """Let new accounts begin on the allowlist, each with its entry in the trail: for an import (KEY-12)."""
    entries = [_new_entry(call, account, Cause.NEW_ACCOUNT, None) for account, _ in people]
    if not entries:
        return
    store.add_entries(call.sql, entries)
    details: dict[str, Fact] = {"cause": Cause.NEW_ACCOUNT.value, "until": rfc3339(entries[0].expires_at)}
    audit.record_each(call, Event("allowlist.added", "done", details=details), people)


def start_over(call: Call, standing: Standing) -> AllowlistEntry:
    """Make an account begin anew, for `rescue`: no factor, no exclusion, one set-up allowed (RIGHT-5).

    The epoch is for the caller to move, together with whatever else bars the account.
    """
    account = standing.account.id
    delete_factors(call, account)
    store.lift(call.sql, account)
    accounts.set_excluded(call, account, excluded=False)
    entry = _new_entry(call, account, Cause.RESCUE, None)
    store.put_entry(call.sql, entry)
    return entry


def use_up_allowlist_entry(call: Call, account: AccountId) -> bool:
    """Spend the account's entry on a set-up; False when none stands: of two at once one is told True (KEY-13)."""
    return store.use_up_entry(call.sql, account, call.now)


def delete_factors(call: Call, account: AccountId) -> int:
    """Delete every second factor and all that stands in for one; say how many factors there were (KEY-3, KEY-4)."""
    recovery_codes.delete_codes(call, account)
    devices.delete_codes_of(call, account)
    devices.forget_devices_of(call, account)
    deleted = otp.delete_keys(call, account) + passkeys.delete_passkeys(call, account)
    accounts.clear_factors(call, account)
    return deleted


def decide(call: Call, deed: FactorDeed, account: AccountId, reason: str | None) -> Decided | Refused:
    """Ask the table what a deed changes about an account."""
    standing = accounts.existing(call, account)
    situation = Situation(
        kind=standing.account.kind,
        factors=standing.state.factors,
        entry=store.entry(call.sql, account),
        excluded=standing.state.excluded,
        factor_due=standing.state.factor_due,
    )
    changes = rules.decide(deed, situation, call.now)
    if isinstance(changes, Refused):
        return changes
    cause = Cause.RESET if deed is FactorDeed.RESET else Cause.ALLOWED
    return Decided(standing, changes, _new_entry(call, account, cause, reason))


def carry_out(call: Call, decided: Decided) -> int:
    """Do what was decided, all in this transaction; say how many factors were deleted."""
    account, changes = decided.standing.account.id, decided.changes
    deleted = delete_factors(call, account) if FactorChange.DELETE_FACTORS in changes else 0
    if FactorChange.PUT_ENTRY in changes:
        store.put_entry(call.sql, decided.entry)
        call.note.details["until"] = rfc3339(decided.entry.expires_at)
    if FactorChange.TAKE_ENTRY in changes:
        store.take_entry(call.sql, account)
        devices.delete_codes_of(call, account)
    if FactorChange.EXCLUDE in changes:
        store.exclude(call.sql, _exclusion(decided.entry))
        accounts.set_excluded(call, account, excluded=True)
    if FactorChange.LIFT in changes:
        store.lift(call.sql, account)
        accounts.set_excluded(call, account, excluded=False)
    if FactorChange.MOVE_EPOCH in changes:
        accounts.move_epoch(call, account)
    return deleted


def tell(call: Call, standing: Standing, kind: Kind, **facts: Fact) -> None:
    """Tell the account's owner what was done, by whom and when, with a link to say *this was not me* (DESK-3)."""
    account = standing.account
    known = {**notices.about(call, account.user_name), "by": call.actor.name, **facts}
    links.tell_with_not_me(call, account.id, account.email, kind, known)


def tell_own(call: Call, standing: Standing, kind: Kind, **facts: Fact) -> None:
    """Tell the account's owner what was done in their own name, and from where besides."""
    tell(call, standing, kind, address=call.origin.address, user_agent=call.origin.user_agent, **facts)


def changed_by_actor(call: Call, account: AccountId) -> bool:
    """Ask whether the operator could use what they hand out; the server's owner is not asked (KEY-10, RIGHT-8)."""
    operator = call.actor.account
    return operator is not None and accounts.changed_credentials_recently(call, account, operator)


def _new_entry(call: Call, account: AccountId, cause: Cause, reason: str | None) -> AllowlistEntry:
    return AllowlistEntry(
        account=account,
        cause=cause,
        added_at=call.now,
        added_by=call.actor.name or SYSTEM.name,
        added_by_id=call.actor.account,
        reason=reason or "",
        expires_at=rules.expiry(cause, policy.two_factor(call), call.now),
    )


def _exclusion(entry: AllowlistEntry) -> Exclusion:
    """Say of an exclusion who made it, when and why, as an entry would."""
    return Exclusion(entry.account, entry.added_at, entry.added_by, entry.added_by_id, entry.reason)
