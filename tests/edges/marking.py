"""An act of no feature: it leaves a mark in a table of its own."""

from collections.abc import Callable
from dataclasses import dataclass

from doorward.edges.call import Call
from doorward.kernel.act import Action, act
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Done
from tests.worlds import World


@dataclass(frozen=True, slots=True)
class Mark:
    """Leave a mark; about an account, where it names one."""

    what: str = "mark"
    account: AccountId | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Marked(Done):
    """There is a mark."""


def write(call: Call, command: Mark) -> Marked:
    """Leave a mark."""
    call.sql.exec_driver_sql("INSERT INTO marks VALUES (?)", (command.what,))
    return Marked()


def marking(perform: Callable[[Call, Mark], object] = write, event: str | None = "marks.left") -> Action[Mark, object]:
    """Declare an act that takes a right."""
    return act("users:modify", event=event)(perform)


def marks(world: World) -> list[str]:
    """Read the marks that were committed."""
    with world.database.read() as sql:
        return list(sql.exec_driver_sql("SELECT what FROM marks ORDER BY rowid").scalars())


def recorded(world: World) -> list[tuple[str, str, str | None, str]]:
    """Read what was recorded: act, outcome, code, actor."""
    return [(one.act, one.outcome, one.code, one.actor_name) for one in world.entries()]
