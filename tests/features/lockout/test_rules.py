from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from doorward.features.accounts.model import AccountState, Lock, LockReason
from doorward.features.lockout import rules
from doorward.features.lockout.model import (
    AccountLocked,
    AccountUnlocked,
    AlreadyLocked,
    Context,
    Counter,
    Factor,
    InFlight,
    NotLocked,
)
from doorward.kernel.outcome import Refused

NOON = datetime(2026, 5, 4, 12, 0, 0, 250_000, tzinfo=UTC)
SECOND = timedelta(seconds=1)
FAILURES = Lock(NOON, LockReason.FAILURES)
TIMED = Lock(NOON, LockReason.FAILURES, NOON + timedelta(hours=2))
BY_HAND = Lock(NOON, LockReason.ADMINISTRATOR)
REPORTED = Lock(NOON, LockReason.REPORTED)
INACTIVE = Lock(NOON, LockReason.INACTIVITY)


@pytest.mark.parametrize(
    ("failures", "reserved", "limit", "expected"),
    [
        (0, 0, 5, rules.Reserve),
        (4, 0, 5, rules.Reserve),
        (0, 4, 5, rules.Reserve),
        (0, 5, 5, rules.WaitForOthers),
        (4, 1, 5, rules.WaitForOthers),
        (5, 0, 5, rules.LockNow),
        (9, 0, 5, rules.LockNow),
        (9, 1, 5, rules.WaitForOthers),
        (10_000, 64, 0, rules.Reserve),
    ],
)
def test_lock_2_a_place_is_there_as_long_as_failures_and_attempts_are_below_the_limit(
    failures: int, reserved: int, limit: int, expected: type
) -> None:
    """A guess is admitted only while all that may still fail fits below the limit; 0 never locks (LOCK-1)."""
    verdict = rules.admit(Counter(failures, reserved), rules.Limits(limit, 0))

    assert type(verdict) is expected


@pytest.mark.parametrize(("failures", "limit", "expected"), [(4, 5, False), (5, 5, True), (6, 5, True), (99, 0, False)])
def test_lock_2_the_last_allowed_failure_locks(failures: int, limit: int, expected: bool) -> None:
    """The Nth consecutive failure locks, and 0 never does."""
    assert rules.locks(failures, rules.Limits(limit, 0)) is expected


def test_lock_1_the_end_of_a_lock_is_fixed_when_it_is_set() -> None:
    """Two hours from the second in which it was set."""
    lock = rules.failure_lock(Factor.PASSWORD, rules.Limits(5, 2), NOON, last_administrator=False)

    assert lock == Lock(
        datetime(2026, 5, 4, 12, 0, tzinfo=UTC),
        LockReason.FAILURES,
        datetime(2026, 5, 4, 14, 0, tzinfo=UTC),
        "password",
    )


def test_lock_1_no_hours_mean_until_somebody_unlocks() -> None:
    """A lock of 0 hours has no end."""
    lock = rules.failure_lock(Factor.SECOND_FACTOR, rules.Limits(5, 0), NOON, last_administrator=False)

    assert lock.ends_at is None


@pytest.mark.parametrize("hours", [0, 48])
def test_right_5_the_last_able_administrator_is_locked_for_a_quarter_of_an_hour(hours: int) -> None:
    """Whatever the rules say."""
    lock = rules.failure_lock(Factor.PASSWORD, rules.Limits(5, hours), NOON, last_administrator=True)

    assert lock.ends_at == datetime(2026, 5, 4, 12, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("after", "stands"),
    [(timedelta(), True), (timedelta(hours=2) - SECOND, True), (timedelta(hours=2), False), (timedelta(days=9), False)],
)
def test_lock_9_a_lapsed_lock_counts_as_open_at_once(after: timedelta, stands: bool) -> None:
    """At its end to the microsecond, not a moment later."""
    assert (rules.standing_lock(TIMED, NOON + after) is not None) is stands


def test_lock_9_a_lock_without_end_never_lapses() -> None:
    """A century later it stands."""
    assert rules.standing_lock(FAILURES, NOON + timedelta(days=36_500)) is FAILURES


