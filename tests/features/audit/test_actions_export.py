import csv
import io
import json
from dataclasses import replace

import pytest

from doorward.edges.lines import plain
from doorward.features.audit import actions
from doorward.features.audit.model import ExportBegun, ExportEntries, ExportFormat, ExportPart, Filter, ReadExport
from doorward.features.lockout.actions.locking import lock_account
from doorward.features.lockout.model import LockAccount
from doorward.kernel.act import SYSTEM
from doorward.kernel.events import Event
from doorward.kernel.outcome import Refused
from tests.worlds import NOON, World

FIELDS = [
    "id", "at", "act", "outcome", "result", "code", "actor_id", "actor_name", "target_id", "target_name", "reason",
    "reference", "address", "user_agent", "session_id", "door", "node", "details",
]  # fmt: skip


def exported(world: World, wanted: Filter = Filter(), form: ExportFormat = ExportFormat.CSV) -> list[str]:  # noqa: B008 - frozen
    """Export what a filter finds, and give the parts of the file."""
    begun = world.run(actions.export_entries, ExportEntries(wanted, form))
    assert isinstance(begun, ExportBegun)
    parts, before = [begun.heading], None
    while True:
        part = world.run(actions.read_export, ReadExport(wanted, form, before))
        assert isinstance(part, ExportPart)
        parts.append(part.text)
        before = part.next_id
        if before is None:
            return parts


def rows(parts: list[str]) -> list[dict[str, str]]:
    """Read a CSV file."""
    return list(csv.DictReader(io.StringIO("".join(parts), newline="")))


def write(world: World, count: int, act: str = "lockout.lapsed", name: str = "alice") -> None:
    """Write so many entries."""
    with world.writing() as call:
        for _ in range(count):
            actions.record(replace(call, actor=SYSTEM), Event(act, "done", target_name=name))


def test_a_csv_file_has_the_fields_of_the_api(world: World) -> None:
    """A heading, then a line for each entry, newest first."""
    bram = world.add("bram")
    world.run(lock_account, LockAccount(bram, "left"))
    world.pass_time(seconds=1)
    newest, locked = rows(exported(world))

    assert list(newest) == FIELDS
    assert newest["act"] == "audit.exported"
    assert (locked["act"], locked["at"], locked["target_id"], locked["reason"]) == (
        "lockout.locked", "2026-05-04T12:00:00Z", str(bram), "left",
    )  # fmt: skip


def test_json_lines_hold_entries_as_the_api_spells_them(world: World) -> None:
    """Null where nothing is known, and details as an object."""
    bram = world.add("bram")
    world.run(lock_account, LockAccount(bram, "left"))
    _, *lines = "".join(exported(world, Filter(account=bram), ExportFormat.JSON_LINES)).splitlines()

    assert lines == []
    (entry,) = [
        json.loads(line) for line in "".join(exported(world, Filter(account=bram), ExportFormat.JSON_LINES)).split()
    ]
    assert list(entry) == FIELDS
    assert (entry["act"], entry["code"], entry["target_id"]) == ("lockout.locked", None, str(bram))


def test_a_long_trail_comes_in_parts_of_one_page(world: World) -> None:
    """No entry twice, none left out, and never more than two hundred in memory (AUDIT-4)."""
    write(world, 450)
    parts = exported(world, Filter(act="lockout.lapsed"))

    assert [part.count("\n") for part in parts] == [1, 200, 200, 50]
    assert len({row["id"] for row in rows(parts)}) == 450


def test_an_export_is_recorded_once_with_its_filter(world: World) -> None:
    """However many parts it has (AUDIT-1)."""
    write(world, 250)
    bram = world.add("bram")
    exported(world, Filter(bram, "olga", "lockout.locked", NOON, NOON, "k3j"), ExportFormat.JSON_LINES)

    written = [entry for entry in world.entries() if entry.act == "audit.exported"]
    assert [dict(entry.details) for entry in written] == [
        {
            "form": "jsonl", "account": str(bram), "actor": "olga", "act": "lockout.locked",
            "after": "2026-05-04T12:00:00Z", "before": "2026-05-04T12:00:00Z", "reference": "k3j",
        }
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)"])
def test_no_cell_begins_a_formula(world: World, name: str) -> None:
    """Whatever somebody was named (T16)."""
    write(world, 1, name=name)
    (row,) = rows(exported(world, Filter(act="lockout.lapsed")))

    assert row["target_name"] == f"'{name}"
    assert plain(row["target_name"]) == name


@pytest.mark.parametrize(("role", "may"), [("administrator", True), ("auditor", True), ("super-user", False)])
def test_an_export_takes_its_own_right(world: World, role: str, *, may: bool) -> None:
    """Reading the trail is not yet taking it away; each part asks again."""
    olga = world.add_operator("olga", role)
    begun = world.run(actions.export_entries, ExportEntries(), olga)
    part = world.run(actions.read_export, ReadExport(Filter(), ExportFormat.CSV), olga)

    assert (isinstance(begun, ExportBegun), isinstance(part, ExportPart)) == (may, may)
    assert may or begun == part == Refused("rights.missing", {"right": "audit:export"})


def test_a_refused_export_is_recorded(world: World) -> None:
    """Whoever tried, and with what code."""
    world.run(actions.export_entries, ExportEntries(), world.add_operator("olga", "help-desk"))

    (entry,) = world.entries()
    assert (entry.act, entry.outcome, entry.code, entry.actor_name) == (
        "audit.exported", "refused", "rights.missing", "olga",
    )  # fmt: skip
