"""Reserving attempts before they are checked, and counting their failures."""

from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Any, TypeVar

from doorward.edges.call import Call, Resumed
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import Lock, Standing
from doorward.features.audit import actions as audit
from doorward.features.lockout import rules, store
from doorward.features.lockout.actions import locking
from doorward.features.lockout.model import Context, Factor, Reservation
from doorward.features.lockout.store import Key
from doorward.kernel.act import SYSTEM
from doorward.kernel.events import Checked, Event, Result
from doorward.kernel.ids import AccountId, new_id
from doorward.kernel.outcome import Place, Wait

A = TypeVar("A")

_ATTEMPT = {Factor.PASSWORD: "signin.password", Factor.SECOND_FACTOR: "signin.code"}


def reserve_attempt(
    call: Call, account: AccountId, factor: Factor, standing: Standing | None, context: Context = Context.EVERYWHERE
) -> Reservation | rules.WaitForOthers:
    """Reserve an attempt before it is checked, or say that it must wait for those in flight (LOCK-2).

    `standing` is None for a name that nobody has. Unknown, disabled and passwordless names are counted like all
    others, so that they wait, fill up and open again alike (LOCK-11); behind a lock a reservation counts nothing.
    """
    key, alive = Key(account, factor, context), rules.in_flight(call.now)
    counter = store.counter(call.sql, key, alive)
    lapsed = standing is not None and locking.clear_lapsed(call, standing)
    if lapsed or counter.dead:
        settle_dead(call, account, standing)
        counter, standing = store.counter(call.sql, key, alive), accounts.load(call, account)
    if standing is not None and locking.lock_for_inactivity(call, standing):
        standing = accounts.load(call, account)
    limits = locking.limits_of(call, factor, standing)
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
            locking.lock_for_failures(call, standing, factor, counter.failures)
    reservation = Reservation(new_id(call.now, call.entropy), account, factor, counted, context)
    store.reserve(call.sql, reservation, call.now)
    return reservation


def reserved(act: str, reserve: Callable[[Call], A]) -> Generator[Any, Resumed, A]:
    """Reserve in a step of its own, tried again while those in flight may still give theirs back (LOCK-2).

    A place in the hash queue is taken first; whoever waited in vain is told to wait still (`WaitForOthers`).
    """
    resumed: Resumed = yield Place(act)
    found, since = reserve(resumed.call), resumed.call.now
    for _ in range(rules.WAITS):
        if not isinstance(found, rules.WaitForOthers) or not resumed.answer:
            break
        if not rules.may_wait(since, resumed.call.now):
            break
        resumed = yield Wait(rules.WAIT_SECONDS)
        if resumed.answer:
            found = reserve(resumed.call)
    return found


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
        locking.clear_lapsed(call, standing)
    key = Key(account, factor, context)
    failures = store.add_failures(call.sql, key, count, call.now, unknown_name=standing is None)
    if standing is None or not rules.locks(failures, locking.limits_of(call, factor, standing)):
        return None
    return locking.lock_for_failures(call, standing, factor, failures)


def may_try(call: Call, standing: Standing, factor: Factor, context: Context = Context.EVERYWHERE) -> bool:
    """Return whether one more guess may be compared, in a transaction that counts its failure itself."""
    return isinstance(admission(call, standing, factor, context), rules.Reserve)


def admission(call: Call, standing: Standing, factor: Factor, context: Context) -> rules.Admission:
    """Return whether one more guess may be compared now, must wait for those in flight, or none is left.

    An open account with no guess left (the limit was lowered) locks here (LOCK-2). An automatic lock stops guesses at a
    sign-in, not the proofs of a session opened before it (PROT-1).
    """
    if rules.bars(rules.standing_lock(standing.state.lock, call.now), context):
        return rules.LockNow()
    locking.clear_lapsed(call, standing)
    counter = store.counter(call.sql, Key(standing.account.id, factor, context), rules.in_flight(call.now))
    verdict = rules.admit(counter, locking.limits_of(call, factor, standing))
    if isinstance(verdict, rules.LockNow):
        locking.lock_for_failures(call, standing, factor, counter.failures)
    return verdict


def failures_of(call: Call, account: AccountId, factor: Factor) -> tuple[int, int]:
    """Return how many failures in a row are counted of one factor, and how many the rules allow."""
    counter = store.counter(call.sql, Key(account, factor), rules.in_flight(call.now))
    return counter.failures, locking.limits_of(call, factor, accounts.load(call, account)).attempts


def clear_counters(call: Call, account: AccountId, *factors: Factor) -> None:
    """Set the counters of these factors to 0: a complete sign-in, a password reset (LOCK-4); all in one statement."""
    if {*factors} == {*Factor}:
        store.clear_accounts(call.sql, [account], call.now)
        return
    for factor in factors:
        store.clear(call.sql, account, factor, call.now)


def settle_dead(call: Call, account: AccountId, standing: Standing | None) -> None:
    """Turn attempts older than 30 s into failures, each with its entry: nobody knows how they would have ended."""
    target, name = (None, None) if standing is None else (account, standing.account.user_name)
    for factor, context in store.take_stale(call.sql, account, rules.in_flight(call.now)):
        event = Event(_ATTEMPT[factor], Checked.CHECKED, Result.UNKNOWN, target=target, target_name=name)
        audit.record(replace(call, actor=SYSTEM), event)
        count_failures(call, account, factor, standing, context=context)
