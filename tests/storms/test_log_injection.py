"""T26: whatever strangers type, one event is one line, reads back as it was sent, and acts on nothing."""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterator
from typing import Any

import pytest

from doorward.edges.lines import plain
from tests.storms.town import Person, Town, api, town
from tests.storms.wire import Answer, ask, at_once, form, request

FORGED = '{"at":"2026-01-01T00:00:00Z","level":"info","event":"forged.act"}'
PAYLOADS = {
    "CRLF": f"x\r\n{FORGED}\r\n",
    "line feed": f"x\n{FORGED}\n",
    "separators": f"x\u2028{FORGED}\u2029\x85{FORGED}\x0b\x0c",
    "escape": "\x1b[2J\x1b]0;owned\x07\x1b[31m\x9b2J",
    "NUL": "x\x00y",
    "direction": "\u202egnirts\u2066\u2069\u200f",
    "invisible": "\ufeff\u200b\u00ad\U000e0041",
    "quotes": '","outcome":"done","act":"forged.act',
    "formula": "=cmd|' /C calc'!A0",
    "a megabyte": "A" * 1_048_576,
}
WHITE = re.compile("[\x00-\x20]")
ACTIVE = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def active(text: str) -> set[str]:
    """Name what a text holds that acts without being seen; line feeds end lines, and are counted elsewhere."""
    return {f"{ord(one):04x}" for one in set(text) - {"\n"} if unicodedata.category(one) in ACTIVE}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Launch a server that logs all it can, behind a proxy that hands on what it was sent."""
    options = {"log_level": "debug", "behind_proxy": "127.0.0.1"}
    with town(tmp_path_factory.mktemp("log"), options) as begun:
        begun.rules(failures_before_lock=0, failing_names_before_refusing=0)
        yield begun


def as_header(text: str) -> str:
    """Spell a text as the bytes of a header that hold it."""
    return text.encode().decode("latin-1")


def sent(server: Town, bram: Person, text: str) -> dict[str, bytes]:
    """Write one request for each place where a stranger, or an operator, may type."""
    named = {"user_name": text, "password": "wrong"}
    guess = {"user_name": bram.name, "password": "wrong"}
    one, olga = f"/accounts/{bram.account}", server.watch
    return {
        "user name": api("POST /sign-in", named),
        "user name on the page": form("POST /sign-in", server.url, named),
        "user agent": api("POST /sign-in", guess, user_agent=as_header(text)),
        "address": api("POST /sign-in", guess, x_forwarded_for=as_header(text)),
        "reason": api(f"POST {one}/lock", {"reason": text}, olga),
        "full name": api(f"PATCH {one}", {"full_name": text, "reason": "x"}, olga, if_match="1"),
        "new user name": api("POST /accounts", {"user_name": text, "email": "x@example.org"}, olga),
        "path": request(f"GET /{as_header(WHITE.sub('%0A', text))[:8_000]}"),
        "filter": api("GET /audit", token=olga, cookie=as_header(text)[:500]),
    }


def answer(server: Town, line: bytes) -> int:
    """Send a request; a connection that is closed because of what was sent is an answer too."""
    try:
        return ask(server.url, line).status
    except (OSError, EOFError):
        return 0


@pytest.fixture(scope="module")
def statuses(server: Town) -> dict[tuple[str, str], int]:
    """Send everything everywhere: first while the server works, then while its COMMITs fail and it logs."""
    bram = server.add("bram")
    told: dict[tuple[str, str], int] = {}
    for fail in (False, True):
        server.watch  # noqa: B018 - a session from before the failing
        lines = {
            (what, where): one for what, text in PAYLOADS.items() for where, one in sent(server, bram, text).items()
        }
        server.server.fail_commits(fail=fail)
        told |= {(f"{what}{' failing' * fail}", where): answer(server, one) for (what, where), one in lines.items()}
        server.server.fail_commits(fail=False)
    return told


def exported(server: Town, form_of_file: str) -> Answer:
    """Export the whole trail."""
    return server.ask(f"GET /audit/export?format={form_of_file}", token=server.watch)


def test_everything_was_answered(statuses: dict[tuple[str, str], int]) -> None:
    """More than 40 cases; none broke a worker, and what failed at its COMMIT was told as that."""
    assert len(statuses) == 2 * 9 * len(PAYLOADS)
    assert {status for (what, _), status in statuses.items() if not what.endswith("failing")} <= {
        0, 200, 201, 400, 401, 403, 404, 409, 413, 422, 431,
    }  # fmt: skip
    assert 500 in statuses.values()


def test_a_line_of_the_log_is_one_event(server: Town, statuses: dict[tuple[str, str], int]) -> None:
    """Each is one JSON object of ours; none was forged, and none acts on a terminal."""
    assert statuses
    lines = server.server.log.splitlines()
    events = [json.loads(line) for line in lines]

    assert len(lines) > 10
    assert {type(event) for event in events} == {dict}
    assert all({"at", "level", "event"} <= event.keys() for event in events)
    assert [event for event in events if event["event"] == "forged.act"] == []
    assert active(server.server.log) == set()


def test_the_trail_reads_back_the_same_everywhere(server: Town, statuses: dict[tuple[str, str], int]) -> None:
    """API, JSON lines and CSV say the same of as many entries, and no entry was forged."""
    assert statuses
    before = server.now()
    listed = server.listed("/audit", before=before)
    as_lines = exported(server, "jsonl").body.decode()
    as_cells = list(csv.DictReader(io.StringIO(exported(server, "csv").body.decode(), newline="")))
    from_lines = {one["id"]: one for one in map(json.loads, as_lines.splitlines())}
    from_cells = {one["id"]: one for one in as_cells}

    assert len(listed) > 40
    assert [entry for entry in listed if from_lines[entry["id"]] != entry] == []
    assert [entry["id"] for entry in listed if not same(entry, from_cells[entry["id"]])] == []
    assert {entry["act"] for entry in listed if "forged" in entry["act"]} == set()
    assert active(as_lines) == set()


def same(entry: dict[str, Any], cells: dict[str, str]) -> bool:
    """Tell whether the texts of an entry and of its row are the same."""
    texts = ("act", "actor_name", "target_name", "reason", "address", "user_agent", "reference")
    return all(plain(cells[name]) == (entry[name] or "") for name in texts)


def test_no_cell_is_a_formula(server: Town, statuses: dict[tuple[str, str], int]) -> None:
    """Whatever anybody typed (T16)."""
    assert statuses
    rows = csv.reader(io.StringIO(exported(server, "csv").body.decode(), newline=""))

    assert [cell for row in rows for cell in row if cell[:1] in {"=", "+", "-", "@", "\t", "\r", "\n"}] == []


def test_pages_and_the_command_line_are_inert(server: Town, statuses: dict[tuple[str, str], int]) -> None:
    """Marks of direction and controls are spelled out, on the audit page, in histories and on a terminal."""
    assert statuses
    cookie = {"cookie": f"__Host-doorward={server.watch}"}
    addresses = ("/console/audit", "/console/users", "/console/mail", "/console")
    pages = at_once(server.url, [request(f"GET {one}", headers=cookie) for one in addresses])
    shell = [server.server.run(*words) for words in (("audit", "list", "--limit", "200"), ("account", "list"))]

    assert {page.status for page in pages} == {200}
    assert [one for one, page in zip(addresses, pages, strict=True) if active(page.body.decode())] == []
    assert [active(said.stdout + said.stderr) for said in shell] == [set(), set()]
    assert "gnirts" in pages[0].body.decode() or "\\u202e" in pages[0].body.decode()