@pytest.mark.parametrize(
    ("present", "wanted", "replaced"),
    [
        (None, FAILURES, True),
        (None, BY_HAND, True),
        (FAILURES, FAILURES, False),
        (FAILURES, INACTIVE, False),
        (INACTIVE, FAILURES, False),
        (BY_HAND, FAILURES, False),
        (REPORTED, INACTIVE, False),
        (FAILURES, BY_HAND, True),
        (INACTIVE, REPORTED, True),
        (BY_HAND, REPORTED, False),
        (REPORTED, BY_HAND, False),
        (BY_HAND, BY_HAND, False),
    ],
)
def test_lock_5_which_lock_replaces_which(present: Lock | None, wanted: Lock, replaced: bool) -> None:
    """An automatic lock never overwrites one; an operator's or reported one replaces an automatic one."""
    outcome = rules.replace(present, wanted, NOON)

    assert outcome == (AccountLocked(wanted) if replaced else AlreadyLocked(present or wanted))


def test_lock_5_a_lapsed_lock_gives_way_to_any() -> None:
    """What has lapsed is open, and may be locked anew."""
    assert rules.replace(TIMED, FAILURES, NOON + timedelta(hours=3)) == AccountLocked(FAILURES)


@pytest.mark.parametrize("lock", [FAILURES, INACTIVE, TIMED])
def test_lock_7_an_automatic_lock_is_lifted_with_the_actors_name(lock: Lock) -> None:
    """Unlocked by and unlocked at are set, to the second."""
    outcome = rules.unlock(lock, NOON, "grace", may_lift_by_hand=False)

    assert outcome == AccountUnlocked(lock, "grace", datetime(2026, 5, 4, 12, 0, tzinfo=UTC))


@pytest.mark.parametrize("lock", [BY_HAND, REPORTED])
def test_lock_12_a_lock_set_by_hand_takes_the_right_to_modify(lock: Lock) -> None:
    """`users:unlock` alone lifts automatic locks only."""
    refused = rules.unlock(lock, NOON, "grace", may_lift_by_hand=False)
    lifted = rules.unlock(lock, NOON, "grace", may_lift_by_hand=True)

    assert isinstance(refused, Refused)
    assert refused.facts == {"right": "users:modify"}
    assert isinstance(lifted, AccountUnlocked)


@pytest.mark.parametrize(("lock", "after"), [(None, timedelta()), (TIMED, timedelta(hours=2))])
def test_unlocking_what_is_open_changes_nothing(lock: Lock | None, after: timedelta) -> None:
    """An open account and a lapsed lock are the same."""
    assert rules.unlock(lock, NOON + after, "grace", may_lift_by_hand=False) == NotLocked()


def test_lock_2_an_attempt_is_in_flight_for_thirty_seconds() -> None:
    """Older ones have lost their process, and so have those of later than now: the clock was set back."""
    assert rules.in_flight(NOON) == InFlight(NOON - timedelta(seconds=30), NOON + timedelta(seconds=30))


@pytest.mark.parametrize(("seconds", "may"), [(0, True), (4.999, True), (5, False), (60, False)])
def test_lock_2_an_attempt_waits_for_five_seconds(seconds: float, *, may: bool) -> None:
    """For those in flight, that may give their places back."""
    assert rules.may_wait(NOON, NOON + timedelta(seconds=seconds)) is may


@pytest.mark.parametrize(
    ("sign_in", "unlocked", "enabled", "days", "locked"),
    [
        (None, None, 40, 30, True),
        (29, None, 40, 30, False),
        (30, None, 40, 30, True),
        (40, 29, 40, 30, False),
        (40, 40, 29, 30, False),
        (400, 400, 400, 0, False),
    ],
)
def test_lock_1_days_are_counted_from_the_latest_use(
    sign_in: int | None, unlocked: int | None, enabled: int, days: int, *, locked: bool
) -> None:
    """Sign-in, unlock, enabling or creation, whichever was last; each given in days ago."""

    def ago(count: int | None) -> datetime | None:
        return None if count is None else NOON - timedelta(days=count)

    state = AccountState(
        1, None, None, None, ago(unlocked), NOON - timedelta(days=enabled), ago(sign_in), 1, excluded=False
    )
    lock = rules.inactivity_lock(state, NOON - timedelta(days=500), days, NOON)

    assert (lock is not None) is locked


