from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from doorward.features.system import rules
from doorward.features.system.model import BrokenPromise, DutyHeld, Facts, Finding, Grade, Machine, Serving

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
WELL = Facts(
    now=NOON,
    version="1.0",
    node="oak",
    public_url="https://login.example.org",
    behind_proxy=True,
    database="SQLite 3",
    schema="0050",
    newest_schema="0050",
    broken=(),
    size_bytes=30 * 2**20,
    free_bytes=2**40,
    keys_open=True,
    duties=(
        DutyHeld("send mail", "oak/1-a", NOON),
        DutyHeld("count days", "elm/2-b", NOON),
        DutyHeld("end locks", "oak/1-a", NOON),
    ),
    serving=frozenset({Serving("oak", "a", "x"), Serving("elm", "b", "x")}),
    seen_at=NOON,
    mail_error=None,
    hosts=("app.example.org",),
    administered=True,
)
MACHINE = Machine(clock=NOON, database="/data/doorward.db", damaged=False, outdated_hashes=0)


def found(subject: str, machine: Machine | None = None, **facts: Any) -> Finding:
    """Judge a server that is well but for some facts, and give what is told of one thing."""
    (finding,) = [one for one in rules.findings(replace(WELL, **facts), machine) if one.subject == subject]
    return finding


def told(finding: Finding) -> tuple[Grade, str, str]:
    """Spell a finding without its subject."""
    return finding.grade, finding.said, finding.mend


def test_each_thing_is_told_in_its_place() -> None:
    """The same on the page and on the machine, which has one more."""
    page = [one.subject for one in rules.findings(WELL)]

    assert page == [
        "address",
        "database",
        "keys",
        "clock",
        "duties",
        "nodes",
        "outbox",
        "applications",
        "administrators",
    ]
    assert [one.subject for one in rules.findings(WELL, MACHINE)] == [*page, "passwords"]


@pytest.mark.parametrize("machine", [None, MACHINE])
def test_a_server_that_is_well_is_told_so(machine: Machine | None) -> None:
    """And nothing asks to be mended."""
    findings = rules.findings(WELL, machine)

    assert {(one.grade, one.mend) for one in findings} == {(Grade.WELL, "")}


@pytest.mark.parametrize(
    ("address", "grade", "said"),
    [
        ("https://192.0.2.1", Grade.WELL, "https://192.0.2.1"),
        ("http://127.0.0.1:8420", Grade.WELL, "http://127.0.0.1:8420, which this machine alone can open"),
        ("http://[::1]:8420", Grade.WELL, "http://[::1]:8420, which this machine alone can open"),
        ("http://localhost", Grade.WELL, "http://localhost, which this machine alone can open"),
        ("http://login.example.org", Grade.WRONG, "http://login.example.org sends passwords in the clear."),
        ("http://192.0.2.1:8420", Grade.WRONG, "http://192.0.2.1:8420 sends passwords in the clear."),
    ],
)
def test_an_address_is_judged_by_who_reads_on_the_way(address: str, grade: Grade, said: str) -> None:
    """TLS, or an address of this machine."""
    finding = found("address", public_url=address)

    assert (finding.grade, finding.said) == (grade, said)
    assert bool(finding.mend) == (grade is Grade.WRONG)


LOSES = BrokenPromise("fsync is off.", "Set it to on.", loses_acts=True)
SLOW = BrokenPromise("pg_trgm is missing.", "Add it.", loses_acts=False)


