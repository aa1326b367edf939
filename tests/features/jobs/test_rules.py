from datetime import UTC, datetime
from uuid import UUID

import pytest

from doorward.features.accounts.model import Lock, LockReason
from doorward.features.jobs import rules
from doorward.features.jobs.model import Beginner, ItemSettled, JobState
from doorward.kernel.act import OnBehalf, Owner
from doorward.kernel.events import Door, Origin
from doorward.kernel.ids import AccountId
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
        (ItemSettled(), ("unchanged", None)),
        (Refused("lockout.self"), ("refused", "lockout.self")),
    ],
)
def test_item_shows_its_outcome_and_code(outcome: Done | ItemSettled | Refused, stands: tuple[str, str | None]) -> None:
    """Each account speaks for itself."""
    assert rules.item_outcome(outcome) == stands


def test_key_is_kept_as_a_hash() -> None:
    """SHA-256, whatever was sent."""
    assert rules.key_hash(None) is None
    assert rules.key_hash("a").hex() == "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"  # type: ignore[union-attr]
    assert len(rules.key_hash("\ud800") or b"") == 32


@pytest.mark.parametrize(
    ("total", "counting", "state"),
    [(0, False, JobState.FINISHED), (1, False, JobState.RUNNING), (500, True, JobState.RUNNING)],
)
def test_job_without_items_is_finished(total: int, state: JobState, *, counting: bool) -> None:
    """There is nothing to wait for."""
    assert rules.begins_in(total, counting=counting) is state


@pytest.mark.parametrize(("asked", "size"), [(0, 1), (50, 50), (999, 200)])
def test_page_has_bounds(asked: int, size: int) -> None:
    """A page holds from 1 to 200 items."""
    assert rules.page_size(asked) == size
