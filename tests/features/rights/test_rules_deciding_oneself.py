from dataclasses import replace
from uuid import UUID

import pytest

from doorward.features.rights.rules import deciding as rules
from doorward.kernel.act import Act, Needs, SessionFacts, Who
from doorward.kernel.ids import AccountId, SessionId
from doorward.kernel.outcome import Refused
from tests.worlds import NOON

SESSION = SessionFacts(
    id=SessionId(UUID(int=7)), account=AccountId(UUID(int=11)), user_name="grace", used_second_factor=True,
    own_page_only=False, fresh_at=None, opened_at=NOON, expires_at=NOON,
)  # fmt: skip


@pytest.mark.parametrize(
    ("needs", "own_page_only", "refused"),
    [
        ((), False, None),
        ((), True, None),
        ((Needs.WHOLE_SESSION,), False, None),
        ((Needs.WHOLE_SESSION,), True, Refused("session.second_factor_required")),
    ],
)
def test_key_1_what_a_session_of_a_recovery_code_does_not_do(
    needs: tuple[Needs, ...], own_page_only: bool, refused: Refused | None
) -> None:
    """It makes a new secret key; what asks for a whole session is refused before any proof is looked at."""
    asked = Act("some_act", Who.SELF, None, "passkeys.begun", frozenset(needs), writes=True)

    assert rules.may_oneself(replace(SESSION, own_page_only=own_page_only), asked) == refused