@pytest.mark.parametrize(
    ("facts", "said", "grade", "mend"),
    [
        ({}, "SQLite 3, version 0050", Grade.WELL, ""),
        ({"size_bytes": None, "free_bytes": None}, "SQLite 3, version 0050", Grade.WELL, ""),
        ({"free_bytes": 100 * 2**20}, "SQLite 3, version 0050", Grade.WELL, ""),
        (
            {"free_bytes": 100 * 2**20 - 1},
            "99 MiB are left on its disk.",
            Grade.WRONG,
            "Free some space: without room nobody can sign in.",
        ),
        ({"broken": (SLOW,)}, "pg_trgm is missing.", Grade.ODD, "Add it."),
        (
            {"schema": "0051"},
            "SQLite 3, version 0051: a newer Doorward has upgraded it, and oak knows version 0050.",
            Grade.ODD,
            "Upgrade this node as well.",
        ),
    ],
)
def test_a_database_is_judged_by_the_gravest(facts: dict[str, Any], said: str, grade: Grade, mend: str) -> None:
    """Room, then its version; a promise that is not kept is told instead."""
    assert told(found("database", **facts)) == (grade, said, mend)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, ["fsync is off.", "pg_trgm is missing."]),
        ({"free_bytes": 0}, ["fsync is off.", "pg_trgm is missing.", "0 MiB are left on its disk."]),
    ],
)
def test_each_promise_that_is_not_kept_is_told(facts: dict[str, Any], said: list[str]) -> None:
    """The gravest first, and what else is wrong after them."""
    findings = rules.findings(replace(WELL, broken=(LOSES, SLOW), **facts))

    assert [one.said for one in findings if one.subject == "database"] == said


@pytest.mark.parametrize(
    ("machine", "facts", "said"),
    [
        (MACHINE, {}, "/data/doorward.db, version 0050, 30 MiB"),
        (MACHINE, {"size_bytes": None}, "/data/doorward.db, version 0050"),
        (replace(MACHINE, damaged=True), {"free_bytes": 0}, "/data/doorward.db is damaged."),
    ],
)
def test_on_its_machine_a_database_has_a_place(machine: Machine, facts: dict[str, Any], said: str) -> None:
    """Which no page tells; damage comes before everything."""
    assert found("database", machine, **facts).said == said


@pytest.mark.parametrize(
    ("keys_open", "grade", "said"),
    [
        (True, Grade.WELL, "they open what is sealed"),
        (None, Grade.WELL, "nothing is sealed under them yet"),
        (False, Grade.WRONG, "The keys do not open what this database holds."),
    ],
)
def test_keys_are_judged_by_what_they_open(keys_open: bool | None, grade: Grade, said: str) -> None:
    """A server that never sealed anything is well."""
    finding = found("keys", keys_open=keys_open)

    assert (finding.grade, finding.said) == (grade, said)


def test_a_clock_that_was_set_back_is_wrong() -> None:
    """By what a server has left in the database."""
    later = NOON + timedelta(seconds=1)

    finding = found("clock", seen_at=later)

    assert (finding.grade, finding.mend) == (Grade.WRONG, "Set it right, and let a time service keep it.")
    assert finding.said.startswith("It says 2026-05-04 12:00:00 UTC; ")
    assert finding.said.endswith("; but a server here has seen 2026-05-04 12:00:01.")
    assert found("clock", seen_at=None).grade is Grade.WELL


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "2026-05-04 12:00:00 UTC; codes need it right within half a minute"),
        (1, "2026-05-04 12:00:00 UTC; codes need it right within half a minute"),
        (-1, "2026-05-04 12:00:00 UTC; codes need it right within half a minute"),
        (7, "This machine's clock is 7 s ahead of the database's, which decides; the log bears it."),
        (-90, "This machine's clock is 90 s behind the database's, which decides; the log bears it."),
    ],
)
def test_a_clock_that_is_not_the_databases_is_told(seconds: int, said: str) -> None:
    """On PostgreSQL, where the database's decides (T27)."""
    finding = found("clock", replace(MACHINE, clock=NOON + timedelta(seconds=seconds)))

    assert (finding.said, finding.grade) == (said, Grade.WELL if abs(seconds) <= 1 else Grade.ODD)


