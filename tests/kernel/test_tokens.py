import base64
import hashlib
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.kernel.ids import AccountId
from doorward.kernel.tokens import make_token, parse_token
from tests.chance import SeededEntropy

ALICE = AccountId(UUID("019df2b6-2c00-7abc-8def-0123456789ab"))
OF_BYTES = base64.urlsafe_b64encode(bytes([0xFB, 0xFF]) * 24).decode()
"""A token of bytes that spell themselves with both signs of base64url."""


def test_token_is_account_and_32_bytes_of_chance() -> None:
    """The holder keeps 64 signs of base64url; they begin with the account's id."""
    token, _ = make_token(ALICE, SeededEntropy())
    raw = base64.urlsafe_b64decode(token.reveal())

    assert (len(token.reveal()), raw[:16], len(raw)) == (64, ALICE.bytes, 48)


def test_only_the_hash_of_a_token_is_stored() -> None:
    """What is stored is the SHA-256 of the whole token's bytes."""
    token, stored = make_token(ALICE, SeededEntropy())

    assert stored == hashlib.sha256(base64.urlsafe_b64decode(token.reveal())).digest()


def test_tokens_of_one_account_differ() -> None:
    """Two tokens share the account and nothing else."""
    chance = SeededEntropy()

    assert make_token(ALICE, chance)[0] != make_token(ALICE, chance)[0]


@given(st.uuids(), st.text())
def test_token_leads_back_to_its_account(account: UUID, seed: str) -> None:
    """A look-up knows its account and the hash under which to look."""
    token, stored = make_token(AccountId(account), SeededEntropy(seed))

    assert parse_token(token.reveal()) == (account, stored)


def test_token_is_not_shown() -> None:
    """A log line or a traceback with a token in it tells nothing."""
    token, _ = make_token(ALICE, SeededEntropy())

    assert token.reveal() not in f"{token} {token!r}"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "token",
        OF_BYTES[:-1],
        OF_BYTES + "A",
        OF_BYTES + "\n",
        OF_BYTES[:-1] + "=",
        OF_BYTES[:-1] + " ",
        OF_BYTES[:-1] + "é",
        OF_BYTES[:-1] + "\N{FULLWIDTH DIGIT ONE}",
        OF_BYTES[:-1] + "\ud800",
    ],
)
def test_what_was_not_made_here_is_no_token(text: str) -> None:
    """Bad input is told apart before anything is looked up."""
    assert parse_token(text) is None


def test_token_has_one_spelling() -> None:
    """The signs of plain base64 spell the same bytes, and are refused."""
    assert parse_token(OF_BYTES) is not None
    assert parse_token(OF_BYTES.replace("-", "+").replace("_", "/")) is None


@given(st.text(max_size=80))
def test_any_text_is_answered(text: str) -> None:
    """Whatever a cookie or header holds, reading it never fails."""
    parsed = parse_token(text)

    assert parsed is None or len(parsed[1]) == 32
