import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from doorward.features.policy import actions
from doorward.features.policy.model import (
    AddPasswordRules,
    ChangePasswordRules,
    PasswordRules,
    PolicyChanged,
    PolicyUnchanged,
    ReadPasswordRules,
    RulesShown,
)
from doorward.kernel.outcome import Fact, Refused
from tests.worlds import World


def add(world: World, name: str = "strict", /, **changes: Any) -> Any:
    """Add a set as the server's owner."""
    return world.run(actions.add_password_rules, AddPasswordRules(name, changes, "asked"))


def change(world: World, name: str = "strict", /, **changes: Any) -> Any:
    """Change a set as the server's owner."""
    return change_seen(world, None, **changes) if name == "strict" else _change(world, name, None, changes)


def change_seen(world: World, if_version: int | None, /, **changes: Any) -> Any:
    """Change the set named strict by somebody who has seen a version of it."""
    return _change(world, "strict", if_version, changes)


def _change(world: World, name: str, if_version: int | None, changes: dict[str, Fact]) -> Any:
    return world.run(actions.change_password_rules, ChangePasswordRules(changes, name, "asked", if_version))


def read(world: World, name: str) -> Any:
    """Read a set as it serves."""
    return world.run(actions.read_password_rules, ReadPasswordRules(name))


def loaded(world: World, name: str) -> PasswordRules:
    """Load the rules of a name, as a decision does."""
    with world.reading() as call:
        return actions.password_rules(call, name)


def test_a_set_begins_as_default_stands(world: World) -> None:
    """And goes its own way from then on."""
    change(world, "default", min_length=14, hours_locked=2)
    made = add(world, min_length=16)
    change(world, "default", hours_locked=5)

    assert made == PolicyChanged(1, {"min_length": "14 → 16"})
    assert loaded(world, "strict") == PasswordRules(min_length=16, hours_locked=2)
    assert loaded(world, "default") == PasswordRules(min_length=14, hours_locked=5)


def test_making_a_set_is_recorded(world: World) -> None:
    """With the values in which it differs from `default`."""
    add(world, min_length=16)

    (entry,) = world.entries()
    assert (entry.act, entry.reason, entry.details) == (
        "policy.changed", "asked", {"settings": "password-rules:strict", "added": True, "min_length": "12 → 16"},
    )  # fmt: skip


def test_a_set_can_be_added_without_a_change(world: World) -> None:
    """It is there then, whatever it says; a second one of its name is not, nor another `default`."""
    assert add(world) == PolicyChanged(1)
    assert [add(world), add(world, "default")] == [Refused("policy.name_taken")] * 2
    assert read(world, "strict") == RulesShown(PasswordRules(), 1)


def test_a_set_is_changed_under_its_version(world: World) -> None:
    """The slower of two is told; a set that is not there is not made in passing."""
    assert change(world, min_length=16) == Refused("policy.not_found")
    add(world)
    assert change(world, min_length=16) == PolicyChanged(2, {"min_length": "12 → 16"})
    assert change(world, min_length=16) == PolicyUnchanged(2)
    assert change_seen(world, 1, min_length=20) == Refused("policy.version_lost", {"version": 2})
    assert change_seen(world, 2, min_length=20) == PolicyChanged(3, {"min_length": "16 → 20"})


@pytest.mark.parametrize("name", ["Strict", "", "9", "a b", "-a", "a" * 25, "str\u0131ct", "a\n", "../a", "default "])
def test_what_a_set_cannot_be_called(world: World, name: str) -> None:
    """Its name stands in addresses, commands and entries."""
    assert add(world, name, min_length=16) == Refused("policy.name_malformed", {"most": 24})
    assert read(world, name) == Refused("policy.not_found")