@pytest.mark.parametrize(
    ("serving", "grade", "said"),
    [
        ({("oak", "a", "x"), ("elm", "b", "x")}, Grade.WELL, "elm, oak serving"),
        (set(), Grade.WELL, "none serves just now"),
        (
            {("oak", "a", "x"), ("oak", "b", "x"), ("elm", "b", "x")},
            Grade.WRONG,
            "2 nodes are called oak: one that starts takes the duties of the other away.",
        ),
        (
            {("oak", "a", "x"), ("elm", "b", "y")},
            Grade.WRONG,
            "elm, oak have different public addresses: what one mails or sets does not fit the other.",
        ),
    ],
)
def test_nodes_agree(serving: set[tuple[str, str, str]], grade: Grade, said: str) -> None:
    """Each has a name of its own, and all have one public address."""
    finding = found("nodes", serving=frozenset(Serving(*one) for one in serving))

    assert (finding.grade, finding.said, bool(finding.mend)) == (grade, said, grade is Grade.WRONG)


def test_duties_are_told_by_their_nodes() -> None:
    """And that nobody does them, which is no fault where no server runs."""
    assert found("duties").said == "done by elm, oak"
    assert told(found("duties", duties=())) == (
        Grade.ODD,
        "Nobody does the server's own duties: no mail is sent.",
        "Start the server; where one runs, look into its log for what keeps it from them.",
    )


@pytest.mark.parametrize(
    ("subject", "facts", "said", "mend"),
    [
        (
            "outbox",
            {"mail_error": "connection refused"},
            "Mail was tried and has not arrived: connection refused",
            "See the list of mail, here or by `doorward mail list`.",
        ),
        (
            "applications",
            {"hosts": ("a.org", "b.org"), "behind_proxy": False},
            "2 registered, but no web server is believed: each of its questions is refused.",
            "Name its network in `behind_proxy`, or by --behind-proxy.",
        ),
        (
            "administrators",
            {"administered": False},
            "Nobody administers this server yet.",
            "Open the link that `doorward init` prints.",
        ),
    ],
)
def test_what_is_odd_is_told_with_its_mend(subject: str, facts: dict[str, Any], said: str, mend: str) -> None:
    """Each by itself; the server works."""
    assert told(found(subject, **facts)) == (Grade.ODD, said, mend)


@pytest.mark.parametrize(("hosts", "said"), [((), "no host is registered"), (("a", "b", "c"), "3 registered")])
def test_applications_are_counted(hosts: tuple[str, ...], said: str) -> None:
    """Without any, it does not matter who is believed."""
    assert found("applications", hosts=hosts, behind_proxy=bool(hosts)).said == said


@pytest.mark.parametrize(
    ("outdated", "grade", "said"),
    [
        (0, Grade.WELL, "all are hashed with the present parameters"),
        (3, Grade.ODD, "3 are hashed with other parameters, and take another time until their next use."),
    ],
)
def test_older_hashes_are_counted(outdated: int, grade: Grade, said: str) -> None:
    """They are upgraded by themselves (PASS-4)."""
    finding = found("passwords", replace(MACHINE, outdated_hashes=outdated))

    assert (finding.grade, finding.said) == (grade, said)


def test_an_application_of_doorwards_own_name_is_told() -> None:
    """It was registered before the public address was this one; browsers know no ports (RFC 6265 section 8.5)."""
    finding = found("applications", hosts=("app.example.org", "login.example.org"))

    assert (finding.grade, finding.said.partition(" is ")[0]) == (Grade.WRONG, "login.example.org")
    assert "forward-auth remove` login.example.org" in finding.mend


@pytest.mark.parametrize(
    ("nodes", "most", "said"),
    [
        (("oak",), 34, None),
        (("oak",), None, None),
        (("oak",), 33, "PostgreSQL gives us 33 connections, and this node may open 34: people get 503."),
        (("elm",), 67, "PostgreSQL gives us 67 connections, and 2 nodes like this one may open 68: people get 503."),
    ],
)
def test_connections_that_do_not_suffice_are_told(nodes: tuple[str, ...], most: int | None, said: str | None) -> None:
    """Before the day on which all are wanted; whether this node serves just now does not matter."""
    facts = replace(WELL, node="oak", serving=frozenset(Serving(one, one, "x") for one in nodes))
    machine = replace(MACHINE, connections=34, most_connections=most)
    odd = [one.said for one in rules.findings(facts, machine) if one.subject == "database" and one.grade is Grade.ODD]

    assert odd == ([] if said is None else [said])
