import sqlite3

import pytest
from sqlalchemy.exc import DatabaseError, IntegrityError

from doorward.edges.call import Call
from doorward.edges.run import LostRace
from doorward.kernel.act import Action, Bearer, Nobody, Who, act
from doorward.kernel.outcome import Refused
from tests.edges.marking import Mark, Marked, marking, marks, recorded, write
from tests.worlds import World

pytestmark = pytest.mark.usefixtures("registered")


def forbid_commits(world: World) -> None:
    """Have SQLite refuse every COMMIT of the present writer, as a full disk would."""

    def authorize(code: int, word: str | None, *_: str | None) -> int:
        refused = code == sqlite3.SQLITE_TRANSACTION and word == "COMMIT"
        return sqlite3.SQLITE_DENY if refused else sqlite3.SQLITE_OK

    with world.writing() as call:
        connection = call.sql.connection.driver_connection
        assert isinstance(connection, sqlite3.Connection)
    connection.set_authorizer(authorize)


def test_act_and_its_entry_are_one(world: World) -> None:
    """What was done is there, and so is who did it, on whom, why and in which words of the door (AUDIT-2)."""
    grace, bram = world.add_operator("grace", "administrator"), world.add("bram")

    assert world.run(marking(), Mark("one", bram, "asked"), grace) == Marked()
    assert marks(world) == ["one"]
    entry = world.entries()[-1]
    assert (entry.act, entry.outcome, entry.actor_name, entry.target_id, entry.target_name, entry.reason) == (
        "marks.left", "done", "grace", bram, "bram", "asked",
    )  # fmt: skip
    assert (entry.reference, entry.address, entry.door, entry.node) == ("r-1", "192.0.2.7", "api", "node-1")


def test_denied_act_is_not_performed_and_is_recorded(world: World) -> None:
    """Who tried, and with which refusal."""
    hugo = world.add_operator("hugo", "help-desk")

    assert world.run(marking(), Mark(), hugo) == Refused("rights.missing", {"right": "users:modify"})
    assert marks(world) == []
    assert recorded(world) == [("marks.left", "refused", "rights.missing", "hugo")]


def test_anonymous_refusal_leaves_no_entry(world: World) -> None:
    """Else strangers could fill the trail; their sign-ins are recorded elsewhere."""
    hugo = world.add("hugo")

    assert world.run(marking(), Mark(), Nobody()) == Refused("session.required")
    assert world.run(marking(), Mark(), Bearer(hugo, b"x" * 32)) == Refused("session.required")
    assert (marks(world), recorded(world)) == ([], [])


def test_list_leaves_no_entry(world: World) -> None:
    """An act without an event is not recorded, done or refused (AUDIT-1)."""
    looking: Action[Mark, object] = act("users:read", event=None, writes=False)(lambda _call, _command: Marked())

    assert world.run(looking, Mark()) == Marked()
    assert isinstance(world.run(looking, Mark(), world.add_operator("ivy")), Refused)
    assert recorded(world) == []


def test_list_cannot_write(world: World) -> None:
    """A reading transaction is rolled back, whatever the act did."""
    looking = act("users:read", event=None, writes=False)(write)

    assert world.run(looking, Mark()) == Marked()
    assert marks(world) == []


def test_refusal_of_the_act_itself_commits(world: World) -> None:
    """A refusal is a value: what led to it is kept, failed tries above all."""

    def try_and_fail(call: Call, command: Mark) -> Refused:
        write(call, command)
        call.note.details["tries"] = 1
        return Refused("otp.wrong", cause="off by one")

    assert world.run(marking(try_and_fail), Mark("try")) == Refused("otp.wrong", cause="off by one")
    assert marks(world) == ["try"]
    entry = world.entries()[-1]
    assert (entry.outcome, entry.code, entry.details) == ("refused", "otp.wrong", {"tries": 1, "cause": "off by one"})


def test_exception_leaves_nothing(world: World) -> None:
    """What must not happen rolls back, and stays loud."""

    def break_down(call: Call, command: Mark) -> Marked:
        write(call, command)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        world.run(marking(break_down), Mark())

    assert (marks(world), recorded(world)) == ([], [])


@pytest.mark.parametrize("losing", [0, 1, 4])
def test_lost_race_is_run_again(world: World, losing: int) -> None:
    """On what is there by then; nothing of the tries before is left, and one entry is written."""
    tries: list[int] = []

    def lose(call: Call, command: Mark) -> Marked:
        tries.append(len(tries))
        call.note.details["try"] = len(tries)
        write(call, command)
        if len(tries) <= losing:
            raise LostRace
        return Marked()

    assert world.run(marking(lose), Mark("won")) == Marked()
    assert (len(tries), marks(world)) == (losing + 1, ["won"])
    assert [one.details for one in world.entries()] == [{"try": losing + 1}]


def test_taken_key_is_a_lost_race(world: World) -> None:
    """Two who add the same at once: the second decides again, and finds it there."""
    tries: list[str] = []

    def add(call: Call, command: Mark) -> Marked | Refused:
        tries.append(command.what)
        if len(tries) > 1:
            return Refused("accounts.name_taken")
        write(call, command)
        return write(call, command)

    assert world.run(marking(add), Mark()) == Refused("accounts.name_taken")
    assert (len(tries), marks(world)) == (2, [])


@pytest.mark.parametrize("loss", [LostRace(), IntegrityError("INSERT", {}, ValueError())])
def test_race_that_is_lost_five_times_is_loud(world: World, loss: Exception) -> None:
    """Whoever never wins is told of it by an exception, not by silence."""
    tries: list[int] = []

    def lose(call: Call, command: Mark) -> Marked:
        del call, command
        tries.append(1)
        raise loss

    with pytest.raises(type(loss)):
        world.run(marking(lose), Mark())

    assert (len(tries), recorded(world)) == (5, [])


def test_failing_commit_is_never_told_as_done(world: World) -> None:
    """Neither the act nor its entry is there, and the next act goes through."""
    forbid_commits(world)
    with pytest.raises(DatabaseError):
        world.run(marking(), Mark("lost"))

    assert (marks(world), recorded(world)) == ([], [])
    assert world.run(marking(), Mark("kept")) == Marked()
    assert (marks(world), len(recorded(world))) == (["kept"], 1)


def test_time_is_read_once_the_transaction_has_begun(world: World) -> None:
    """An act that waited for others does not decide on a time before theirs."""
    times = []

    def look(call: Call, command: Mark) -> Marked:
        del command
        times.append(call.now)
        world.pass_time(hours=1)
        if len(times) == 1:
            raise LostRace
        return Marked()

    began = world.clock.now()
    world.run(marking(look), Mark())

    assert [(one - began).total_seconds() for one in times] == [0, 3600]


def test_own_act_says_who_is_behind_the_token(world: World) -> None:
    """Identity comes from the call, never from the command."""
    seen = []

    def look(call: Call, command: Mark) -> Marked:
        del command
        seen.append((call.actor.name, call.target))
        return Marked()

    bram = world.add_operator("bram")
    world.run(act(who=Who.SELF, event="marks.left")(look), Mark(), bram)

    assert seen == [("bram", None)]
