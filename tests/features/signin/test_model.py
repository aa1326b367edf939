from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from doorward.features.signin.model import (
    ConfirmSetUp,
    GiveCode,
    GiveDeviceCode,
    GiveNewPassword,
    GiveRecoveryCode,
    Next,
    PendingToken,
    SignedIn,
    SignIn,
    SignInGoesOn,
)
from doorward.kernel.ids import AccountId
from doorward.kernel.ports import Secret

ALICE = AccountId(UUID(int=1))
TOKEN = PendingToken(ALICE, bytes(32))
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        SignIn("alice", Secret("314159")),
        GiveCode(TOKEN, "314159"),
        GiveDeviceCode(TOKEN, "314159"),
        GiveRecoveryCode(TOKEN, "314159"),
        ConfirmSetUp(TOKEN, "314159"),
        GiveNewPassword(TOKEN, Secret("314159")),
        SignInGoesOn(Next.CODE, Secret("314159"), recovery_codes=("314159",)),
        SignedIn(Secret("314159"), NOON, ALICE, ("314159",), browser=Secret("314159")),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_typed_and_shown_once_is_not_seen_in_a_log(value: Any) -> None:
    """A line or a traceback that shows the value shows no password, code or token of it."""
    assert "314159" not in repr(value)
