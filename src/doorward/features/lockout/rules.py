"""When an attempt may be made, when an account locks, and when it is open again.

Laws: exactly so many attempts as the rules allow are ever compared with a secret (LOCK-2): a place is reserved before
the comparison, failures and reservations together never exceed the limit. A lock's end is fixed when it is set
(LOCK-1). An automatic lock never overwrites a lock; an operator's or reported one replaces an automatic one (LOCK-5).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from doorward.features.accounts.model import AccountState, Lock, LockReason, Unlocker
from doorward.features.lockout.model import (
    AccountLocked,
    AccountUnlocked,
    AlreadyLocked,
    Context,
    Counter,
    Factor,
    InFlight,
    Lifted,
    NotLocked,
)
from doorward.kernel.act import Actor
from doorward.kernel.events import Entry
from doorward.kernel.ids import AccountId, parse_id
from doorward.kernel.outcome import Fact, Refused
from doorward.kernel.time import rfc3339, to_the_second

RESERVATION_LIFE = timedelta(seconds=30)
"""An attempt in flight for longer has lost its process, and counts as a failure (LOCK-2)."""
WAIT_SECONDS = 0.05
WAITS = 100
"""How many of these waits make the 5 s for which an attempt waits for those in flight (LOCK-2)."""
_WAIT_LIMIT = timedelta(seconds=5)
"""The upper bound in time; slow looks make fewer than `WAITS`."""
LAST_ADMINISTRATOR_LOCK = timedelta(minutes=15)
"""The last able administrator who is open is locked for this long whatever the rules say (RIGHT-5)."""
UNDO_FOR = timedelta(seconds=10)
"""For so long an unlock is taken back by whoever did it."""
UNKNOWN_NAME_LIFE = timedelta(hours=24)
"""A name that nobody has is forgotten after this long (LOCK-11)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the password rules say about one factor."""

    attempts: int
    """0 = never lock."""
    hours_locked: int
    """0 = until somebody unlocks."""


@dataclass(frozen=True, slots=True)
class Reserve:
    """Reserve a place: there is room."""


@dataclass(frozen=True, slots=True)
class WaitForOthers:
    """No room, but attempts in flight may give theirs back."""


@dataclass(frozen=True, slots=True)
class LockNow:
    """No room and none in flight: the account locks in this transaction."""


Admission = Reserve | WaitForOthers | LockNow


def standing_lock(lock: Lock | None, now: datetime) -> Lock | None:
    """Return the lock that stands now: a lapsed one counts as open at once (LOCK-9)."""
    return None if lock is None or lapsed(lock, now) else lock


def bars(lock: Lock | None, context: Context) -> bool:
    """Return whether a lock stops guesses: an automatic one not the proofs of a session opened before it (PROT-1)."""
    return lock is not None and not (lock.reason.automatic and context is Context.SESSION)


def lapsed(lock: Lock, now: datetime) -> bool:
    """Return whether a timed lock has come to its end."""
    return lock.ends_at is not None and lock.ends_at <= now


def admit(counter: Counter, limits: Limits) -> Admission:
    """Decide about an attempt on an account that is open (LOCK-2)."""
    if limits.attempts == 0 or counter.failures + counter.reserved < limits.attempts:
        return Reserve()
    return WaitForOthers() if counter.reserved else LockNow()


def opens_again(counter: Counter, limits: Limits, now: datetime) -> bool:
    """Return whether a name that nobody has opens again, as an account's timed lock would have lapsed (LOCK-11)."""
    if counter.changed_at is None or not limits.hours_locked or not locks(counter.failures, limits):
        return False
    return to_the_second(counter.changed_at) + timedelta(hours=limits.hours_locked) <= now


def locks(failures: int, limits: Limits) -> bool:
    """Return whether this number of consecutive failures locks."""
    return 0 < limits.attempts <= failures


def failure_lock(factor: Factor, limits: Limits, now: datetime, *, last_administrator: bool) -> Lock:
    """Make the lock that failures cause; the last able administrator's is short (RIGHT-5)."""
    at = to_the_second(now)
    if last_administrator:
        return Lock(at, LockReason.FAILURES, at + LAST_ADMINISTRATOR_LOCK, factor.value)
    ends_at = at + timedelta(hours=limits.hours_locked) if limits.hours_locked else None
    return Lock(at, LockReason.FAILURES, ends_at, factor.value)


