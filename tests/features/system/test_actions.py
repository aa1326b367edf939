import pytest

from doorward.edges.sql import duties, schema
from doorward.features.lockout.actions import lock_account
from doorward.features.lockout.model import LockAccount
from doorward.features.system.actions import view_system
from doorward.features.system.model import SystemShown, ViewSystem
from doorward.kernel.outcome import Refused
from tests import cluster
from tests.worlds import World


def shown(world: World) -> SystemShown:
    """Look at the server, as its owner."""
    outcome = world.run(view_system, ViewSystem())
    assert isinstance(outcome, SystemShown)
    return outcome


def test_the_server_tells_what_it_runs_on(world: World) -> None:
    """The kind of database with its version, and the schema that both know."""
    facts = shown(world).facts

    assert facts.database.split()[0] == ("PostgreSQL" if cluster.chosen() else "SQLite")
    assert facts.database.split()[1][0].isdigit()
    assert facts.schema == facts.newest_schema == schema.NEWEST


def test_duties_are_told_while_they_are_held(world: World) -> None:
    """By name, with the process; a lease that ran out is nobody's."""
    with world.writing() as call:
        duties.take(call.sql, ["send mail", "count days"], "oak/1", call.now)
    held = shown(world)
    world.pass_time(seconds=31)
    lapsed = shown(world)

    assert [(one.duty, one.holder) for one in held.facts.duties] == [("count days", "oak/1"), ("send mail", "oak/1")]
    assert lapsed.facts.duties == ()
    assert "Nobody does the server's own duties" in "".join(one.what for one in lapsed.troubles)
    assert "Nobody does" not in "".join(one.what for one in held.troubles)


def test_mail_that_was_tried_is_a_trouble(world: World) -> None:
    """With the reason of the latest; what waits for its first try is none."""
    world.run(lock_account, LockAccount(world.add("bram"), "left the building"))
    waiting = shown(world).facts.mail_error
    with world.writing() as call:
        call.sql.exec_driver_sql("UPDATE outbox SET attempts = 1")
    without_a_reason = shown(world).facts.mail_error
    with world.writing() as call:
        call.sql.exec_driver_sql("UPDATE outbox SET error = 'connection refused'")

    assert (waiting, without_a_reason) == (None, "no reason was given")
    assert shown(world).facts.mail_error == "connection refused"


@pytest.mark.parametrize("role", ["help-desk", "no-access"])
def test_it_takes_a_right(world: World, role: str) -> None:
    """Who may see the mail of the server sees the server."""
    outcome = world.run(view_system, ViewSystem(), world.add_operator("grace", role))

    assert outcome == Refused("rights.missing", {"right": "system:read"})
