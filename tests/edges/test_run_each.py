from collections.abc import Sequence
from uuid import UUID

import pytest

from doorward.edges.call import Call
from doorward.kernel.act import Action, Nobody
from doorward.kernel.ids import AccountId
from tests.edges.marking import Mark, Marked, marking, marks, recorded, write
from tests.worlds import API, OWNER, World

pytestmark = pytest.mark.usefixtures("registered")


def together(world: World, action: Action[Mark, object], *whats: str) -> Sequence[object]:
    """Run an act for many commands in one transaction, about an account each."""
    accounts = [world.add(what) for what in whats]
    commands = [Mark(what, account) for what, account in zip(whats, accounts, strict=True)]
    with world.runtime.writing(API) as call:
        return world.runtime.perform_each(call, action, commands, OWNER)


def test_one_after_the_other_in_one_transaction(world: World) -> None:
    """Each is asked about, performed and recorded as it would be alone, and sees what the one before has left."""
    seen = []

    def look(call: Call, command: Mark) -> Marked:
        seen.append((command.what, call.target and call.target.name, call.note.details.copy()))
        call.note.details["what"] = command.what
        return write(call, command)

    outcomes = together(world, marking(look), "one", "two")

    assert outcomes == [Marked(), Marked()]
    assert seen == [("one", "one", {}), ("two", "two", {})]
    assert [(one.target_name, dict(one.details)) for one in world.entries()] == [
        ("one", {"what": "one"}), ("two", {"what": "two"}),
    ]  # fmt: skip


def test_all_at_once_where_the_act_says_how(world: World) -> None:
    """Whom the guard denies is left out, and has a refusal in its place, with an entry."""
    action, performed = marking(), []

    @action.for_many
    def write_many(asked: Sequence[tuple[Call, Mark]]) -> list[Marked]:
        performed.append([(call.target and call.target.name, command.what) for call, command in asked])
        return [write(call, command) for call, command in asked]

    bram = world.add("bram")
    commands = [Mark("one", bram), Mark("two", AccountId(UUID(int=9))), Mark("three", bram, reason=" ")]
    with world.runtime.writing(API) as call:
        outcomes = world.runtime.perform_each(call, action, commands, OWNER)

    assert performed == [[("bram", "one")]]
    assert [getattr(one, "code", one) for one in outcomes] == [Marked(), "accounts.not_found", "request.reason"]
    assert [one[1:3] for one in recorded(world)] == [
        ("done", None), ("refused", "accounts.not_found"), ("refused", "request.reason"),
    ]  # fmt: skip


def test_nobody_leaves_no_entry(world: World) -> None:
    """As an act that is run alone: who is nobody is joined with nobody."""
    action = marking()
    action.for_many(lambda asked: [write(call, command) for call, command in asked])
    with world.runtime.writing(API) as call:
        outcomes = world.runtime.perform_each(call, action, [Mark("one", AccountId(UUID(int=9)))], Nobody())

    assert [getattr(one, "code", one) for one in outcomes] == ["session.required"]
    assert recorded(world) == []


def test_nothing_to_perform(world: World) -> None:
    """No commands are no statement."""
    action = marking()
    action.for_many(lambda asked: [write(call, command) for call, command in asked])

    assert together(world, action) == []
    assert together(world, marking()) == []


def test_what_raises_takes_the_others_along(world: World) -> None:
    """One transaction: nothing of it is there."""

    def break_second(call: Call, command: Mark) -> Marked:
        if command.what == "two":
            raise ZeroDivisionError
        return write(call, command)

    with pytest.raises(ZeroDivisionError):
        together(world, marking(break_second), "one", "two")

    assert (marks(world), recorded(world)) == ([], [])
