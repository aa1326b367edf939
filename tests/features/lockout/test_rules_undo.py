from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.features.accounts.model import AccountState, Lock, LockReason, Unlocker
from doorward.features.lockout import rules
from doorward.features.lockout.model import Lifted
from doorward.kernel.act import Actor
from doorward.kernel.events import Entry
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused

NOON = datetime(2026, 5, 4, 12, 0, 0, 250_000, tzinfo=UTC)
SECOND = timedelta(seconds=1)
GRACE, BRAM = AccountId(UUID(int=12)), AccountId(UUID(int=13))
LIFT = Lifted(
    Lock(NOON.replace(microsecond=0) - SECOND, LockReason.FAILURES, NOON + timedelta(hours=2), "password"),
    Unlocker("henk", AccountId(UUID(int=14)), NOON.replace(microsecond=0) - timedelta(days=3)),
)
UNLOCK = Entry(
    id=UUID(int=1), at=NOON, act="lockout.unlocked", outcome="done", result=None, code=None, actor_id=GRACE,
    actor_name="grace", target_id=BRAM, target_name="bram", reason="a slip", reference="", address="", user_agent="",
    session_id=None, door="console", node="node-1", details=rules.told(LIFT),
)  # fmt: skip
OPENED = AccountState(
    epoch=1, lock=None, unlocked_by="grace", unlocked_by_id=GRACE, unlocked_at=NOON.replace(microsecond=0),
    enabled_at=NOON - timedelta(days=9), last_sign_in_at=NOON - SECOND, factors=1, excluded=False,
)  # fmt: skip
OPERATOR = Actor(GRACE, "grace")
NOTHING, LATE, CHANGED = (Refused(f"lockout.undo_{why}") for why in ("nothing", "late", "changed"))

instants = st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)).map(  # noqa: DTZ001 - Hypothesis adds the zone
    lambda instant: instant.replace(microsecond=0)
)
locks = st.builds(
    Lock, instants, st.sampled_from(LockReason), st.none() | instants, st.none() | st.sampled_from(["password"])
)
openers = st.builds(
    Unlocker, st.none() | st.text(min_size=1, max_size=200), st.none() | st.uuids().map(AccountId), st.none() | instants
)


@given(locks, openers)
def test_what_was_lifted_is_read_back_as_it_was(lock: Lock, opener: Unlocker) -> None:
    """The unlock's entry holds all that an undo puts back."""
    assert rules.read_back(rules.told(Lifted(lock, opener))) == Lifted(lock, opener)


def test_lifting_remembers_lock_and_opener() -> None:
    """As they stand before the unlock."""
    assert rules.lifted(LIFT.lock, OPENED) == Lifted(LIFT.lock, Unlocker("grace", GRACE, NOON.replace(microsecond=0)))


@pytest.mark.parametrize("details", [{}, {"lock_reason": "Failures"}, {"locked_at": "2026-05-04T12:00:00Z"}])
def test_an_older_entry_does_not_say_it_all(details: dict[str, str]) -> None:
    """Then there is nothing to put back."""
    assert rules.read_back(details) is None


@pytest.mark.parametrize(
    ("now", "verdict"),
    [
        (NOON, LIFT),
        (NOON + 10 * SECOND, LIFT),
        (NOON + 10.000001 * SECOND, LATE),
        (NOON - SECOND, LATE),
    ],
    ids=["at once", "ten seconds", "later", "a clock that was set back"],
)
def test_it_can_be_taken_back_for_ten_seconds(now: datetime, verdict: Lifted | Refused) -> None:
    """The server's clock decides."""
    assert rules.judge_undo(UNLOCK, OPENED, OPERATOR, now) == verdict


@pytest.mark.parametrize(
    ("unlock", "actor"),
    [
        (None, OPERATOR),
        (UNLOCK, Actor(AccountId(UUID(int=15)), "grace")),
        (UNLOCK, Actor(None, "cli:root", owner=True)),
        (replace(UNLOCK, details={"lock_reason": "Failures"}), OPERATOR),
    ],
    ids=["no unlock", "somebody else", "the owner", "an older entry"],
)
def test_by_whoever_did_it(unlock: Entry | None, actor: Actor) -> None:
    """Nobody takes back what somebody else did."""
    assert rules.judge_undo(unlock, OPENED, actor, NOON + SECOND) == NOTHING


def test_the_owner_takes_back_their_own() -> None:
    """Known by the name of the operating system's user."""
    unlock = replace(UNLOCK, actor_id=None, actor_name="cli:root")

    assert rules.judge_undo(unlock, OPENED, Actor(None, "cli:root", owner=True), NOON) == LIFT
    assert rules.judge_undo(unlock, OPENED, Actor(None, "cli:eve", owner=True), NOON) == NOTHING


@pytest.mark.parametrize(
    "state",
    [
        replace(OPENED, lock=LIFT.lock),
        replace(OPENED, last_sign_in_at=NOON),
        replace(OPENED, last_sign_in_at=NOON + SECOND),
        replace(OPENED, unlocked_at=LIFT.before.unlocked_at),
    ],
    ids=["locked again", "signed in at that moment", "signed in since", "taken back already"],
)
def test_not_when_something_has_happened_since(state: AccountState) -> None:
    """Whatever came afterwards stands."""
    assert rules.judge_undo(UNLOCK, state, OPERATOR, NOON + 2 * SECOND) == CHANGED


def test_who_has_never_signed_in_is_as_before() -> None:
    """An account that has never signed in is as it was."""
    assert rules.judge_undo(UNLOCK, replace(OPENED, last_sign_in_at=None), OPERATOR, NOON) == LIFT


def test_not_when_the_lock_has_come_to_its_end() -> None:
    """A lapsed lock counts as open (LOCK-9)."""
    short = replace(LIFT, lock=replace(LIFT.lock, ends_at=NOON.replace(microsecond=0) + SECOND))
    unlock = replace(UNLOCK, details=rules.told(short))

    assert rules.judge_undo(unlock, OPENED, OPERATOR, NOON + SECOND) == CHANGED
