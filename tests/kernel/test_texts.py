import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.kernel.outcome import Refused
from doorward.kernel.texts import has_controls, is_control, judge_reason


@pytest.mark.parametrize(
    "character", ["\0", "\n", "\x1b", "\x7f", "\x85", "\u202e", "\u200b", "\ufeff", "\ud800", "\u2028", "\u2029"]
)
def test_what_acts_unseen(character: str) -> None:
    """Controls, directional marks, nothing wide, half characters and separators of lines."""
    assert is_control(character)
    assert has_controls(f"a{character}b")


@pytest.mark.parametrize(
    "text", ["", "plain", "потерял телефон", "李雷", "a b", "a\u00a0b", "\u3000", "\ue000", "\u0378"]
)
def test_what_does_not(text: str) -> None:
    """Letters of any script, spaces of any width, and characters that nobody has assigned."""
    assert not has_controls(text)


@given(st.text(st.characters(exclude_categories=[]), max_size=20))
def test_a_text_holds_what_its_characters_are(text: str) -> None:
    """The quick look at what can be printed spares nothing."""
    assert has_controls(text) == any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in text)


@pytest.mark.parametrize("reason", ["x", "called back on 0123, verified", "потерял телефон", "r" * 500])
def test_reasons(reason: str) -> None:
    """1 to 500 characters of anything that can be read."""
    assert judge_reason(reason) is None


@pytest.mark.parametrize("reason", ["", " ", "\u3000", "r" * 501, "two\nlines", "bell\x07", "\u202etxet"])
def test_what_is_no_reason(reason: str) -> None:
    """A reason that says nothing, is too long, or acts on whoever reads it."""
    assert judge_reason(reason) == Refused("request.reason", {"most": 500})
