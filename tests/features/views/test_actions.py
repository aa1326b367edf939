import threading

import pytest

from doorward.features.directory.model import Search
from doorward.features.sessions.model import OpenedWith
from doorward.features.views.actions import delete_view, export_found, list_views, rename_view, save_view, views_of
from doorward.features.views.model import (
    DeleteView,
    ExportFound,
    ListViews,
    RenameView,
    SaveView,
    View,
    ViewDeleted,
    ViewExportAllowed,
    ViewSaved,
    ViewsListed,
    ViewUnchanged,
)
from doorward.kernel.act import Bearer, Caller, Nobody
from doorward.kernel.outcome import Refused
from tests.worlds import OWNER, World


@pytest.fixture
def grace(world: World) -> Bearer:
    """Sign in an operator of the help desk."""
    return world.add_operator("grace", "help-desk")


def save(world: World, by: Bearer, name: str, query: str = "") -> ViewSaved | ViewUnchanged | Refused:
    """Keep a search."""
    return world.run(save_view, SaveView(name, Search(query)), by)


def names(world: World, by: Bearer) -> list[tuple[str, str]]:
    """List somebody's views: name and query."""
    listed = world.run(list_views, ListViews(), by)
    assert isinstance(listed, ViewsListed)
    return [(view.name, view.search.query) for view in listed.views]


def test_a_search_is_kept_and_replaced(world: World, grace: Bearer) -> None:
    """Under one name there is one view, in the spelling of the last save."""
    first = save(world, grace, "Branch", "branch-7")
    again = save(world, grace, "Branch", "branch-7")
    second = save(world, grace, "BRANCH", "branch-8")

    assert first == ViewSaved(View("Branch", Search("branch-7")))
    assert again == ViewUnchanged(View("Branch", Search("branch-7")))
    assert second == ViewSaved(View("BRANCH", Search("branch-8")))
    assert names(world, grace) == [("BRANCH", "branch-8")]


def test_views_are_ones_own(world: World, grace: Bearer) -> None:
    """Nobody sees, renames or deletes another's."""
    henk = world.add_operator("henk", "administrator")
    save(world, grace, "mine", "a")
    renamed = world.run(rename_view, RenameView("mine", "his"), henk)
    deleted = world.run(delete_view, DeleteView("mine"), henk)

    assert (names(world, henk), names(world, grace)) == ([], [("mine", "a")])
    assert (renamed, deleted) == (Refused("views.not_found"), Refused("views.not_found"))


def test_a_view_is_renamed(world: World, grace: Bearer) -> None:
    """Unless another has the name; another spelling of its own name is no other."""
    save(world, grace, "one", "1")
    save(world, grace, "two", "2")
    taken = world.run(rename_view, RenameView("one", "TWO"), grace)
    spelled = world.run(rename_view, RenameView("one", "ONE"), grace)
    same = world.run(rename_view, RenameView("one", "ONE"), grace)
    malformed = world.run(rename_view, RenameView("one", "a/b"), grace)
    world.run(rename_view, RenameView("one", "three"), grace)

    assert taken == Refused("views.name_taken")
    assert (spelled, same) == (ViewSaved(View("ONE", Search("1"))), ViewUnchanged(View("ONE", Search("1"))))
    assert malformed == Refused("views.name_malformed", {"most": 60})
    assert names(world, grace) == [("three", "1"), ("two", "2")]


def test_a_view_is_deleted_once(world: World, grace: Bearer) -> None:
    """The accounts that it found stay as they are."""
    save(world, grace, "mine")

    assert world.run(delete_view, DeleteView("MINE"), grace) == ViewDeleted()
    assert world.run(delete_view, DeleteView("mine"), grace) == Refused("views.not_found")


def test_a_name_that_cannot_be_and_one_view_too_many(world: World, grace: Bearer) -> None:
    """Thirty are kept; one of them can still be replaced."""
    for number in range(30):
        save(world, grace, f"view {number}")

    assert save(world, grace, "a/b") == Refused("views.name_malformed", {"most": 60})
    assert save(world, grace, "view 30") == Refused("views.too_many", {"most": 30})
    assert isinstance(save(world, grace, "view 3", "new"), ViewSaved)


def test_who_has_no_list_to_search_keeps_none(world: World, grace: Bearer) -> None:
    """Nobody, the server's owner, and a session that reaches the own page alone (KEY-1)."""
    inside = world.sign_in(grace.account, OpenedWith.RECOVERY_CODE)

    def answers(caller: Caller) -> list[object]:
        return [
            world.run(list_views, ListViews(), caller),
            world.run(save_view, SaveView("x", Search()), caller),
            world.run(rename_view, RenameView("x", "y"), caller),
            world.run(delete_view, DeleteView("x"), caller),
        ]

    assert answers(Nobody()) == [Refused("session.required")] * 4
    assert answers(OWNER) == [Refused("session.required")] * 4
    assert answers(inside) == [Refused("session.second_factor_required")] * 4


def test_two_saves_of_one_name_leave_one_view(world: World, grace: Bearer) -> None:
    """At the same moment."""
    start = threading.Barrier(2)

    def race(query: str) -> None:
        start.wait()
        save(world, grace, "mine", query)

    threads = [threading.Thread(target=race, args=(query,)) for query in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(names(world, grace)) == 1


def test_saving_leaves_no_entry(world: World, grace: Bearer) -> None:
    """What somebody looks for is theirs; whom they open is recorded."""
    before = len(world.entries())
    save(world, grace, "mine")
    with world.reading() as call:
        found = views_of(call, grace.account)

    assert len(world.entries()) == before
    assert found == (View("mine", Search()),)


def test_an_export_of_a_group_that_is_not_there_does_not_begin(world: World, grace: Bearer) -> None:
    """Nobody gets a file that breaks off, and the trail tells of none."""
    begun = world.run(export_found, ExportFound(Search(group="nowhere")), grace)

    assert begun == Refused("groups.not_found")
    assert [entry.outcome for entry in world.entries()][-1:] == ["refused"]


def test_an_export_is_recorded(world: World, grace: Bearer) -> None:
    """Once, with what was searched for; it takes the right to read the list."""
    begun = world.run(export_found, ExportFound(Search("branch-7", locked=True)), grace)
    entry = world.entries()[-1]
    refused = world.run(export_found, ExportFound(Search()), world.add_operator("nora", "no-access"))

    assert begun == ViewExportAllowed()
    assert (entry.act, entry.actor_name, entry.details) == (
        "accounts.exported", "grace", {"form": "csv", "search": "query=branch-7, locked"},
    )  # fmt: skip
    assert refused == Refused("rights.missing", {"right": "users:read"})
