import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doorward.edges.call import Call
from doorward.edges.sql.engine import DatabaseBusy
from doorward.features.groups import store as groups_store
from doorward.features.groups.model import Group
from doorward.features.jobs.actions import items, working
from doorward.features.rights import store as rights_store
from doorward.features.rights.model.facts import Assignment, Effect, Scope
from doorward.kernel.act import Bearer, Caller
from doorward.kernel.ids import AccountId, GroupId, JobId
from tests.features.jobs.begun import is_locked, locked, outcomes, start, work, work_piece
from tests.features.second_factor.protecting import protect
from tests.worlds import NOON, World

STAFF = GroupId(UUID(int=70))
SORTS = ("locked", "unused", "open", "by hand", "reported", "lapsed", "protected", "higher", "other", "gone", "actor")
"""Whoever may stand in a job, each treated in a way of its own."""
AS: dict[str, dict[str, Any]] = {
    "locked": {},
    "unused": {"lock_reason": "Inactivity"},
    "open": {"locked_at": None, "lock_reason": None},
    "by hand": {"lock_reason": "Administrator"},
    "reported": {"lock_reason": "Reported"},
    "lapsed": {"lock_ends_at": NOON},
    "protected": {},
    "higher": {"factors": 1},
    "other": {},
}  # fmt: skip


@pytest.fixture
def grace(world: World) -> Bearer:
    """Sign in an operator of the help desk."""
    return world.add_operator("grace", "help-desk")


def people(world: World, grace: Bearer, sorts: Sequence[str]) -> list[AccountId]:
    """Add an account of each sort; `other` is in a group over which Grace is denied her role."""
    found = []
    for number, sort in enumerate(sorts):
        if sort not in AS:
            found.append(grace.account if sort == "actor" else AccountId(UUID(int=900 + number)))
            continue
        roles = ["administrator"] if sort == "higher" else []
        account = world.add(f"user{number}", *roles, **{"locked_at": NOON, "lock_reason": "Failures", **AS[sort]})
        found.append(protect(world, account) if sort == "protected" else account)
        with world.writing() as call:
            if sort == "other":
                groups_store.add_member(call.sql, STAFF, account, "root", NOON)
            if sort == "unused":
                call.sql.exec_driver_sql(f"UPDATE accounts SET email = NULL WHERE user_name = 'user{number}'")  # noqa: S608 - ours
    return found


def begun(folder: Path, sorts: Sequence[str]) -> tuple[World, JobId, list[AccountId]]:
    """Begin a world with a job of Grace's on such people; twice the same for the same sorts."""
    world = World.begin(folder)
    grace = world.add_operator("grace", "help-desk")
    with world.writing() as call:
        groups_store.add(call.sql, Group(STAFF, "Staff", "", None, NOON, 1))
        denied = Assignment("help-desk", Effect.DENY, Scope(STAFF))
        rights_store.grant(call.sql, grace.account, denied, rights_store.WriteStamp("root", NOON))
    asked = list(dict.fromkeys(people(world, grace, sorts)))
    return world, start(world, grace, *asked, reason="a storm").job, asked


def rows(world: World) -> dict[str, list[Any]]:
    """Give what a job leaves, without what chance has drawn."""
    with world.database.read() as sql:
        state = sql.exec_driver_sql(
            "SELECT account_id, epoch, locked_at, lock_reason, unlocked_by, unlocked_by_id, unlocked_at"
            " FROM account_state ORDER BY account_id"
        ).all()
        items = sql.exec_driver_sql("SELECT account_id, outcome, code FROM job_items ORDER BY account_id").all()
    entries = [replace(one, id=UUID(int=0)) for one in world.entries()]
    letters = [(to, letter.kind, json.dumps(dict(letter.facts), sort_keys=True)) for to, letter in world.collect_mail()]
    return {
        "state": [tuple(map(str, row)) for row in state],
        "items": [tuple(map(str, row)) for row in items],
        "entries": sorted(map(repr, entries)),
        "mail": sorted(letters),
    }


