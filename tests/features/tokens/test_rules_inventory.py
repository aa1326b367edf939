from datetime import timedelta
from uuid import UUID

import pytest

from doorward.features.tokens.model import Token, TokenState
from doorward.features.tokens.rules import inventory as rules
from doorward.kernel.ids import AccountId, TokenId
from doorward.kernel.otp_parameters import APP
from doorward.kernel.outcome import Refused
from tests.worlds import NOON

SECOND = timedelta(seconds=1)


def token(
    state: TokenState = TokenState.IN_STOCK, starts: timedelta | None = None, ends: timedelta | None = None
) -> Token:
    """Make a token in a state, whose dates lie so far from noon."""
    return Token(
        id=TokenId(UUID(int=1)), manufacturer="Acme", serial="7", model="", parameters=APP, state=state,
        account=AccountId(UUID(int=2)) if state is TokenState.ASSIGNED else None, last_step=-1, offset_steps=0,
        starts_at=None if starts is None else NOON + starts, expires_at=None if ends is None else NOON + ends,
        imported_at=NOON, changed_at=NOON,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("found", "refused"),
    [
        (token(), None),
        (token(TokenState.ASSIGNED), Refused("tokens.taken", {"serial": "7"})),
        (token(TokenState.RETIRED), Refused("tokens.retired", {"serial": "7"})),
        (token(starts=timedelta()), None),
        (token(starts=SECOND), Refused("tokens.not_yet", {"at": "2026-05-04T12:00:01Z"})),
        (token(ends=SECOND), None),
        (token(ends=timedelta()), Refused("tokens.expired", {"at": "2026-05-04T12:00:00Z"})),
    ],
)
def test_who_is_given_a_token_can_use_it(found: Token, refused: Refused | None) -> None:
    """It is in stock, and its dates hold now."""
    assert rules.may_assign(found, AccountId(UUID(int=3)), NOON) == refused


def test_its_holder_may_be_given_a_token_anew() -> None:
    """After a hundred wrong codes only that helps (LOCK-14)."""
    assert rules.may_assign(token(TokenState.ASSIGNED), AccountId(UUID(int=2)), NOON) is None


@pytest.mark.parametrize(
    ("state", "code"),
    [(TokenState.IN_STOCK, None), (TokenState.ASSIGNED, "tokens.taken"), (TokenState.RETIRED, "tokens.retired")],
)
def test_nobody_loses_a_token_that_is_retired(state: TokenState, code: str | None) -> None:
    """It is taken back first; and an end is an end."""
    assert rules.may_retire(token(state)) == (None if code is None else Refused(code, {"serial": "7"}))


@pytest.mark.parametrize(
    ("text", "name"), [("sha1", "SHA1"), ("HMAC-SHA256", "SHA256"), (" hmac_sha512 ", "SHA512"), ("SHA-512", "SHA512")]
)
def test_a_hash_has_many_spellings(text: str, name: str) -> None:
    """Makers write them in each of these ways."""
    assert rules.read_algorithm(text) == name


def test_a_name_that_may_be_left_out_may_be_empty() -> None:
    """Serial numbers may not."""
    assert rules.judge_name("", needed=False) is None
    assert rules.judge_name(" ", needed=True) == Refused("tokens.malformed", {"why": "it is empty"})
