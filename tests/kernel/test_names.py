import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.kernel.names import canonical


@pytest.mark.parametrize(
    ("typed", "one_form"),
    [
        ("bram", "bram"),
        ("  Bram ", "bram"),
        ("BRAM", "bram"),
        ("ｂｒａｍ", "bram"),  # noqa: RUF001 - fullwidth letters, as a keyboard of another script sends them
        ("straße", "strasse"),
        ("e\u0301lodie", "\u00e9lodie"),
        ("\u2122", "tm"),
    ],
)
def test_spellings_of_a_name_have_one_form(typed: str, one_form: str) -> None:
    """Width, case, composition and space around a name make no other account of it."""
    assert canonical(typed) == one_form


@given(st.text(max_size=60))
def test_the_form_of_a_form_is_itself(typed: str) -> None:
    """A name that was brought to its form once stays as it is."""
    assert canonical(canonical(typed)) == canonical(typed)