@pytest.mark.parametrize(
    ("failures", "attempts", "hours", "after", "opens"),
    [
        (5, 5, 2, timedelta(hours=2), True),
        (5, 5, 2, timedelta(hours=2) - SECOND, False),
        (4, 5, 2, timedelta(hours=9), False),
        (5, 5, 0, timedelta(days=9), False),
        (9, 0, 2, timedelta(hours=9), False),
    ],
)
def test_lock_11_a_full_name_opens_again_when_a_timed_lock_would_lapse(
    failures: int, attempts: int, hours: int, after: timedelta, *, opens: bool
) -> None:
    """Counted from the failure that filled it; without an end it stays full."""
    counter = Counter(failures, 0, changed_at=NOON)

    assert rules.opens_again(counter, rules.Limits(attempts, hours), NOON + after) is opens


def test_lock_11_a_name_that_was_never_counted_has_nothing_to_open() -> None:
    """It is open."""
    assert rules.opens_again(Counter(0, 0), rules.Limits(5, 2), NOON) is False


@given(st.integers(0, 100), st.integers(0, 200), st.integers(0, 200))
def test_lock_2_admitting_never_oversteps_the_limit(limit: int, failures: int, reserved: int) -> None:
    """Whatever is counted, one more admitted guess still fits."""
    verdict = rules.admit(Counter(failures, reserved), rules.Limits(limit, 0))

    assert limit == 0 or not isinstance(verdict, rules.Reserve) or failures + reserved + 1 <= limit


class ManyGuessersAtOnce(RuleBasedStateMachine):
    """Guessers come, guess right or wrong or die, in any order; never are more than N wrong ones compared (LOCK-2)."""

    @initialize(limit=st.integers(1, 6))
    def begin(self, limit: int) -> None:
        """Begin with an open account."""
        self.limits = rules.Limits(limit, 0)
        self.failures = self.in_flight = self.compared_wrong = 0
        self.locked = False

    @rule()
    def come(self) -> None:
        """Somebody asks for a guess."""
        if self.locked:
            return
        match rules.admit(Counter(self.failures, self.in_flight), self.limits):
            case rules.Reserve():
                self.in_flight += 1
            case rules.LockNow():
                self.locked = True
            case rules.WaitForOthers():
                assert self.in_flight > 0

    @precondition(lambda self: self.in_flight > 0)
    @rule(wrong=st.booleans())
    def conclude(self, wrong: bool) -> None:
        """End a guess in flight; a dead one ends as wrong."""
        self.in_flight -= 1
        if wrong:
            self.failures += 1
            self.compared_wrong += 1
            self.locked = self.locked or rules.locks(self.failures, self.limits)

    @invariant()
    def never_more_than_allowed(self) -> None:
        """Neither compared nor about to be."""
        assert self.compared_wrong + self.in_flight <= self.limits.attempts

    @invariant()
    def locked_in_time(self) -> None:
        """Where all are used up, the account is locked."""
        assert self.locked or self.failures < self.limits.attempts


TestManyGuessersAtOnce = ManyGuessersAtOnce.TestCase


@pytest.mark.parametrize(
    ("reason", "context", "barred"),
    [
        (None, Context.EVERYWHERE, False),
        (None, Context.SESSION, False),
        (LockReason.FAILURES, Context.EVERYWHERE, True),
        (LockReason.FAILURES, Context.SESSION, False),
        (LockReason.INACTIVITY, Context.SESSION, False),
        (LockReason.ADMINISTRATOR, Context.EVERYWHERE, True),
        (LockReason.ADMINISTRATOR, Context.SESSION, True),
        (LockReason.REPORTED, Context.SESSION, True),
    ],
)
def test_which_locks_stop_guesses(reason: LockReason | None, context: Context, *, barred: bool) -> None:
    """At a sign-in every lock; in a session opened before it, one set by hand or reported (PROT-1)."""
    lock = None if reason is None else Lock(NOON, reason)

    assert rules.bars(lock, context) is barred
