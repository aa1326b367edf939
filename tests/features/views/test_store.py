import threading
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from doorward.features.directory.model import Search
from doorward.features.second_factor.model import FactorState
from doorward.features.views import store
from doorward.features.views.model import View
from doorward.kernel.ids import AccountId
from tests.worlds import NOON, World

GRACE, HENK = AccountId(UUID(int=12)), AccountId(UUID(int=13))
MINE = View("Branch 7", Search("branch-7", True, FactorState.BLOCKED, False, without_factor=True, group="g"))


def add(world: World, account: AccountId, *views: View) -> None:
    """Write views."""
    with world.database.write() as sql:
        for view in views:
            store.add(sql, account, view, NOON)


def test_a_view_is_read_as_it_was_written(world: World) -> None:
    """By its name in any spelling; somebody else's is not found."""
    add(world, GRACE, MINE)

    with world.database.read() as sql:
        assert store.called(sql, GRACE, " branch 7") == MINE
        assert store.called(sql, HENK, "Branch 7") is None
        assert store.called(sql, GRACE, "branch 8") is None


def test_views_come_by_name(world: World) -> None:
    """One's own alone."""
    add(world, GRACE, View("b", Search()), View("A", Search("a")))
    add(world, HENK, View("c", Search()))

    with world.database.read() as sql:
        assert [view.name for view in store.views_of(sql, GRACE)] == ["A", "b"]


def test_a_view_is_changed_and_deleted_once(world: World) -> None:
    """What is not there is neither."""
    add(world, GRACE, MINE)
    other = View("Branch 8", Search("branch-8"))
    with world.database.write() as sql:
        changed = store.change(sql, GRACE, "branch 7", other, NOON), store.change(sql, GRACE, "branch 7", other, NOON)
        found = store.views_of(sql, GRACE)
        removed = store.remove(sql, GRACE, "BRANCH 8"), store.remove(sql, GRACE, "BRANCH 8")

    assert (changed, removed) == ((True, False), (True, False))
    assert found == [other]


def test_of_two_racing_additions_one_stands(world: World) -> None:
    """Two of one name at the same moment: the key lets one in."""
    start, came = threading.Barrier(2), []

    def race(query: str) -> None:
        start.wait()
        try:
            add(world, GRACE, View("mine", Search(query)))
            came.append("kept")
        except IntegrityError:
            came.append("refused")

    threads = [threading.Thread(target=race, args=(query,)) for query in ("a", "b")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(came) == ["kept", "refused"]