def inactivity_lock(state: AccountState, created_at: datetime, days: int, now: datetime) -> Lock | None:
    """Make the lock of an account that nobody has used for `days` days (LOCK-1); 0 days never lock.

    Counted from the latest of last complete sign-in, unlock, enabling and creation.
    """
    used = (state.last_sign_in_at, state.unlocked_at, state.enabled_at, created_at)
    latest = max(instant for instant in used if instant is not None)
    if days == 0 or now - latest < timedelta(days=days):
        return None
    return Lock(to_the_second(now), LockReason.INACTIVITY)


def replace(present: Lock | None, wanted: Lock, now: datetime) -> AccountLocked | AlreadyLocked:
    """Decide which lock stands when one is wanted while another may stand (LOCK-5)."""
    present = standing_lock(present, now)
    if present is None or (present.reason.automatic and wanted.reason.by_hand):
        return AccountLocked(wanted)
    return AlreadyLocked(present)


def unlock(
    lock: Lock | None, now: datetime, by: str, *, may_lift_by_hand: bool
) -> AccountUnlocked | NotLocked | Refused:
    """Decide about an unlock; lifting an operator's or reported lock asks for `users:modify` (LOCK-12)."""
    lock = standing_lock(lock, now)
    if lock is None:
        return NotLocked()
    if lock.reason.by_hand and not may_lift_by_hand:
        return Refused("rights.missing", {"right": "users:modify"}, cause="locked by hand")
    return AccountUnlocked(lock, by, to_the_second(now))


def lifted(lock: Lock, before: AccountState) -> Lifted:
    """Return what lifting a lock changes, so that it can be put back as it was."""
    return Lifted(lock, Unlocker(before.unlocked_by, before.unlocked_by_id, before.unlocked_at))


def told(lift: Lifted) -> dict[str, Fact]:
    """Spell what was lifted as the details of the unlock's entry: there it is remembered for an undo."""
    before = lift.before
    facts: dict[str, Fact] = {
        "lock_reason": lift.lock.reason.value,
        "locked_at": rfc3339(lift.lock.at),
        "lock_ends_at": None if lift.lock.ends_at is None else rfc3339(lift.lock.ends_at),
        "lock_factor": lift.lock.factor,
        "unlocked_by_before": before.name,
        "unlocked_by_id_before": None if before.account is None else str(before.account),
        "unlocked_at_before": None if before.unlocked_at is None else rfc3339(before.unlocked_at),
    }
    return {name: value for name, value in facts.items() if value is not None}


def read_back(details: Mapping[str, Fact]) -> Lifted | None:
    """Read what was lifted from an entry's details; None where an older entry does not say it all."""
    said = {name: str(value) for name, value in details.items()}
    if "locked_at" not in said or "lock_reason" not in said:
        return None
    opener = parse_id(said.get("unlocked_by_id_before", ""))
    lock = Lock(
        at=datetime.fromisoformat(said["locked_at"]),
        reason=LockReason(said["lock_reason"]),
        ends_at=_instant(said.get("lock_ends_at")),
        factor=said.get("lock_factor"),
    )
    account = None if opener is None else AccountId(opener)
    return Lifted(lock, Unlocker(said.get("unlocked_by_before"), account, _instant(said.get("unlocked_at_before"))))


def judge_undo(unlock: Entry | None, state: AccountState, actor: Actor, now: datetime) -> Lifted | Refused:
    """Decide whether an unlock is taken back: by whoever unlocked, within 10 s, unless something has happened since."""
    remembered = None if unlock is None else read_back(unlock.details)
    if unlock is None or remembered is None or (unlock.actor_id, unlock.actor_name) != (actor.account, actor.name):
        return Refused("lockout.undo_nothing")
    if not unlock.at <= now <= unlock.at + UNDO_FOR:
        return Refused("lockout.undo_late")
    signed_in = state.last_sign_in_at is not None and state.last_sign_in_at >= unlock.at
    as_it_left_it = state.lock is None and state.unlocked_at == to_the_second(unlock.at)
    if signed_in or not as_it_left_it or lapsed(remembered.lock, now):
        return Refused("lockout.undo_changed")
    return remembered


def _instant(said: str | None) -> datetime | None:
    return None if said is None else datetime.fromisoformat(said)


def may_wait(since: datetime, now: datetime) -> bool:
    """Return whether an attempt that has waited for those in flight since then may go on waiting (LOCK-2)."""
    return now - since < _WAIT_LIMIT


def in_flight(now: datetime) -> InFlight:
    """Say between which instants an attempt must have been reserved to be still in flight."""
    return InFlight(now - RESERVATION_LIFE, now + RESERVATION_LIFE)