@given(sorts=st.lists(st.sampled_from(SORTS), min_size=1, max_size=9), cuts=st.lists(st.integers(1, 9), max_size=3))
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_piece_of_many_leaves_what_pieces_of_one_leave(sorts: list[str], cuts: list[int]) -> None:
    """Locks, entries, notices, items: the same rows however the accounts are cut into pieces."""
    with TemporaryDirectory() as one, TemporaryDirectory() as many:
        alone, job, asked = begun(Path(one), sorts)
        for account in asked:
            work_piece(alone, job, account)
        together, same_job, same = begun(Path(many), sorts)
        for size in [*cuts, len(same)]:
            piece, same = same[:size], same[size:]
            work_piece(together, same_job, *piece)
        left, found = rows(alone), rows(together)
        alone.database.close()
        together.database.close()

    assert found == left


def test_each_is_treated_in_its_own_way(tmp_path: Path) -> None:
    """Every refusal stands beside its own account, and all the others of the piece are done (LOCK-12)."""
    there, job, asked = begun(tmp_path, SORTS)
    work_piece(there, job, *asked)
    found = outcomes(there, job)
    there.database.close()

    assert found == {
        "user0": "done", "user1": "done", "user2": "unchanged", "user3": "lockout.by_hand", "user4": "lockout.by_hand",
        "user5": "unchanged", "user6": "protection.required", "user7": "rights.higher_target",
        "": "accounts.not_found",  # nobody's id, and an account outside her scope, which is not named to her
        "grace": "lockout.self",
    }  # fmt: skip


def test_an_item_that_raises_spoils_no_other_of_its_piece(world: World, grace: Bearer) -> None:
    """Its transaction is gone with all that was in it; the others are tried again, one by one."""
    accounts = [locked(world, f"user{number}") for number in range(8)]
    job, bad = start(world, grace, *accounts), accounts[3]

    def guard(call: Call, act: Any, commands: Sequence[Any], caller: Caller) -> Any:
        if bad in [command.account for command in commands]:
            raise ZeroDivisionError
        return world.runtime.guard_of_many(call, act, commands, caller)

    with pytest.raises(ExceptionGroup, match="jobs that could not go on") as raised:
        working.go_on(replace(world.runtime, guard_of_many=guard))
    meanwhile = outcomes(world, job.job)
    work(world)

    assert [type(one) for one in raised.value.exceptions] == [ZeroDivisionError]
    assert meanwhile == {f"user{number}": None if number == 3 else "done" for number in range(8)}
    assert set(outcomes(world, job.job).values()) == {"done"}
    assert len([one for one in world.entries() if one.act == "lockout.unlocked"]) == 8
    assert len(world.mails()) == 8


def test_a_database_that_is_busy_is_no_fault_of_an_item(world: World, grace: Bearer) -> None:
    """Nothing is tried one by one, and everything waits for the next turn."""
    job = start(world, grace, *(locked(world, f"user{number}") for number in range(3))).job
    tries = []

    def guard(call: Call, act: Any, commands: Sequence[Any], caller: Caller) -> Any:
        del call, act, caller
        tries.append(len(commands))
        raise DatabaseBusy

    with pytest.raises(ExceptionGroup):
        working.go_on(replace(world.runtime, guard_of_many=guard))

    assert tries == [3]
    assert set(outcomes(world, job).values()) == {None}


def test_a_piece_that_does_not_commit_leaves_nothing(world: World, grace: Bearer) -> None:
    """The machine dies in the middle: no unlock, no entry, no notice, no outcome; later all of them, once."""
    bram, carla = locked(world, "bram"), locked(world, "carla")
    job = start(world, grace, bram, carla).job
    before = rows(world)

    with pytest.raises(ZeroDivisionError):
        die_in_the_middle(world, job, bram, carla)
    after = rows(world)
    work(world)

    assert after == before
    assert outcomes(world, job) == {"bram": "done", "carla": "done"}
    assert not is_locked(world, bram)
    assert len(world.mails()) == 2


def die_in_the_middle(world: World, job: JobId, *piece: AccountId) -> None:
    """Work a piece off, and end before it commits."""
    with world.writing() as call:
        items.work_off(world.runtime, call, job, piece)
        raise ZeroDivisionError
