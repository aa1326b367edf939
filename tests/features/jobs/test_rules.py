from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.features.accounts.model import Lock, LockReason
from doorward.features.directory.model import Search
from doorward.features.jobs import rules
from doorward.features.jobs.model import Beginner, Frontier, Job, JobKind, JobOver, JobState, StartJob
from doorward.kernel.act import NOBODY, Actor, OnBehalf, Owner
from doorward.kernel.events import Door, Origin
from doorward.kernel.ids import AccountId, JobId
from doorward.kernel.outcome import Done, Refused

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
GRACE = AccountId(UUID(int=12))
OPERATOR = Beginner(GRACE, "grace", 3, used_second_factor=True, origin=Origin(Door.API))
OWNER = Beginner(None, "cli:root", None, used_second_factor=False, origin=Origin(Door.CLI))


@pytest.mark.parametrize("reason", [LockReason.FAILURES, LockReason.INACTIVITY])
def test_automatic_lock_is_lifted(reason: LockReason) -> None:
    """LOCK-12: a bulk unlock touches these."""
    assert rules.touches(Lock(NOON, reason)) is None


@pytest.mark.parametrize("reason", [LockReason.ADMINISTRATOR, LockReason.REPORTED])
def test_lock_by_hand_is_left_alone(reason: LockReason) -> None:
    """LOCK-12: and not these, whatever rights the actor holds."""
    assert rules.touches(Lock(NOON, reason)) == Refused("lockout.by_hand", cause=reason.value)


def test_open_account_may_be_touched() -> None:
    """It is simply unchanged."""
    assert rules.touches(None) is None


@pytest.mark.parametrize(
    ("beginner", "epoch", "acts"),
    [(OPERATOR, 3, True), (OPERATOR, 4, False), (OPERATOR, None, False), (OWNER, None, True)],
    ids=["same epoch", "moved on", "account gone", "owner"],
)
def test_job_acts_while_its_beginner_has_the_same_epoch(beginner: Beginner, epoch: int | None, *, acts: bool) -> None:
    """Signing out moves no epoch; a reset, a lock by hand or disabling does, and stops the job."""
    assert (rules.still_acts(beginner, epoch) is None) is acts


def test_worker_goes_on_as_whoever_began() -> None:
    """With the operator's rights of now, or as the server's owner."""
    assert rules.caller(OPERATOR) == OnBehalf(GRACE, used_second_factor=True)
    assert rules.caller(OWNER) == Owner("cli:root")


@pytest.mark.parametrize(
    ("outcome", "stands"),
    [
        (Done(), ("done", None)),
        (JobOver(), ("unchanged", None)),
        (Refused("lockout.self"), ("refused", "lockout.self")),
    ],
)
def test_item_shows_its_outcome_and_code(outcome: Done | JobOver | Refused, stands: tuple[str, str | None]) -> None:
    """Each account speaks for itself."""
    assert rules.item_outcome(outcome) == stands


def test_key_is_kept_as_a_hash() -> None:
    """SHA-256, whatever was sent."""
    key = sha256(b"unlocks\0a").digest()

    assert rules.key_hash(JobKind.UNLOCKS, None) is None
    assert rules.key_hash(JobKind.UNLOCKS, "a") == key
    assert rules.key_hash(JobKind.RESETS, "a") != key
    assert len(rules.key_hash(JobKind.UNLOCKS, "\ud800") or b"") == 32


@pytest.mark.parametrize(
    ("kind", "search", "frozen"),
    [
        (JobKind.UNLOCKS, Search("a", cursor="x"), Search("a", locked=True)),
        (JobKind.RESETS, Search("a", cursor="x"), Search("a")),
        (JobKind.RESETS, Search(locked=True), Search(locked=True)),
    ],
)
def test_search_of_a_job_is_of_any_page(kind: JobKind, search: Search, frozen: Search) -> None:
    """And for unlocking of the locked alone."""
    assert rules.frozen(kind, search) == frozen


@pytest.mark.parametrize(
    ("size", "milliseconds", "following"),
    [
        (5, 0, 10),  # a clock that stands still
        (5, 1, 10),  # short: twice as many
        (5, 12, 8),  # as many as fit
        (100, 20, 100),  # as long as it should be
        (100, 40, 50),  # twice as long
        (100, 2_000, 5),  # never fewer than a few: what is the same for each piece would cost more than its items
        (200, 1, 250),  # nor more than so many
        (100, -5, 200),  # a clock that was set back
    ],
)
def test_a_piece_has_as_many_items_as_its_time_allows(size: int, milliseconds: int, following: int) -> None:
    """LOCK-12: grown step by step, and cut at once when the machine is slower."""
    assert rules.next_size(size, timedelta(milliseconds=milliseconds)) == following