def test_what_concerns_nobodys_account_stays_in_default(world: World) -> None:
    """A named set says what `default` says, whatever stood in it when it was made."""
    change(world, "default", lock_contact="extension 4200")
    add(world)
    refused = [
        one(world, *name, **{key: value})
        for one, name in ((add, ("lax",)), (change, ()))
        for key, value in (
            ("failing_names_before_slowing", 3), ("failing_names_before_refusing", 3),
            ("show_locked_page_to_everybody", True), ("lock_contact", "nobody"),
        )
    ]  # fmt: skip
    change(world, "default", lock_contact="extension 7")

    assert [(one.code, one.facts["key"]) for one in refused] == [
        ("policy.default_only", "failing_names_before_slowing"),
        ("policy.default_only", "failing_names_before_refusing"),
        ("policy.default_only", "show_locked_page_to_everybody"),
        ("policy.default_only", "lock_contact"),
    ] * 2
    assert loaded(world, "strict").lock_contact == "extension 7"
    assert read(world, "strict").rules.lock_contact == "extension 7"


@pytest.mark.parametrize(
    ("changes", "code"), [({"min_length": 7}, "policy.out_of_bounds"), ({"no_such": 1}, "request.unknown_field")]
)
def test_a_refused_value_makes_no_set(world: World, changes: dict[str, Fact], code: str) -> None:
    """Nor does it change one."""
    assert add(world, **changes).code == code
    assert read(world, "strict") == Refused("policy.not_found")
    add(world)
    assert change(world, **changes).code == code
    assert read(world, "strict") == RulesShown(PasswordRules(), 1)


def test_rules_that_are_no_more_serve_as_default(world: World) -> None:
    """An account that names them is not left without rules."""
    change(world, "default", min_length=14)

    assert loaded(world, "gone") == PasswordRules(min_length=14)


def test_new_sets_stand_behind_the_others(world: World) -> None:
    """So that a new one takes nobody from another."""
    for name in ("strict", "branches", "desk"):
        add(world, name)
    with world.writing() as call:
        moved = actions.rank(call, "desk", 1)
        order = actions.order(call)

    assert moved == PolicyChanged(2, {"rank": "3 → 1"})
    assert list(order.items()) == [("desk", 1), ("strict", 1), ("branches", 2)]


@pytest.mark.parametrize(
    ("name", "rank", "outcome"),
    [
        ("strict", 1, PolicyUnchanged(1)),
        ("strict", 0, Refused("policy.out_of_bounds", {"key": "rank", "least": 1, "most": 1_000})),
        ("strict", 1_001, Refused("policy.out_of_bounds", {"key": "rank", "least": 1, "most": 1_000})),
        ("gone", 1, Refused("policy.not_found")),
        ("default", 1, Refused("policy.not_found")),
    ],
)
def test_ranks_that_cannot_be(world: World, name: str, rank: int, outcome: object) -> None:
    """Out of bounds, of a set that is not there, and of `default`, which stands behind all."""
    add(world)
    with world.writing() as call:
        assert actions.rank(call, name, rank) == outcome


def test_both_sets_are_read_by_one_statement(world: World) -> None:
    """Sign-in knows an account's rules without asking more often than it did for `default`."""
    add(world)
    asked: list[str] = []

    def keep(*given: Any) -> None:
        asked.append(given[2])

    with world.reading() as call:
        event.listen(call.sql, "before_cursor_execute", keep)
        actions.password_rules(call, "strict")
        actions.default_rules(call)
        actions.password_rules(call, "strict")
        event.remove(call.sql, "before_cursor_execute", keep)

    assert sum(one.startswith("SELECT") for one in asked) == 1


@pytest.mark.parametrize(("act", "codes", "digits"), [(add, ["policy.name_taken"], 0), (change, [], 2)])
def test_two_at_once(world: World, act: Callable[..., Any], codes: list[str], digits: int) -> None:
    """Of two that add a set one is told; two changes of one set both hold."""
    if act is change:
        add(world)
    together, outcomes = threading.Barrier(2), list[Any]()

    def run(**changes: Fact) -> None:
        together.wait()
        outcomes.append(act(world, **changes))

    racing = [threading.Thread(target=run, kwargs={"min_length": 16, "min_digits": digits}) for _ in range(2)]
    for one in racing:
        one.start()
    for one in racing:
        one.join()

    assert [one.code for one in outcomes if isinstance(one, Refused)] == codes
    assert loaded(world, "strict") == PasswordRules(min_length=16, min_digits=digits)
