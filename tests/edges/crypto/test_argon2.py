import unicodedata

import argon2
import pytest
from argon2.profiles import CHEAPEST
from hypothesis import given
from hypothesis import strategies as st

from doorward.edges.crypto.argon2 import Argon2Hasher, Parameters
from doorward.edges.entropy import SystemEntropy
from doorward.kernel.ports import Encode, Matches, Secret, Verified, Verify
from tests.chance import SeededEntropy

CHEAP = Parameters(memory_kib=8, passes=1, lanes=1)
REFERENCE_I = "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8"
REFERENCE_ID = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
BCRYPT = "$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e"
COMPOSED, DECOMPOSED = "caf\u00e9 caf\u00e9", "cafe\u0301 cafe\u0301"


def hasher(parameters: Parameters = CHEAP) -> Argon2Hasher:
    """Make a hasher whose salts are always the same."""
    return Argon2Hasher(SeededEntropy(), parameters)


def encoded(password: str, parameters: Parameters = CHEAP) -> str:
    """Hash a password."""
    made = hasher(parameters).run(Encode(Secret(password)))
    assert isinstance(made, str)
    return made


def verify(password: str, stored: str | None, parameters: Parameters = CHEAP) -> Verified:
    """Compare a password with a hash."""
    verified = hasher(parameters).run(Verify(Secret(password), stored))
    assert isinstance(verified, Verified)
    return verified


def test_a_new_hash_names_its_method_and_cost() -> None:
    """It is argon2id in the PHC string format with the parameters that were asked for."""
    assert encoded("a quiet river").startswith("$argon2id$v=19$m=8,t=1,p=1$")


@pytest.mark.real_cost
def test_the_default_cost_is_that_of_the_specification() -> None:
    """Memory of 19 MiB, two passes, one lane; and such a hash is right and current."""
    real = Argon2Hasher(SystemEntropy())
    stored = real.run(Encode(Secret("a quiet river")))

    assert isinstance(stored, str)
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert real.run(Verify(Secret("a quiet river"), stored)) == Verified(right=True)


def test_the_same_password_is_hashed_with_another_salt() -> None:
    """Two people with one password do not have one hash."""
    one = Argon2Hasher(SystemEntropy(), CHEAP)

    assert one.run(Encode(Secret("a quiet river"))) != one.run(Encode(Secret("a quiet river")))


@given(password=st.text(max_size=60), other=st.text(max_size=60))
def test_a_hash_fits_its_password_and_no_other(password: str, other: str) -> None:
    """Two texts fit one hash exactly when their normal forms are one, whatever characters they have."""
    same = unicodedata.normalize("NFC", password) == unicodedata.normalize("NFC", other)

    assert verify(password, encoded(password)) == Verified(right=True)
    assert verify(other, encoded(password)) == Verified(right=same)


def test_a_password_is_never_cut() -> None:
    """The 256th character counts, and so does what comes after a zero byte."""
    assert not verify("x" * 255 + "y", encoded("x" * 256)).right
    assert not verify("x\x00y", encoded("x\x00z")).right


def test_a_letter_is_the_same_however_it_was_typed() -> None:
    """Base and accent, or both in one: the hash is of the normal form (PASS-1)."""
    assert verify(DECOMPOSED, encoded(COMPOSED)).right
    assert verify(COMPOSED, encoded(DECOMPOSED)).right


def test_a_text_too_long_for_a_password_is_compared_as_it_was_typed() -> None:
    """Above 1024 code points nothing is normalised: a body full of combining marks would cost seconds."""
    stored = encoded("e\u0301" * 513)

    assert verify("e\u0301" * 513, stored).right
    assert not verify("\u00e9" * 513, stored).right


def test_without_a_hash_no_password_is_right() -> None:
    """Unknown names and accounts without a password are compared with a hash that nothing fits (LOCK-11)."""
    assert verify("", None) == Verified(right=False)


