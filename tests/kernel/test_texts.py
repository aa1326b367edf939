import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.kernel.outcome import Refused
from doorward.kernel.texts import has_controls, has_controls_beside_joiners, is_control, judge_reason


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


PERSIAN, NEPALI, FAMILY = "می\u200cخواهم", "श्\u200dर", "\U0001f469\u200d\U0001f467"
THUMB, HEART = "\U0001f9d1\U0001f3fd\u200d\U0001f692", "\u2764\ufe0f\u200d\U0001f525"


@pytest.mark.parametrize("text", [PERSIAN, NEPALI, FAMILY, THUMB, HEART, "plain"])
def test_joiners_that_writing_needs(text: str) -> None:
    """They are seen in what stands beside them."""
    assert not has_controls_beside_joiners(text)
    assert judge_reason(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "al\u200cice",
        "al\u200dice",
        "\u200cمی",
        "می\u200c",
        "می\u200dخ",
        "می\u200c\u200cخ",
        "\U0001f469\u200cx",
        f"{PERSIAN}\u202e",
        "ا\u200ca",
    ],
)
def test_joiners_that_nobody_sees(text: str) -> None:
    """In Latin letters, at an end, twice, or beside what acts itself."""
    assert has_controls_beside_joiners(text)
    assert judge_reason(text) is not None


@pytest.mark.parametrize("reason", ["x", "called back on 0123, verified", "потерял телефон", "r" * 500])
def test_reasons(reason: str) -> None:
    """1 to 500 characters of anything that can be read."""
    assert judge_reason(reason) is None


@pytest.mark.parametrize("reason", ["", " ", "\u3000", "r" * 501, "two\nlines", "bell\x07", "\u202etxet"])
def test_what_is_no_reason(reason: str) -> None:
    """A reason that says nothing, is too long, or acts on whoever reads it."""
    assert judge_reason(reason) == Refused("request.reason", {"most": 500})
