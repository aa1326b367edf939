from datetime import timedelta
from typing import Any

import pytest

from doorward.features.accounts.model import AccountKind, Lock, LockReason
from doorward.features.directory import actions
from doorward.features.directory.model import (
    AccountRow,
    AccountShown,
    CountLocked,
    Found,
    LockedCounted,
    OverviewShown,
    Search,
    ViewAccount,
    ViewHistory,
    ViewOverview,
)
from doorward.features.groups import actions as groups
from doorward.features.groups.model import Group
from doorward.features.second_factor.model import FactorState
from doorward.kernel.act import Bearer, Caller
from doorward.kernel.ids import AccountId, GroupId, new_id
from doorward.kernel.outcome import Refused
from tests.worlds import NOON, OWNER, World


def search(world: World, command: Search, caller: Caller = OWNER) -> Found:
    """Search, and find something or nothing, but no refusal."""
    outcome = world.run(actions.search_accounts, command, caller)
    assert isinstance(outcome, Found)
    return outcome


def names(found: Found) -> list[str]:
    """Give the user names of a page."""
    return [row.user_name for row in found.accounts]


def view(world: World, account: AccountId, caller: Caller = OWNER) -> AccountShown:
    """Open an account."""
    outcome = world.run(actions.view_account, ViewAccount(account), caller)
    assert isinstance(outcome, AccountShown)
    return outcome


@pytest.fixture
def grace(world: World) -> Bearer:
    """Sign in an operator of the help desk."""
    return world.add_operator("grace", "help-desk")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["anna", "bert", "bertina"]),
        ("BERT", ["bert", "bertina"]),
        ("be", ["bert", "bertina"]),
        ("er", []),
        ("ert", ["bert", "bertina"]),
        ("tina@example", ["bertina"]),
        ("ina", ["bertina"]),
        ("%", []),
        ("_", []),
        ("nobody", []),
        ("a\0n", []),
    ],
)
def test_search_looks_at_name_login_and_address(world: World, query: str, found: list[str]) -> None:
    """One or two characters from the beginning, three or more anywhere, in any spelling."""
    for name in ("anna", "bert", "bertina"):
        world.add(name)

    assert names(search(world, Search(query))) == found


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"locked": True}, ["dirk"]),
        ({"locked": True, "query": "anna"}, []),
        ({"second_factor": FactorState.SET_UP}, ["anna"]),
        ({"second_factor": FactorState.BLOCKED}, ["dirk", "emil"]),
        ({"without_factor": True, "locked": True}, ["dirk"]),
        ({"enabled": False}, []),
        ({"enabled": True, "query": "emil"}, ["emil"]),
    ],
)
def test_filters_narrow_each_other_down(world: World, filters: dict[str, Any], found: list[str]) -> None:
    """An account is found when every filter holds; a lock that has lapsed is none (LOCK-6)."""
    world.add("anna", factors=1)
    world.add("dirk", locked_at=NOON, lock_reason="Failures")
    world.add("emil", locked_at=NOON - timedelta(hours=1), lock_reason="Failures", lock_ends_at=NOON)

    assert names(search(world, Search(**filters))) == found


def test_pages_follow_each_other_without_gap_or_overlap(world: World) -> None:
    """A cursor leads to the next page, and the last page has none."""
    for name in ("anna", "bert", "cora", "dirk", "emil"):
        world.add(name)
    pages = [search(world, Search(limit=2))]
    while pages[-1].next is not None:
        pages.append(search(world, Search(limit=2, cursor=pages[-1].next)))

    assert [names(page) for page in pages] == [["anna", "bert"], ["cora", "dirk"], ["emil"]]


def test_next_page_keeps_its_filters(world: World) -> None:
    """A cursor says where, not what."""
    for name in ("anna", "bert", "cora"):
        world.add(name, locked_at=NOON, lock_reason="Failures")
    world.add("basil")
    first = search(world, Search(locked=True, limit=1))

    assert names(search(world, Search(locked=True, limit=1, cursor=first.next))) == ["bert"]


def test_forged_cursor_is_refused(world: World) -> None:
    """A cursor that no page has given out is told."""
    assert world.run(actions.search_accounts, Search(cursor="x")) == Refused("list.cursor")


def test_row_says_what_an_operator_needs(world: World) -> None:
    """State, lock, factor and roles at a glance."""
    anna = world.add(
        "anna", "auditor", "help-desk", kind=AccountKind.EXTERNAL, factors=1, locked_at=NOON, lock_reason="Failures",
        lock_factor="password", last_sign_in_at=NOON, unlocked_by="grace", unlocked_at=NOON,
    )  # fmt: skip

    assert search(world, Search()).accounts == (
        AccountRow(
            id=anna, user_name="anna", full_name="Anna", email="anna@example.org", kind=AccountKind.EXTERNAL,
            enabled=True, protected=False, lock=Lock(NOON, LockReason.FAILURES, None, "password"),
            unlocked_by="grace", unlocked_by_id=None, unlocked_at=NOON, second_factor=FactorState.SET_UP,
            signs_in_by_email=False, groups=(), roles=("auditor", "help-desk"),
            roles_everywhere=("auditor", "help-desk"), roles_elsewhere=(), last_sign_in_at=NOON,
            password_changed_at=None, version=1,
        ),
    )  # fmt: skip


