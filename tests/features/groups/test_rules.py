from uuid import UUID

import pytest

from doorward.features.groups import rules
from doorward.features.groups.model import EditGroup, Group
from doorward.kernel.ids import GroupId
from doorward.kernel.outcome import Refused
from tests.worlds import NOON

NORTH = GroupId(UUID(int=21))
GROUP = Group(NORTH, "North", "All of the north", None, NOON, 3)


@pytest.mark.parametrize("name", ["North", "n", "x" * 200, "Filiale Köln, 2. Stock", "東京", "a/b (c)"])
def test_names_that_a_group_can_have(name: str) -> None:
    """Any letters, as people write them."""
    assert rules.judge_name(name) is None


@pytest.mark.parametrize(
    "name", ["", "  ", "x" * 201, "a;b", "a\uff1bb", "a\nb", "a\x00", "\u202eeman", "\ufdfa" * 150]
)
def test_names_that_no_group_can_have(name: str) -> None:
    """Empty, too long in one form or the other, invisible, or with what parts the names of groups in a file."""
    assert rules.judge_name(name) == Refused("groups.name_malformed", {"most": 200})


@pytest.mark.parametrize(
    ("description", "fits"), [("", True), ("x" * 500, True), ("x" * 501, False), ("a\nb", False), ("\u2028", False)]
)
def test_description(description: str, fits: bool) -> None:
    """One line of at most 500 characters, or nothing."""
    wanted = None if fits else Refused("groups.description_malformed", {"most": 500})

    assert rules.judge_description(description) == wanted


@pytest.mark.parametrize(
    ("if_version", "owner", "code"),
    [
        (3, False, None),
        (3, True, None),
        (2, False, "groups.version_lost"),
        (4, True, "groups.version_lost"),
        (None, False, "groups.version_missing"),
        (None, True, None),
    ],
)
def test_version(if_version: int | None, owner: bool, code: str | None) -> None:
    """Only the server's owner may overwrite what they have not seen."""
    assert rules.judge_version(GROUP, if_version, owner=owner) == (None if code is None else Refused(code))


@pytest.mark.parametrize(
    ("name", "description", "changed"),
    [
        (None, None, {}),
        ("North", "All of the north", {}),
        (" North ", None, {}),
        (" East ", None, {"name": "East"}),
        ("north", "", {"name": "north", "description": ""}),
    ],
)
def test_what_an_edit_changes(name: str | None, description: str | None, changed: dict[str, str]) -> None:
    """What is given and different, trimmed; another spelling of the name is a change."""
    assert rules.changes(GROUP, EditGroup(NORTH, 3, name, description)) == changed


@pytest.mark.parametrize(
    ("order", "named", "serving"),
    [
        ((), (), "default"),
        (("a", "b"), (), "default"),
        (("a", "b"), (None, None), "default"),
        (("a", "b"), ("b", None), "b"),
        (("b", "a"), ("a", "b"), "b"),
        (("b",), ("gone",), "default"),
    ],
)
def test_which_rules_serve(order: tuple[str, ...], named: tuple[str | None, ...], serving: str) -> None:
    """The first in order of those that the account's groups name; what is no more counts as nothing."""
    assert rules.serving(order, named) == serving
