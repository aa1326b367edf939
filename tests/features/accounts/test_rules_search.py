import pytest

from doorward.features.accounts import rules


@pytest.mark.parametrize(
    ("query", "pattern"),
    [
        ("", None),
        ("   ", None),
        ("b", "b%"),
        ("Br", "br%"),
        ("Bra", "%bra%"),
        ("  STRASSE ", "%strasse%"),
        ("Straße", "%strasse%"),
        ("100%", r"%100\%%"),
        ("a_", r"a\_%"),
        ("half\ud800", "%half?%"),
        ("a\\b", "%a\\\\b%"),
    ],
    ids=[
        "nothing",
        "spaces",
        "one",
        "two",
        "three",
        "capitals",
        "sharp s",
        "percent",
        "underscore",
        "half",
        "backslash",
    ],
)
def test_search_looks_at_the_beginning_and_then_anywhere(query: str, pattern: str | None) -> None:
    """Up to two characters are a prefix, three a substring; wildcards are characters like any other."""
    assert rules.search_pattern(query) == pattern


def test_a_query_longer_than_any_name_is_cut_to_what_finds_nothing() -> None:
    """A canonical form has at most 1016 characters, and SQLite refuses a pattern of more than 50,000 bytes."""
    assert rules.search_pattern("_" * 30_000) == "%" + "\\_" * 1017 + "%"