def test_lists_write_no_entry_and_opening_does(world: World, grace: Bearer) -> None:
    """AUDIT-1: a list page writes none, opening an account writes one."""
    anna = world.add("anna")
    search(world, Search(), grace)
    world.run(actions.view_overview, ViewOverview(), grace)
    view(world, anna, grace)

    (entry,) = world.entries()
    assert (entry.act, entry.outcome, entry.actor_name, entry.target_id) == ("accounts.viewed", "done", "grace", anna)


def test_who_may_not_read_users_sees_nobody(world: World) -> None:
    """Search, overview and account take `users:read`."""
    nora, anna = world.add_operator("nora", "no-access"), world.add("anna")
    refused = Refused("rights.missing", {"right": "users:read"})

    assert world.run(actions.search_accounts, Search(), nora) == refused
    assert world.run(actions.view_overview, ViewOverview(), nora) == refused
    assert world.run(actions.view_account, ViewAccount(anna), nora) == refused
    assert world.run(actions.view_history, ViewHistory(anna), nora) == refused
    assert world.run(actions.count_locked, CountLocked(), nora) == refused


def test_row_of_one_account_is_the_lists(world: World) -> None:
    """Answers after an act show the account as lists do."""
    anna = world.add("anna")
    with world.reading() as call:
        row = actions.account_row(call, anna)

    assert row == search(world, Search()).accounts[0]


def test_overview_counts_what_needs_somebody(world: World) -> None:
    """Each figure is the length of the list behind it."""
    world.add("anna", factors=1)
    world.add("dirk", factors=1, locked_at=NOON, lock_reason="Failures")
    world.add("emil", factors=1, locked_at=NOON, lock_reason="Inactivity")
    world.add("fred", factors=1, locked_at=NOON, lock_reason="Administrator")
    world.add("gina", factors=1, locked_at=NOON, lock_reason="Failures", lock_ends_at=NOON)
    world.add("hans")
    overview = world.run(actions.view_overview, ViewOverview())
    assert isinstance(overview, OverviewShown)

    assert (overview.locked_automatic, overview.locked_by_hand, overview.without_second_factor) == (2, 1, 1)
    assert (overview.mail_not_delivered, len(overview.days), overview.days[-1].day) == (0, 30, NOON.replace(hour=0))


def test_locked_accounts_of_a_search_are_counted(world: World) -> None:
    """Before a bulk unlock an operator sees how many it will open, and how many it leaves."""
    world.add("dirk", locked_at=NOON, lock_reason="Failures")
    world.add("dirkje", locked_at=NOON, lock_reason="Reported")
    world.add("emil", locked_at=NOON, lock_reason="Failures")

    assert world.run(actions.count_locked, CountLocked("dirk")) == LockedCounted(automatic=1, by_hand=1)


def branches(world: World) -> GroupId:
    """Put Anna and Bert into the north, and Bert into the south too; Cora is in no group."""
    anna, bert, _ = world.add("anna"), world.add("bert", factors=1), world.add("cora", factors=1)
    join(world, "a branch south", bert)
    return join(world, "Branch North", anna, bert)


def join(world: World, name: str, *members: AccountId) -> GroupId:
    """Make a group of these accounts."""
    with world.writing() as call:
        group = GroupId(new_id(call.now, call.entropy))
        groups.add(call, Group(group, name, "", None, call.now, 1))
        for account in members:
            groups.add_member(call, group, account)
    return group


def test_accounts_of_a_group_are_found_by_its_name_and_by_its_id(world: World) -> None:
    """In any spelling, and together with other filters."""
    north = branches(world)

    assert names(search(world, Search(group="BRANCH north"))) == ["anna", "bert"]
    assert names(search(world, Search(group=str(north)))) == ["anna", "bert"]
    assert names(search(world, Search(group="Branch North", second_factor=FactorState.SET_UP))) == ["bert"]
    assert names(search(world, Search(group="Branch North", query="ann"))) == ["anna"]


def test_accounts_name_their_groups_in_order(world: World) -> None:
    """By name, as a person reads them."""
    branches(world)

    assert {row.user_name: row.groups for row in search(world, Search()).accounts} == {
        "anna": ("Branch North",), "bert": ("a branch south", "Branch North"), "cora": (),
    }  # fmt: skip


def test_search_in_a_group_goes_on_where_it_ended(world: World) -> None:
    """The pages of a group are those of every list."""
    branches(world)
    first = search(world, Search(group="Branch North", limit=1))
    second = search(world, Search(group="Branch North", limit=1, cursor=first.next))

    assert (names(first), names(second), second.next) == (["anna"], ["bert"], None)


@pytest.mark.parametrize("group", ["nowhere", "", "01900000-0000-7000-8000-000000000001"])
def test_a_group_that_is_not_there_finds_no_list(world: World, group: str) -> None:
    """A slip of the pen is told, and not taken for a group that nobody is in."""
    branches(world)

    assert world.run(actions.search_accounts, Search(group=group)) == Refused("groups.not_found")
