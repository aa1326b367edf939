"""Locking and unlocking by hand, and the locks that come and end by themselves."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import Lock, LockReason, Standing
from doorward.features.audit import actions as audit
from doorward.features.lockout import rules, store
from doorward.features.lockout.model import (
    AccountLocked,
    AccountUnlocked,
    AlreadyLocked,
    Factor,
    LockAccount,
    NotLocked,
    UnlockAccount,
)
from doorward.features.notices import actions as notices
from doorward.features.notices.model import Kind, Told
from doorward.features.policy import actions as policy
from doorward.features.policy.rules import DEFAULT
from doorward.features.rights.actions import administrators
from doorward.features.rights.actions import facts as rights
from doorward.kernel.act import SYSTEM, Needs, act
from doorward.kernel.events import Event
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Fact, Refused
from doorward.kernel.time import rfc3339, to_the_second


@act("users:modify", event="lockout.locked", needs=(Needs.ANOTHER, Needs.ADMINISTRATOR_LEFT))
def lock_account(call: Call, command: LockAccount) -> AccountLocked | AlreadyLocked:
    """Lock an account by hand: bars every way in and ends all its sessions (LOCK-5)."""
    standing = accounts.existing(call, command.account)
    clear_lapsed(call, standing)
    wanted = Lock(to_the_second(call.now), LockReason.ADMINISTRATOR)
    outcome = rules.replace(standing.state.lock, wanted, call.now)
    if isinstance(outcome, AccountLocked):
        accounts.set_lock(call, command.account, outcome.lock)
        accounts.move_epoch(call, command.account)
        call.note.details["lock_reason"] = outcome.lock.reason.value
        tell_locked(call, standing, outcome.lock)
    return outcome


@act("users:unlock", event="lockout.unlocked", needs=(Needs.ANOTHER, Needs.LIFTABLE_LOCK))
def unlock_account(call: Call, command: UnlockAccount) -> AccountUnlocked | NotLocked | Refused:
    """Open a locked account again; the actor is never the target (LOCK-7, LOCK-8)."""
    return unlock_each([(call, accounts.existing(call, command.account))])[0]


def unlock_each(asked: Sequence[tuple[Call, Standing]]) -> list[AccountUnlocked | NotLocked | Refused]:
    """Open locked accounts again, each with its own call of one transaction: all are decided, then written at once."""
    outcomes = [_unlocked(call, standing) for call, standing in asked]
    opened = [(*one, what) for one, what in zip(asked, outcomes, strict=True) if isinstance(what, AccountUnlocked)]
    if opened:
        call, _, first = opened[0]
        ids = [standing.account.id for _, standing, _ in opened]
        accounts.set_unlocked(call, ids, first.unlocked_at)
        store.clear_accounts(call.sql, ids, call.now)
        by = {"by": call.actor.name, "at": rfc3339(first.unlocked_at)}
        notices.tell_each(call, Kind.ACCOUNT_UNLOCKED, [_told(call, standing, by) for _, standing, _ in opened])
    return outcomes


def clear_lapsed(call: Call, standing: Standing) -> bool:
    """Clear and record a lock that has come to its end, once, whoever meets it first (LOCK-9); tell whether it has."""
    lock, account = standing.state.lock, standing.account
    if lock is None or lock.ends_at is None or not rules.lapsed(lock, call.now):
        return False
    if not accounts.end_lock(call, account.id, lock.ends_at):
        return True
    store.clear_accounts(call.sql, [account.id], call.now)
    event = Event("lockout.lapsed", "done", target=account.id, target_name=account.user_name)
    audit.record(replace(call, actor=SYSTEM), event)
    notices.tell_each(call, Kind.ACCOUNT_UNLOCKED, [_told(call, standing, {"by": ""})])
    return True


def lock_for_failures(call: Call, standing: Standing, factor: Factor, failures: int) -> Lock | None:
    """Lock an open account because of its failures; a lock that stands by now is never overwritten (LOCK-5).

    Not the last able administrator alone is spared a lock without end, but the last one who is still open: else a
    stranger who guesses at all of them, one after the other, would leave nobody who can sign in (RIGHT-5).
    """
    standing = accounts.load(call, standing.account.id) or standing
    last = administrators.last_open_administrator(call, standing.account.id)
    wanted = rules.failure_lock(factor, limits_of(call, factor, standing), call.now, last_administrator=last)
    if isinstance(rules.replace(standing.state.lock, wanted, call.now), AlreadyLocked):
        return None
    details: dict[str, Fact] = {"factor": factor.value, "failures": failures, "address": call.origin.address}
    _lock_by_itself(call, standing, wanted, details)
    return wanted


def lock_for_inactivity(call: Call, standing: Standing) -> bool:
    """Lock an open account that nobody has used for too long (LOCK-1), but never the last administrator (RIGHT-5)."""
    days = policy.password_rules(call, standing.state.password_rules).days_inactive_before_lock
    wanted = rules.inactivity_lock(standing.state, standing.account.created_at, days, call.now)
    if wanted is None or isinstance(rules.replace(standing.state.lock, wanted, call.now), AlreadyLocked):
        return False
    if administrators.last_open_administrator(call, standing.account.id):
        return False
    _lock_by_itself(call, standing, wanted, {})
    return True


def may_lift_by_hand(call: Call, account: AccountId) -> bool:
    """Return whether the actor may lift, and put back, an operator's or reported lock of an account (LOCK-12)."""
    return rights.holds_over(call, call.actor, "users:modify", account)


