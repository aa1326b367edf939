import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from doorward.kernel.names import canonical, fits

TEXTS = st.text(max_size=40)


@pytest.mark.parametrize(
    "spelling",
    [
        "alice",
        "ALICE",
        "Alice",
        " alice",
        "alice\t",
        "\u3000alice\u00a0",
        "\uff21\uff4c\uff49\uff43\uff45",  # full-width letters
        "al\u2170ce",  # the small Roman numeral one
        "\u24b6\u24c1\u24be\u24b8\u24ba",  # letters in circles
    ],
)
def test_spellings_of_one_name(spelling: str) -> None:
    """Case, width, compatibility forms and spaces around it make no other name (LOCK-16)."""
    assert canonical(spelling) == "alice"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ren\u00e9", "rene\u0301"),  # composed, and with a combining accent
        ("STRASSE", "stra\u00dfe"),
        ("\u1e9e", "ss"),
        ("\ufb01n", "FIN"),  # the ligature fi
        ("\u03c3\u03bf\u03c6\u03cc\u03c2", "\u03a3\u039f\u03a6\u038c\u03a3"),  # final sigma
        ("\u01f0", "J\u030c"),
        ("\u0130", "i\u0307"),  # capital I with a dot above folds to i and the dot
        ("\u212b", "\u00e5"),  # the sign of the unit
    ],
)
def test_forms_of_one_letter(one: str, other: str) -> None:
    """What Unicode calls the same is the same name, however it was typed."""
    assert canonical(one) == canonical(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("alice", "al\u0131ce"),  # the dotless i is a letter of its own
        ("alice", "\u0430lice"),  # the Cyrillic a
        ("alice", "al\u00edce"),
        ("alice", "al ice"),
        ("alice", "alice1"),
    ],
)
def test_names_that_stay_two(one: str, other: str) -> None:
    """Letters that only look alike are not folded into one another."""
    assert canonical(one) != canonical(other)


@given(TEXTS)
@example("\u1fb3\u0308")
@example("T\u0308")
@example("\u0345a\u0345")
@example("\u00a0\u00a8")
def test_canonical_form_is_its_own(text: str) -> None:
    """What was folded once is not folded further: the stored form is found by itself."""
    folded = canonical(text)

    assert canonical(folded) == folded


@given(TEXTS)
def test_case_and_spaces_never_make_another_name(text: str) -> None:
    """Capitals as Unicode folds them, and spaces on either side, lead to the same account."""
    assert canonical(f"  {text.casefold()}\n") == canonical(text)


@pytest.mark.parametrize("text", ["\u0315\u0300" * 16_000, "\ufdfa" * 1025, "B" * 1025])
def test_what_is_too_long_for_a_name_is_not_normalised(text: str) -> None:
    """Stacked marks cost the square of their number, and such a text can be nobody's name."""
    assert canonical(text) == text


@pytest.mark.parametrize("text", ["a\0b", "é\0", "\0" * 2000])
def test_nul_is_in_no_canonical_form(text: str) -> None:
    """PostgreSQL takes it in no text: what is typed must not break a look-up there."""
    assert "\0" not in canonical(text)
    assert canonical(text) == canonical(text.replace("\0", "\1"))


def test_spaces_around_a_name_do_not_make_it_too_long() -> None:
    """They are trimmed before anything else."""
    assert canonical(" " * 2000 + "Alice" + " " * 2000) == "alice"


@pytest.mark.parametrize(
    ("text", "kept"),
    [("a" * 200, True), ("a" * 201, False), ("\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 44, True),
     ("\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}" * 45, False)],
)  # fmt: skip
def test_a_name_and_its_form_have_their_lengths(text: str, *, kept: bool) -> None:
    """200 characters, and 800 of the form: one sign can stand for eighteen."""
    assert fits(text) is kept
