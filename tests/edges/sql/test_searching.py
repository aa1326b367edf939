import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.edges.sql import searching


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
    assert searching.matching(query).get("pattern") == pattern


def test_a_query_longer_than_any_name_is_cut_to_what_finds_nothing() -> None:
    """A canonical form has at most 1016 characters, and SQLite refuses a pattern of more than 50,000 bytes."""
    assert searching.matching("_" * 30_000)["pattern"] == "%" + "\\_" * 1017 + "%"


@pytest.mark.parametrize(
    ("query", "parts"),
    [
        ("", ()),
        ("  ", ()),
        ("R", ("\x1fr",)),
        ("ro", ("\x1fro",)),
        ("ROS", ("ros",)),
        ("rossi", ("ros", "oss", "ssi")),
        ("aaaaa", ("aaa",)),
        ("100%", ("100", "00%")),
        ("abcdefghij", ("abc", "bcd", "cde", "def", "efg", "fgh", "ghi", "hij")),
        ("abcdefghijk", ("abc", "cde", "efg", "ghi", "ijk")),
    ],
)
def test_parts_are_what_everybody_found_has(query: str, parts: tuple[str, ...]) -> None:
    """One or two characters at the beginning; of three or more each three in a row, of a long text some."""
    assert searching.parts(query) == parts


@given(st.text())
def test_parts_are_few_and_of_the_text(query: str) -> None:
    """Whatever is typed: at most eight, none twice, each in the text that is looked for."""
    text = "\x1f" + searching.searched(query)
    parts = searching.parts(query)

    assert len(parts) <= searching.PARTS
    assert len(set(parts)) == len(parts)
    assert all(part in text for part in parts)
    assert bool(parts) == (len(text) > 1)
