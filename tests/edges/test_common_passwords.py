from importlib.resources import files
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.edges import common_passwords
from doorward.edges.common_passwords import CommonPasswords
from doorward.features.passwords.rules import fold


def test_the_shipped_list_has_at_least_50000_entries() -> None:
    """PASS-2 asks for as many; this is how many there are."""
    assert len(common_passwords.shipped()) == 197_667


def test_the_shipped_list_is_sorted_and_names_nothing_twice() -> None:
    """What is searched by halves must be in order."""
    packed = (files("doorward") / "features/passwords/common_passwords.bin").read_bytes()
    entries = [packed[start : start + 6] for start in range(0, len(packed), 6)]

    assert len(packed) % 6 == 0
    assert all(one < next_one for one, next_one in pairwise(entries))


@pytest.mark.parametrize(
    "password",
    ["password", "123456789012", "Password1234", "qwertyuiop123", "ADMINISTRATOR", "1qaz2wsx3edc", "passwordpassword"],
)
def test_what_everybody_guesses_first_is_common(password: str) -> None:
    """Well-known passwords are found, in any case."""
    assert common_passwords.is_common(fold(password))


@pytest.mark.parametrize("password", ["", "a quiet river bends twice", "doorward tastes of plums", "\ud800" * 12])
def test_a_good_password_is_not_common(password: str) -> None:
    """What is not in the list is not found, odd texts included."""
    assert not common_passwords.is_common(password)


@given(listed=st.sets(st.text()), other=st.text())
def test_a_packed_list_finds_its_entries_and_nothing_else(listed: set[str], other: str) -> None:
    """Each entry of a list of any size is found; another text is not."""
    packed = CommonPasswords(common_passwords.pack(listed))

    assert len(packed) == len(listed)
    assert all(text in packed for text in listed)
    assert (other in packed) == (other in listed)