@pytest.mark.parametrize(
    ("since_others", "aim"),
    [(None, 20), (0, 5), (999, 5), (1_000, 20), (-1, 20)],
    ids=["never", "now", "just", "long ago", "a clock that was set back"],
)
def test_a_piece_is_shorter_where_others_wait(since_others: int | None, aim: int) -> None:
    """LOCK-12: a sign-in writes three times, and waits for a piece each time."""
    ago = None if since_others is None else timedelta(milliseconds=since_others)

    assert rules.aim(ago) == timedelta(milliseconds=aim)
    assert rules.next_size(100, timedelta(milliseconds=20), rules.aim(ago)) == 5 * aim


@given(st.floats(0.01, 9), st.floats(0, 8), st.integers(5, 250))
def test_a_steady_machine_is_held_for_no_longer_than_foreseen(each: float, whole: float, size: int) -> None:
    """However long an item takes, from the second piece on none takes more than 20 ms, or has more than five items."""
    for _ in range(20):
        held = timedelta(milliseconds=whole + size * each)
        before, size = size, rules.next_size(size, held)

        assert size <= 5 or size * held / before <= timedelta(milliseconds=20.001)


def test_items_are_grouped_by_their_outcome() -> None:
    """So that one statement settles those that came to the same."""
    one, two, three = (AccountId(UUID(int=number)) for number in (1, 2, 3))

    assert rules.outcomes({one: Done(), two: Refused("lockout.self"), three: Done()}) == {
        ("done", None): [one, three],
        ("refused", "lockout.self"): [two],
    }


@pytest.mark.parametrize(
    ("actor", "owns"),
    [
        (Actor(GRACE, "grace"), True),
        (Actor(AccountId(UUID(int=13)), "henk"), False),
        (Actor(None, "cli:root", owner=True), True),
        (NOBODY, False),
    ],
    ids=["beginner", "somebody else", "owner", "nobody"],
)
def test_job_belongs_to_its_beginner(actor: Actor, *, owns: bool) -> None:
    """And to the server's owner."""
    assert rules.owns(OPERATOR, actor) is owns
    assert rules.owns(OWNER, NOBODY) is False


@pytest.mark.parametrize(
    ("frontier", "state", "counting"),
    [
        (None, JobState.RUNNING, False),
        (Frontier(Search()), JobState.RUNNING, True),
        (Frontier(Search()), JobState.STOPPED, False),
        (Frontier(None, listed=(GRACE,)), JobState.RUNNING, False),
    ],
)
def test_job_counts_while_it_looks(frontier: Frontier | None, state: JobState, *, counting: bool) -> None:
    """A job that was stopped looks for nobody."""
    job = Job(JobId(UUID(int=1)), JobKind.RESETS, state, None, OPERATOR, NOON, 0, frontier)

    assert rules.counting(job) is counting


@pytest.mark.parametrize(
    ("count", "first", "rest"), [(0, 0, None), (1, 1, None), (50, 50, None), (51, 50, 1), (200, 50, 150)]
)
def test_a_long_selection_is_frozen_a_few_at_a_time(count: int, first: int, rest: int | None) -> None:
    """The first few at once, so that most jobs are whole when they begin."""
    few, left = rules.split([AccountId(UUID(int=number)) for number in range(count)] * 2)

    assert len(few) == first
    assert (None if left is None else len(left.listed)) == rest


ASKED = StartJob((GRACE, AccountId(UUID(int=13))), reason="storm is over")


@pytest.mark.parametrize(
    ("again", "differs"),
    [
        (ASKED, False),
        (replace(ASKED, accounts=(*reversed(ASKED.accounts), GRACE)), False),
        (replace(ASKED, idempotency_key="monday"), False),
        (replace(ASKED, accounts=(GRACE,)), True),
        (replace(ASKED, accounts=()), True),
        (replace(ASKED, reason=None), True),
        (StartJob(search=Search(), reason="storm is over"), True),
    ],
)
def test_what_is_asked_again_under_a_key_is_compared(again: StartJob, differs: bool) -> None:
    """Whom it is about and why; neither their order, nor the key itself."""
    assert rules.differs(_job(rules.digest(ASKED)), again) is differs


@pytest.mark.parametrize(
    ("search", "again", "differs"),
    [
        (Search("bram"), Search("bram", limit=7, cursor="x"), False),
        (Search("bram", enabled=False), Search("bram"), True),
        (Search("bram", locked=True), Search("bram"), True),
        (Search(), Search(), False),
    ],
)
def test_searches_under_a_key_are_compared(search: Search, again: Search, differs: bool) -> None:
    """By what they look for, whichever page is shown."""
    assert rules.differs(_job(rules.digest(StartJob(search=search))), StartJob(search=again)) is differs


def test_a_job_of_a_version_before_differs_from_nothing() -> None:
    """What it was asked for was not kept."""
    assert not rules.differs(_job(None), ASKED)


def _job(asked_for: str | None) -> Job:
    return Job(
        JobId(UUID(int=1)), JobKind.UNLOCKS, JobState.RUNNING, None, OPERATOR, NOON, total=2, asked_for=asked_for
    )
