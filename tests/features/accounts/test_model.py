from datetime import UTC, datetime

import pytest

from doorward.features.accounts.model import AccountState, Lock, LockReason

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reason", "by_hand"),
    [
        (None, False),
        (LockReason.FAILURES, False),
        (LockReason.INACTIVITY, False),
        (LockReason.ADMINISTRATOR, True),
        (LockReason.REPORTED, True),
    ],
)
def test_lock_5_which_locks_are_set_by_hand(reason: LockReason | None, *, by_hand: bool) -> None:
    """An operator's and a reported one; the others the server sets by itself."""
    lock = None if reason is None else Lock(NOON, reason)
    state = AccountState(1, lock, None, None, None, NOON, None, 0, excluded=False)

    assert state.locked_by_hand is by_hand
    assert reason is None or reason.automatic is not by_hand
