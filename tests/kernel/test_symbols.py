from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.kernel import symbols
from tests.chance import SeededEntropy

CODE = "ABCDE-FGHIJ-KLMNO-PQRST-UVW27"


class OneBits:
    """Chance that draws nothing but ones."""

    def bytes(self, count: int) -> bytes:
        """Draw so many bytes."""
        return b"\xff" * count

    def below(self, limit: int) -> int:
        """Draw the highest number."""
        return limit - 1


@pytest.mark.parametrize(
    ("count", "group", "code"),
    [(25, 5, "77777-77777-77777-77777-77777"), (12, 4, "7777-7777-7777"), (8, 4, "7777-7777"), (1, 4, "7")],
)
def test_every_bit_of_a_code_is_drawn(count: int, group: int, code: str) -> None:
    """Where chance is all ones every symbol is the last of the alphabet, the last one too."""
    assert symbols.draw(OneBits(), count, group) == code


def test_symbols_are_even_in_every_place() -> None:
    """Over 3,200 codes each of the 32 symbols is in each place about a hundred times."""
    chance = SeededEntropy()
    codes = [symbols.draw(chance, 25, 25) for _ in range(3200)]

    for place in range(25):
        counted = Counter(code[place] for code in codes)
        assert len(counted) == 32
        assert all(50 < count < 160 for count in counted.values())


@pytest.mark.parametrize(
    "typed",
    [
        CODE,
        CODE.lower(),
        "abcdefghijklmnopqrstuvw27",
        "ABCDE FGHIJ KLMNO PQRST UVW27",
        "  abcde-fghij-klmno-pqrst-uvw27\r\n",
        "ABCDE\u2013FGHIJ\u2014KLMNO\u2011PQRST\u00a0UVW27",
        "A-B-C-D-E-F-G-H-I-J-K-L-M-N-O-P-Q-R-S-T-U-V-W-2-7",
    ],
)
def test_case_and_grouping_are_forgiven(typed: str) -> None:
    """However it is typed, a code is read to its one form."""
    assert symbols.read(typed, 25, 5) == CODE


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "ABCDE-FGHIJ-KLMNO-PQRST-UVW2",
        "ABCDE-FGHIJ-KLMNO-PQRST-UVW277",
        "ABCDE-FGHIJ-KLMN0-PQRST-UVW27",
        "ABCDE-FGH1J-KLMNO-PQRST-UVW27",
        "ABCDE-FGHIJ-KLMNO-PQRST-UVW2_",
        "ABCDE-FGH\u0131J-KLMNO-PQRST-UVW27",
        "ABCDE-FGHIJ-KLMNO-PQR\u017fT-UVW27",
        "\uff21BCDE-FGHIJ-KLMNO-PQRST-UVW27",
    ],
)
def test_everything_else_is_no_code(typed: str) -> None:
    """Other lengths, digits that base32 has not, and letters that only look alike or grow into ASCII are refused."""
    assert symbols.read(typed, 25, 5) is None


@given(st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789- ", max_size=20))
def test_what_is_read_is_read_to_the_same_again(text: str) -> None:
    """The one form is a fixed point."""
    read = symbols.read(text, 12, 4)

    assert read is None or symbols.read(read, 12, 4) == read
