import pytest

from doorward.features.directory.model import Search
from doorward.features.views import rules
from doorward.features.views.model import View
from doorward.kernel.outcome import Refused

MALFORMED = Refused("views.name_malformed", {"most": 60})


@pytest.mark.parametrize("name", ["branch 7", "x" * 60, "Ohne Schlüssel", "1"])
def test_a_name_is_one_that_can_be_seen(name: str) -> None:
    """In any script."""
    assert rules.judge_name(name) is None


@pytest.mark.parametrize("name", ["", "  ", "x" * 61, "a/b", "a\x00b", "a\u202eb", "\ud800"])
def test_a_name_that_no_address_spells_is_refused(name: str) -> None:
    """Nor one that nobody sees."""
    assert rules.judge_name(name) == MALFORMED


@pytest.mark.parametrize(("present", "refused"), [(0, False), (29, False), (30, True), (31, True)])
def test_thirty_views_are_kept(present: int, *, refused: bool) -> None:
    """More than anybody finds again."""
    assert rules.judge_count(present) == (Refused("views.too_many", {"most": 30}) if refused else None)


def test_a_view_is_of_no_page() -> None:
    """And its name is trimmed."""
    assert rules.kept(" mine ", Search("bram", locked=True, limit=7, cursor="x")) == View(
        "mine", Search("bram", locked=True)
    )
