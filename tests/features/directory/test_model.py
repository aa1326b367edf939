import pytest

from doorward.features.directory.model import LockKind, Search
from doorward.features.second_factor.model import FactorState


@pytest.mark.parametrize(
    "search",
    [
        Search(),
        Search("bram", locked=True, second_factor=FactorState.EXCLUDED, enabled=False, group="branch 7"),
        Search(without_factor=True, enabled=True, lock=LockKind.BY_HAND),
    ],
)
def test_a_search_is_read_back_as_it_was_kept(search: Search) -> None:
    """With all that it asks for."""
    assert Search.read(search.spelled()) == search


def test_what_is_kept_is_of_no_page() -> None:
    """A cursor belongs to a list that was looked at, and to no other."""
    assert Search.read(Search("a", limit=7, cursor="x").spelled()) == Search("a")


def test_what_another_version_asked_for_is_left_out() -> None:
    """Old code reads what new code has kept."""
    assert Search.read({"query": "a", "colour": "red"}) == Search("a")


def test_another_page_asks_for_the_same() -> None:
    """From there, and so many."""
    assert Search("a", locked=True).page("x", 200) == Search("a", locked=True, limit=200, cursor="x")
