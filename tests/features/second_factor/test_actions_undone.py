import threading
from datetime import timedelta

import pytest

from doorward.features.second_factor.actions.allowlist import allow_set_up, undo_allow_set_up, undoable_until
from doorward.features.second_factor.actions.states import use_up_allowlist_entry
from doorward.features.second_factor.model import (
    AllowSetUp,
    FactorState,
    SetUpWithdrawn,
    UndoAllowSetUp,
)
from doorward.kernel.act import Actor, Bearer, Caller
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.features.second_factor.operating import entry, reset, state
from tests.worlds import NOON, OWNER, World

NOTHING = Refused("second_factor.undo_nothing")


@pytest.fixture
def grace(world: World) -> Bearer:
    """Sign in Grace, a super user, with her second factor."""
    return world.add_operator("grace", "super-user")


def undo(world: World, account: AccountId, by: Caller) -> SetUpWithdrawn | Refused:
    """Take back an entry of a moment ago."""
    return world.run(undo_allow_set_up, UndoAllowSetUp(account), by)


def allowed(world: World, by: Caller) -> AccountId:
    """Add Bram and let him set up a key."""
    bram = world.add("bram")
    world.run(allow_set_up, AllowSetUp(bram, "a slip"), by)
    return bram


def test_an_entry_just_added_is_taken_back(world: World, grace: Bearer) -> None:
    """The account is blocked as before, and the trail says so."""
    bram = allowed(world, grace)
    world.pass_time(seconds=10)
    outcome = undo(world, bram, grace)
    last = world.entries()[-1]

    assert outcome == SetUpWithdrawn()
    assert (state(world, bram), entry(world, bram)) == (FactorState.BLOCKED, None)
    assert (last.act, last.outcome, last.actor_name, last.target_name) == (
        "allowlist.add_undone", "done", "grace", "bram",
    )  # fmt: skip


def test_not_later_and_not_by_others(world: World, grace: Bearer) -> None:
    """Ten seconds, by whoever added it."""
    bram = allowed(world, grace)
    others = undo(world, bram, OWNER), undo(world, bram, world.add_operator("sue", "super-user"))
    world.pass_time(seconds=10.1)

    assert others == (NOTHING, NOTHING)
    assert undo(world, bram, grace) == Refused("second_factor.undo_late")
    assert state(world, bram) is FactorState.MAY_SET_UP


def test_not_an_entry_that_was_used(world: World, grace: Bearer) -> None:
    """The set-up was quicker."""
    bram = allowed(world, grace)
    with world.writing() as call:
        use_up_allowlist_entry(call, bram)

    assert undo(world, bram, grace) == NOTHING


def test_not_what_a_reset_has_added(world: World, grace: Bearer) -> None:
    """A reset has no way back: the key is gone."""
    bram = world.add("bram", factors=1)
    reset(world, bram, grace)

    assert undo(world, bram, grace) == NOTHING
    assert entry(world, bram) is not None


def test_of_two_undos_one_is_done(world: World, grace: Bearer) -> None:
    """At the same moment."""
    bram = allowed(world, grace)
    start, came = threading.Barrier(2), []

    def race() -> None:
        start.wait()
        came.append(undo(world, bram, grace))

    threads = [threading.Thread(target=race) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(type(one).__name__ for one in came) == ["Refused", "SetUpWithdrawn"]


def test_it_passes_the_guard(world: World) -> None:
    """The right and the second factor, as for adding (KEY-7)."""
    help_desk, bram = world.add_operator("henk", "help-desk"), world.add("bram")

    assert undo(world, bram, help_desk) == Refused("rights.missing", {"right": "user-permissions:modify-object-acls"})


def test_a_page_knows_how_long_it_can_be_offered(world: World, grace: Bearer) -> None:
    """To whoever added it."""
    bram, actor = allowed(world, grace), Actor(grace.account, "grace")
    world.pass_time(seconds=3)
    with world.reading() as call:
        offered = undoable_until(call, bram, actor)
        none = undoable_until(call, bram, Actor(bram, "bram")), undoable_until(call, grace.account, actor)

    assert offered == NOON + timedelta(seconds=10)
    assert none == (None, None)