def tell_locked(call: Call, standing: Standing, lock: Lock) -> None:
    """Tell the person that their account is locked (LOCK-13)."""
    facts = {
        "at": rfc3339(lock.at),
        "lock_reason": lock.reason.value,
        "ends_at": None if lock.ends_at is None else rfc3339(lock.ends_at),
        "address": call.origin.address if lock.reason.automatic else "",
    }
    notices.tell_each(call, Kind.ACCOUNT_LOCKED, [_told(call, standing, facts)])


def limits_of(call: Call, factor: Factor, standing: Standing | None) -> rules.Limits:
    """Return how many failures of a factor lock, and for how long; the default rules serve a name that nobody has."""
    settings = policy.password_rules(call, DEFAULT if standing is None else standing.state.password_rules)
    by_password, by_factor = settings.failures_before_lock, settings.second_factor_failures_before_lock
    return rules.Limits(by_password if factor is Factor.PASSWORD else by_factor, settings.hours_locked)


def _unlocked(call: Call, standing: Standing) -> AccountUnlocked | NotLocked | Refused:
    """Decide about one account, and note what its entry says."""
    clear_lapsed(call, standing)
    by_hand = standing.state.locked_by_hand and may_lift_by_hand(call, standing.account.id)
    outcome = rules.unlock(standing.state.lock, call.now, call.actor.name, may_lift_by_hand=by_hand)
    if isinstance(outcome, AccountUnlocked):
        call.note.details |= rules.told(rules.lifted(outcome.lock, standing.state))
    return outcome


def _lock_by_itself(call: Call, standing: Standing, lock: Lock, details: Mapping[str, Fact]) -> None:
    """Write an automatic lock with its entry, as the system's, and tell the person (LOCK-13)."""
    account, said = standing.account, {"lock_reason": lock.reason.value, **details}
    accounts.set_lock(call, account.id, lock)
    event = Event("lockout.locked", "done", target=account.id, target_name=account.user_name, details=said)
    audit.record(replace(call, actor=SYSTEM), event)
    tell_locked(call, standing, lock)


def _told(call: Call, standing: Standing, facts: Mapping[str, str | None]) -> Told:
    account = standing.account
    return Told(account.id, account.email, {**notices.about(call, account.user_name), **facts})
