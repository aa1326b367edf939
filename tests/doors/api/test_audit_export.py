import csv
import io
import json

import pytest

from tests.doors.served import Served

REASON = {"reason": "called back"}


def test_the_trail_is_exported_as_csv(served: Served) -> None:
    """A heading, and a line for each entry that the filter finds."""
    bram = served.world.add("bram")
    olga = served.operator()
    served.ask(f"POST /accounts/{bram}/lock", REASON, olga)
    served.ask(f"POST /accounts/{bram}/unlock", REASON, olga)
    sent = served.ask(f"GET /audit/export?account={bram}&act=lockout.locked", token=olga)

    (row,) = csv.DictReader(io.StringIO(sent.body.decode(), newline=""))
    assert sent.status == 200
    assert sent.headers["content-type"] == "text/csv; charset=utf-8"
    assert (row["act"], row["target_name"], row["reason"]) == ("lockout.locked", "bram", "called back")


def test_the_trail_is_exported_as_json_lines(served: Served) -> None:
    """Each line is an entry as the list has it."""
    bram = served.world.add("bram")
    olga = served.operator()
    served.ask(f"POST /accounts/{bram}/lock", REASON, olga)
    (listed,) = served.ask(f"GET /audit?account={bram}", token=olga).json()["items"]
    sent = served.ask(f"GET /audit/export?format=jsonl&account={bram}", token=olga)

    assert [json.loads(line) for line in sent.body.splitlines()] == [listed]


def test_an_export_is_recorded_once(served: Served) -> None:
    """With what was asked for."""
    served.ask("GET /audit/export?format=jsonl&actor=olga", token=served.operator())

    assert [(entry.act, dict(entry.details)) for entry in served.world.entries()] == [
        ("audit.exported", {"form": "jsonl", "actor": "olga"})
    ]


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("format=xml", 400, "request.malformed"),
        ("format=csv&format=jsonl", 400, "request.malformed"),
        ("limit=5", 422, "request.unknown_field"),
        ("account=bram", 404, "accounts.not_found"),
        ("after=yesterday", 400, "request.malformed"),
    ],
)
def test_what_cannot_be_meant_is_refused(served: Served, query: str, status: int, code: str) -> None:
    """Before anything is exported, with the codes of the list."""
    answered = served.ask(f"GET /audit/export?{query}", token=served.operator())

    assert (answered.status, answered.code) == (status, code)
    assert served.world.entries() == []


def test_an_export_takes_its_right(served: Served) -> None:
    """As problem details, not as a file."""
    answered = served.ask("GET /audit/export", token=served.operator("hank", "help-desk"))

    assert (answered.status, answered.code) == (403, "rights.missing")
