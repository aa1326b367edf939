import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.features.recovery_codes import rules
from tests.chance import SeededEntropy


def test_a_set_has_ten_different_codes_of_five_groups_of_five() -> None:
    """Each code is 25 symbols of base32: 125 bits (KEY-1)."""
    codes = rules.make_set(SeededEntropy())

    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"([A-Z2-7]{5}-){4}[A-Z2-7]{5}", code) for code in codes)


@given(st.text(max_size=10))
def test_every_code_of_a_set_is_read_to_itself(seed: str) -> None:
    """What is shown can be typed."""
    codes = rules.make_set(SeededEntropy(seed))

    assert tuple(map(rules.parse, codes)) == codes


def test_a_code_is_read_in_small_letters_and_without_groups() -> None:
    """Case and grouping are forgiven."""
    assert rules.parse(" abcdefghij klmnopqrst uvw27 ") == "ABCDE-FGHIJ-KLMNO-PQRST-UVW27"


@pytest.mark.parametrize("typed", ["", "123456", "ABCD-EFGH-IJKL"])
def test_codes_of_other_kinds_are_none(typed: str) -> None:
    """Six digits or a temporary access code are no recovery code."""
    assert rules.parse(typed) is None