def test_the_hash_that_nothing_fits_has_the_present_parameters() -> None:
    """It costs what a real one costs, and another one is drawn each time the server starts."""
    one, other = (Argon2Hasher(SystemEntropy(), CHEAP) for _ in range(2))

    assert one.current(one._nobodys)  # noqa: SLF001 - nothing else shows that the costs are alike
    assert one._nobodys != other._nobodys  # noqa: SLF001


@pytest.mark.parametrize("older", [Parameters(16, 1, 1), Parameters(8, 2, 1), Parameters(16, 1, 2)])
def test_a_hash_with_other_parameters_is_upgraded_at_the_right_password(older: Parameters) -> None:
    """The new hash fits the same password with the present parameters; a wrong password upgrades nothing (PASS-4)."""
    stored = encoded("a quiet river", older)
    verified = verify("a quiet river", stored)

    assert verified.right
    assert verified.upgraded is not None
    assert hasher().current(verified.upgraded)
    assert verify("a quiet river", verified.upgraded) == Verified(right=True)
    assert verify("a quiet brook", stored) == Verified(right=False)


@pytest.mark.parametrize(
    ("password", "stored"), [("password", REFERENCE_I), ("password", REFERENCE_ID), ("correct horse", BCRYPT)]
)
def test_an_imported_hash_is_verified_and_upgraded(password: str, stored: str) -> None:
    """Hashes of the reference implementation and of bcrypt are right, and become argon2id (PASS-4)."""
    verified = verify(password, stored)

    assert verified.right
    assert verified.upgraded is not None
    assert verified.upgraded.startswith("$argon2id$v=19$m=8,t=1,p=1$")


def test_an_imported_hash_is_also_tried_with_the_text_as_typed() -> None:
    """Whatever made it may have hashed what the keyboard sent; the upgrade is of the normal form."""
    stored = argon2.PasswordHasher.from_parameters(CHEAPEST).hash(DECOMPOSED, salt=b"saltsaltsaltsalt")
    assert not hasher(Parameters(16, 1, 1)).current(stored)
    verified = verify(DECOMPOSED, stored, Parameters(16, 1, 1))

    assert verified.right
    assert verify(COMPOSED, verified.upgraded, Parameters(16, 1, 1)) == Verified(right=True)
    assert not verify(COMPOSED, stored, Parameters(16, 1, 1)).right


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "password",
        "$argon2",
        "$argon2id$",
        "$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$",
        "$argon2id$v=19$m=8,t=1,p=1$c29tc2FsdHNvbWVzYWx0$!!!!",
        "$argon2id$v=19$m=8,t=1$c29tZXNhbHQ$nf65EOgLrQMR",
        "$argon2id$v=19$m=99999999,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=8,t=99999999,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2xx$v=19$m=8,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$argon2id$v=19$m=8,t=1,p=1$c29tc2Fs\u00e9A$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
        "$2b$04$nonsense",
        "$7$unknown",
    ],
)
def test_a_malformed_hash_fits_nothing_and_never_raises(stored: str) -> None:
    """A broken row is a refusal like any other, not an error."""
    assert verify("password", stored) == Verified(right=False)
    assert hasher().run(Matches(Secret("password"), (stored,))) is False
    assert hasher().current(stored) is False


@given(st.text())
def test_no_text_in_the_place_of_a_hash_raises(stored: str) -> None:
    """Nor does anything else."""
    assert verify("password", stored) == Verified(right=False)


def test_earlier_passwords_are_found_among_several_hashes() -> None:
    """A password matches when any of the hashes fits, older parameters included; with none it does not."""
    earlier = (encoded("one river"), encoded("two rivers", Parameters(16, 1, 1)), BCRYPT)

    assert hasher().run(Matches(Secret("two rivers"), earlier)) is True
    assert hasher().run(Matches(Secret("three rivers"), earlier)) is False
    assert hasher().run(Matches(Secret("two rivers"), ())) is False
