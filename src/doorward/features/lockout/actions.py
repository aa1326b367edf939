"""Reserving and concluding attempts, locking and unlocking, and what the worker clears up."""

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
    Context,
    Factor,
    LockAccount,
    NotLocked,
    Reservation,
    UnlockAccount,
)
from doorward.features.lockout.store import Key
from doorward.features.notices import actions as notices
from doorward.features.notices.model import Kind, Told
from doorward.features.policy import actions as policy
from doorward.features.policy.rules import DEFAULT
from doorward.features.rights.actions import administrators
from doorward.features.rights.actions import facts as rights
from doorward.kernel.act import SYSTEM, Needs, act
from doorward.kernel.events import Checked, Event, Result
from doorward.kernel.ids import AccountId, new_id
from doorward.kernel.outcome import Fact, Refused
from doorward.kernel.time import rfc3339, to_the_second

_ATTEMPT = {Factor.PASSWORD: "signin.password", Factor.SECOND_FACTOR: "signin.code"}


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


def _unlocked(call: Call, standing: Standing) -> AccountUnlocked | NotLocked | Refused:
    """Decide about one account, and note what its entry says."""
    clear_lapsed(call, standing)
    by_hand = standing.state.locked_by_hand and may_lift_by_hand(call, standing.account.id)
    outcome = rules.unlock(standing.state.lock, call.now, call.actor.name, may_lift_by_hand=by_hand)
    if isinstance(outcome, AccountUnlocked):
        call.note.details |= rules.told(rules.lifted(outcome.lock, standing.state))
    return outcome


def reserve_attempt(
    call: Call, account: AccountId, factor: Factor, standing: Standing | None, context: Context = Context.EVERYWHERE
) -> Reservation | rules.WaitForOthers:
    """Reserve an attempt before it is checked, or say that it must wait for those in flight (LOCK-2).

    `standing` is None for a name that nobody has. Unknown, disabled and passwordless names are counted like all
    others, so that they wait, fill up and open again alike (LOCK-11); behind a lock a reservation counts nothing.
    """
    key, alive = Key(account, factor, context), rules.in_flight(call.now)
    counter = store.counter(call.sql, key, alive)
    lapsed = standing is not None and clear_lapsed(call, standing)
    if lapsed or counter.dead:
        _settle_dead_attempts(call, account, standing)
        counter, standing = store.counter(call.sql, key, alive), accounts.load(call, account)
    if standing is not None and lock_for_inactivity(call, standing):
        standing = accounts.load(call, account)
    limits = _limits(call, factor, standing)
    if standing is None and rules.opens_again(counter, limits, call.now):
        store.clear(call.sql, account, factor, call.now)
        counter = store.counter(call.sql, key, alive)
    lock = None if standing is None else rules.standing_lock(standing.state.lock, call.now)
    verdict = rules.admit(counter, limits)
    counted = not rules.bars(lock, context)
    if counted and isinstance(verdict, rules.WaitForOthers):
        return verdict
    if counted and isinstance(verdict, rules.LockNow):
        counted = False
        if standing is not None:
            lock_for_failures(call, standing, factor, counter.failures)
    reservation = Reservation(new_id(call.now, call.entropy), account, factor, counted, context)
    store.reserve(call.sql, reservation, call.now)
    return reservation


def release_attempt(call: Call, reservation: Reservation) -> bool:
    """End a reservation; False when it was counted as dead meanwhile, and what came of it counts no more."""
    return store.release(call.sql, reservation.account, reservation.id)


def conclude_attempt(call: Call, reservation: Reservation, standing: Standing | None, *, right: bool) -> None:
    """Count a released attempt as a failure unless it was right; one that reaches the limit locks the account."""
    if reservation.counted and not right:
        count_failures(call, reservation.account, reservation.factor, standing, context=reservation.context)


def count_failures(  # noqa: PLR0913 - a counter's key and what to add; the two defaults serve every caller but one
    call: Call,
    account: AccountId,
    factor: Factor,
    standing: Standing | None,
    *,
    count: int = 1,
    context: Context = Context.EVERYWHERE,
) -> Lock | None:
    """Count failures; give the lock if they caused one now. They begin anew after a lock that has lapsed (LOCK-4)."""
    if standing is not None:
        clear_lapsed(call, standing)
    key = Key(account, factor, context)
    failures = store.add_failures(call.sql, key, count, call.now, unknown_name=standing is None)
    if standing is None or not rules.locks(failures, _limits(call, factor, standing)):
        return None
    return lock_for_failures(call, standing, factor, failures)


def may_try(call: Call, standing: Standing, factor: Factor, context: Context = Context.EVERYWHERE) -> bool:
    """Tell whether one more guess may be compared, in a transaction that counts its failure itself."""
    return isinstance(admission(call, standing, factor, context), rules.Reserve)


