"""The move to another database: recorded there, in the transaction that brings everything."""

from doorward.edges.call import Call
from doorward.features.administration.model import DatabaseMoved, MoveDatabase
from doorward.kernel.act import Who, act


@act(who=Who.SERVER, event="database.moved")
def move_database(call: Call, command: MoveDatabase) -> DatabaseMoved:
    """Carry everything over; the entry comes after those of the trail that has arrived."""
    carried = command.carry(call.sql)
    call.note.details.update({"from": command.origin, "rows": carried.total, "trail": carried.trail})
    return DatabaseMoved(carried.rows, carried.trail)
