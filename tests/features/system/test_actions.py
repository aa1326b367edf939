from dataclasses import replace

import pytest
from sqlalchemy import update

from doorward.edges.crypto.keys import KeyRing, SealingKey
from doorward.edges.crypto.sealing import FileSealer
from doorward.edges.sql import duties, schema
from doorward.edges.sql.tables.otp import otp_keys
from doorward.features.lockout.actions.locking import lock_account
from doorward.features.lockout.model import LockAccount
from doorward.features.otp.actions import bind_key
from doorward.features.system.actions import keys_fit, view_system
from doorward.features.system.model import Facts, Finding, Grade, Machine, Serving, SystemShown, ViewSystem
from doorward.kernel.outcome import Refused
from tests import cluster
from tests.worlds import World


def shown(world: World, machine: Machine | None = None) -> SystemShown:
    """Look at the server, as its owner."""
    outcome = world.run(view_system, ViewSystem(machine))
    assert isinstance(outcome, SystemShown)
    return outcome


def facts(world: World) -> Facts:
    """Ask what the server knows of itself."""
    return shown(world).facts


def found(world: World, subject: str) -> Finding:
    """Ask how one thing is."""
    (finding,) = [one for one in shown(world).findings if one.subject == subject]
    return finding


def test_the_server_tells_what_it_runs_on(world: World) -> None:
    """The kind of database with its version, and the schema that both know."""
    told = facts(world)

    assert told.database.split()[0] == ("PostgreSQL" if cluster.chosen() else "SQLite")
    assert told.database.split()[1][0].isdigit()
    assert told.schema == told.newest_schema == schema.NEWEST


def test_a_file_has_a_size_and_room(world: World) -> None:
    """The database's own, where it is a file; another machine's disk is not looked at."""
    told = facts(world)

    assert (told.size_bytes is None, told.free_bytes is None) == ((True, True) if cluster.chosen() else (False, False))
    assert cluster.chosen() or 0 < (told.size_bytes or 0) < (told.free_bytes or 0)


def test_duties_are_told_while_they_are_held(world: World) -> None:
    """By name, with the process; a lease that ran out is nobody's."""
    with world.writing() as call:
        duties.take(call.sql, ["send mail", "count days"], "oak/1", call.now)
    held = shown(world)
    world.pass_time(seconds=31)

    assert [(one.duty, one.holder) for one in held.facts.duties] == [("count days", "oak/1"), ("send mail", "oak/1")]
    assert held.facts.seen_at == held.facts.now
    assert facts(world).duties == ()
    assert found(world, "duties").grade is Grade.ODD


def test_a_node_that_only_serves_does_no_duty(world: World) -> None:
    """It says that it is there, and nobody sends mail all the same."""
    with world.writing() as call:
        duties.serve(call.sql, "oak/1", call.now)

    assert facts(world).duties == ()
    assert found(world, "duties").grade is Grade.ODD


def test_a_clock_that_was_set_back_is_found(world: World) -> None:
    """By the latest lease, which began when it was written."""
    with world.writing() as call:
        duties.take(call.sql, ["send mail"], "oak/1", call.now)
    before = found(world, "clock").grade
    world.pass_time(seconds=-2)

    assert (before, found(world, "clock").grade) == (Grade.WELL, Grade.WRONG)


def test_keys_are_tried_on_what_is_sealed(world: World) -> None:
    """On some account's secret key; what they do not open is another server's."""
    account = world.add("bram")
    nothing = facts(world).keys_open
    with world.writing() as call:
        bind_key(call, account, b"x" * 20, 1)
    opened = facts(world).keys_open
    with world.writing() as call:
        call.sql.execute(update(otp_keys).values(sealed_secret=b"sealed elsewhere"))

    assert (nothing, opened, facts(world).keys_open) == (None, True, False)


def test_a_database_knows_its_keys_from_the_first_start_on(world: World) -> None:
    """Other keys do not fit it, also where nobody has a secret key; its own go on to."""
    others = FileSealer(KeyRing((SealingKey(b"else", b"k" * 32),)), world.runtime.entropy)
    with world.writing() as call:
        first, again = keys_fit(call), keys_fit(call)
        other = keys_fit(replace(call, sealer=others))

    assert (first, again, other) == (True, True, False)
    assert facts(world).keys_open is True


def test_a_database_without_that_is_judged_by_its_secret_keys(world: World) -> None:
    """Keys that do not open them are not taken for its own."""
    account = world.add("bram")
    with world.writing() as call:
        bind_key(call, account, b"x" * 20, 1)
        call.sql.execute(update(otp_keys).values(sealed_secret=b"sealed elsewhere"))
        fit = keys_fit(call)

    assert (fit, facts(world).keys_open) == (False, False)


def test_mail_that_was_tried_is_told(world: World) -> None:
    """With the reason of the latest; what waits for its first try is none."""
    world.run(lock_account, LockAccount(world.add("bram"), "left the building"))
    waiting = facts(world).mail_error
    with world.writing() as call:
        call.sql.exec_driver_sql("UPDATE outbox SET attempts = 1")
    without_a_reason = facts(world).mail_error
    with world.writing() as call:
        call.sql.exec_driver_sql("UPDATE outbox SET error = 'connection refused'")

    assert (waiting, without_a_reason) == (None, "no reason was given")
    assert facts(world).mail_error == "connection refused"


def test_what_its_machine_says_is_judged_too(world: World) -> None:
    """Where the database is, and how old its hashes are."""
    told = shown(world, Machine(world.clock.now(), "/data/doorward.db", damaged=False, outdated_hashes=2)).findings

    assert told[-1].subject == "passwords"
    assert told[-1].said.startswith("2 are hashed")


@pytest.mark.skipif(cluster.chosen(), reason="a cluster of tests keeps no promise, and that is told first")
def test_its_machine_says_where_the_database_is(world: World) -> None:
    """Which no page does."""
    told = shown(world, Machine(world.clock.now(), "/data/doorward.db", damaged=False, outdated_hashes=0)).findings

    assert any(one.said.startswith("/data/doorward.db, version") for one in told)


@pytest.mark.parametrize("role", ["help-desk", "no-access"])
def test_it_takes_a_right(world: World, role: str) -> None:
    """Who may see the mail of the server sees the server."""
    outcome = world.run(view_system, ViewSystem(), world.add_operator("grace", role))

    assert outcome == Refused("rights.missing", {"right": "system:read"})


def test_processes_that_serve_are_told(world: World) -> None:
    """Those that have marks; older programs' have none."""
    with world.writing() as call:
        for name in ("oak/1-aaaabbbb00000000/post", "oak/1-aaaabbbb00000000/upkeep", "elm/1-00000000/post"):
            duties.serve(call.sql, name, call.now)

    assert facts(world).serving == {Serving("oak", "aaaa", "bbbb")}
    assert found(world, "nodes").said == "oak serving"