def admission(call: Call, standing: Standing, factor: Factor, context: Context) -> rules.Admission:
    """Say whether one more guess may be compared now, must wait for those in flight, or none is left.

    An open account with no guess left (the limit was lowered) locks here (LOCK-2). An automatic lock stops guesses at a
    sign-in, not the proofs of a session opened before it (PROT-1).
    """
    if rules.bars(rules.standing_lock(standing.state.lock, call.now), context):
        return rules.LockNow()
    clear_lapsed(call, standing)
    counter = store.counter(call.sql, Key(standing.account.id, factor, context), rules.in_flight(call.now))
    verdict = rules.admit(counter, _limits(call, factor, standing))
    if isinstance(verdict, rules.LockNow):
        lock_for_failures(call, standing, factor, counter.failures)
    return verdict


def failures_of(call: Call, account: AccountId, factor: Factor) -> tuple[int, int]:
    """Tell how many failures in a row are counted of one factor, and how many the rules allow."""
    counter = store.counter(call.sql, Key(account, factor), rules.in_flight(call.now))
    return counter.failures, _limits(call, factor, accounts.load(call, account)).attempts


def clear_counters(call: Call, account: AccountId, *factors: Factor) -> None:
    """Set the counters of these factors to 0: a complete sign-in, a password reset (LOCK-4); all in one statement."""
    if {*factors} == {*Factor}:
        store.clear_accounts(call.sql, [account], call.now)
        return
    for factor in factors:
        store.clear(call.sql, account, factor, call.now)


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


def clear_lapsed_locks(call: Call, most: int) -> int:
    """Clear locks that have come to their end; for the worker."""
    found = accounts.load_many(call, accounts.lapsed(call, most))
    return sum(clear_lapsed(call, standing) for standing in found.values())


def has_dead_attempts(call: Call) -> bool:
    """Tell whether there are attempts whose process died; for the worker."""
    return bool(store.accounts_with_stale(call.sql, rules.in_flight(call.now), 1))


def settle_dead_attempts(call: Call, most: int) -> int:
    """Count attempts whose process died as failures; for the worker."""
    dead = store.accounts_with_stale(call.sql, rules.in_flight(call.now), most)
    for account in dead:
        _settle_dead_attempts(call, account, accounts.load(call, account))
    return len(dead)


def purge(call: Call) -> int:
    """Forget what was counted for names that nobody has (LOCK-11)."""
    return store.forget_unknown(call.sql, call.now - rules.UNKNOWN_NAME_LIFE)


def _settle_dead_attempts(call: Call, account: AccountId, standing: Standing | None) -> None:
    """Turn attempts older than 30 s into failures, each with its entry: nobody knows how they would have ended."""
    target, name = (None, None) if standing is None else (account, standing.account.user_name)
    for factor, context in store.take_stale(call.sql, account, rules.in_flight(call.now)):
        event = Event(_ATTEMPT[factor], Checked.CHECKED, Result.UNKNOWN, target=target, target_name=name)
        audit.record(replace(call, actor=SYSTEM), event)
        count_failures(call, account, factor, standing, context=context)


def lock_for_failures(call: Call, standing: Standing, factor: Factor, failures: int) -> Lock | None:
    """Lock an open account because of its failures; a lock that stands by now is never overwritten (LOCK-5).

    Not the last able administrator alone is spared a lock without end, but the last one who is still open: else a
    stranger who guesses at all of them, one after the other, would leave nobody who can sign in (RIGHT-5).
    """
    standing = accounts.load(call, standing.account.id) or standing
    last = administrators.last_open_administrator(call, standing.account.id)
    wanted = rules.failure_lock(factor, _limits(call, factor, standing), call.now, last_administrator=last)
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


def _lock_by_itself(call: Call, standing: Standing, lock: Lock, details: Mapping[str, Fact]) -> None:
    """Write an automatic lock with its entry, as the system's, and tell the person (LOCK-13)."""
    account, said = standing.account, {"lock_reason": lock.reason.value, **details}
    accounts.set_lock(call, account.id, lock)
    event = Event("lockout.locked", "done", target=account.id, target_name=account.user_name, details=said)
    audit.record(replace(call, actor=SYSTEM), event)
    tell_locked(call, standing, lock)


def _limits(call: Call, factor: Factor, standing: Standing | None) -> rules.Limits:
    settings = policy.password_rules(call, DEFAULT if standing is None else standing.state.password_rules)
    by_password, by_factor = settings.failures_before_lock, settings.second_factor_failures_before_lock
    return rules.Limits(by_password if factor is Factor.PASSWORD else by_factor, settings.hours_locked)


def may_lift_by_hand(call: Call, account: AccountId) -> bool:
    """Tell whether the actor may lift, and put back, an operator's or reported lock of an account (LOCK-12)."""
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


def _told(call: Call, standing: Standing, facts: Mapping[str, str | None]) -> Told:
    account = standing.account
    return Told(account.id, account.email, {**notices.about(call, account.user_name), **facts})
