import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from doorward.features.signin.model import Next
from tests.chance import SeededEntropy
from tests.launcher import eventually
from tests.storms.crowd import Crowd, Told, at_work
from tests.storms.size import size
from tests.storms.town import Person, Town, api, town
from tests.storms.wire import Answer, ask, in_turn, play, wires

KILLS = {1: size(18, 200), 2: size(2, 50)}
"""How often a server of one process, and one of two, is killed."""
MOST_ACKNOWLEDGED = 120
LONGEST_GRACE = 20
"""Milliseconds between the last acknowledgement that is waited for and the kill."""
CASES = [(workers, number) for workers, kills in KILLS.items() for number in range(kills)]
LIMIT = 30
TABLES = ("account_state", "allowlist", "lockout_counters", "otp_keys", "outbox", "pending_sign_ins", "sessions")
MAIL = {"lockout.locked": "account_locked", "lockout.unlocked": "account_unlocked",
        "second_factor.reset": "second_factor_reset"}  # fmt: skip
"""Which mail an act queues."""


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[int, Town]]:
    """Launch a server of one process, and one of two."""
    with (
        town(tmp_path_factory.mktemp("one"), workers=1) as one,
        town(tmp_path_factory.mktemp("two"), workers=2) as two,
    ):
        for server in (one, two):
            server.rules(failures_before_lock=LIMIT, idle_minutes=600, failing_names_before_refusing=0)
        yield {1: one, 2: two}


@dataclass(frozen=True, slots=True)
class Found:
    """What stands in the record of one round: entries over the API, rows in the database."""

    entries: dict[UUID, list[dict[str, Any]]]
    rows: dict[str, dict[UUID, list[dict[str, Any]]]]

    @classmethod
    def read(cls, server: Town, since: str) -> "Found":
        """Read the record."""
        entries = grouped(server.entries(after=since), lambda entry: UUID(entry["target_id"] or UUID(int=0).hex))
        tables = {table: server.rows(f"SELECT * FROM {table}") for table in TABLES}  # noqa: S608 - ours
        return cls(entries, {name: grouped(rows, owner_of) for name, rows in tables.items()})

    def of(self, table: str, person: Person) -> list[dict[str, Any]]:
        """Give somebody's rows of a table."""
        return self.rows[table].get(person.account, [])

    def done(self, person: Person) -> list[dict[str, Any]]:
        """Give the entries of what was done to somebody."""
        return [entry for entry in self.entries.get(person.account, []) if entry["outcome"] != "refused"]

    def locked(self, person: Person) -> bool:
        """Tell whether an account is locked."""
        return self.of("account_state", person)[0]["locked_at"] is not None


def grouped(found: list[dict[str, Any]], key: Callable[[dict[str, Any]], UUID]) -> dict[UUID, list[dict[str, Any]]]:
    """Sort what was found by whom it is about."""
    groups: dict[UUID, list[dict[str, Any]]] = defaultdict(list)
    for one in found:
        groups[key(one)].append(one)
    return groups


def id_of(value: Any) -> UUID:
    """Read an id, which SQLite keeps as its bytes."""
    return value if isinstance(value, UUID) else UUID(bytes=value)


def owner_of(row: dict[str, Any]) -> UUID:
    """Say whose row it is."""
    return id_of(row["account_id"])


@pytest.mark.parametrize(("workers", "number"), CASES)
def test_a_kill_loses_nothing_and_leaves_no_half(servers: dict[int, Town], workers: int, number: int) -> None:
    """What was acknowledged stands, every act has its entry, and every entry its act (AUDIT-2)."""
    server = servers[workers]
    since, chance = server.now(), SeededEntropy(f"{workers} {number}")
    crowd, told = Crowd.gather(server, number), Told(1 + chance.below(MOST_ACKNOWLEDGED))
    play(lambda: at_work(server, crowd, told, chance.below(LONGEST_GRACE) / 1000))
    server.server.start()
    found = Found.read(server, since)
    halves, lost = halves_of(found, crowd), [*lost_acts(found, told), *lost_proofs(server, told)]
    server.server.turn(seconds=31)
    eventually(lambda: not server.count("SELECT count(*) FROM lockout_reservations"))

    assert told.left <= 0
    assert lost == []
    assert halves == []
    assert miscounted(Found.read(server, since), crowd) == []
    assert "Traceback" not in server.server.log


@pytest.mark.parametrize("number", range(size(2, 50)))
def test_a_job_goes_on_after_a_kill(servers: dict[int, Town], number: int) -> None:
    """Each account of a bulk unlock is unlocked once, recorded once and told once, whenever the server dies."""
    server, chance = servers[1], SeededEntropy(f"job {number}")
    people = server.add_locked(f"bulk-{number}", 40)
    asked = api("POST /unlocks", {"accounts": [str(one.account) for one in people], "reason": "a storm"}, server.watch,
                idempotency_key=f"storm-{number}")  # fmt: skip

    async def scene() -> Answer:
        async with wires(server.url, 1) as opened:
            started = await opened[0].ask(asked)
            over = asyncio.Event()
            asyncio.get_running_loop().call_later(chance.below(600) / 1000, over.set)
            await over.wait()
        return started

    job = play(scene).json()["id"]
    server.server.kill()
    server.server.start()
    eventually(lambda: server.ask(f"GET /jobs/{job}", token=server.watch).json()["state"] == "finished")
    shown = server.ask(f"GET /jobs/{job}", token=server.watch).json()
    server.server.turn(minutes=2)  # what was being handed over is held for so long
    eventually(lambda: not server.count("SELECT count(*) FROM outbox WHERE state <> 'delivered'"))
    sent = {one.email: set[str]() for one in people}
    for mail in server.server.mails():
        sent.get(mail["To"], set()).add(mail["Message-ID"])

    assert (shown["done"], shown["unchanged"], shown["refused"], shown["waiting"]) == (40, 0, 0, 0)
    assert {len(server.entries(one, act="lockout.unlocked")) for one in people} == {1}
    assert {len(messages) for messages in sent.values()} == {1}
    assert ask(server.url, asked).json()["id"] == job


def lost_acts(found: Found, told: Told) -> list[str]:
    """Name the locks, unlocks and resets that were acknowledged and are not so."""
    locks = [one.name for one, locked in told.locked.items() if found.locked(one) not in {locked, told.asked[one]}]
    return locks + [one.name for one in told.reset if found.of("otp_keys", one)]


def lost_proofs(server: Town, told: Told) -> list[str]:
    """Name the sessions that do not work, and codes that work again."""
    checks = in_turn(server.url, [api("GET /session", token=token) for token in told.tokens])
    lost = [answer.body.decode() for answer in checks if answer.status != 200]
    for person, code in told.codes[-5:]:
        (sign_in,) = server.pending(person, Next.CODE)
        again = ask(server.url, api("POST /sign-in/code", {"sign_in": sign_in, "code": code}))
        lost += [again.body.decode()] if again.code != "otp.used" else []
    return lost


def halves_of(found: Found, crowd: Crowd) -> list[str]:
    """Name each act without its entry, and each entry without its act."""
    return [
        f"{what} of {person.name}" for person in crowd.everybody for what, same in compared(found, person) if not same
    ]


def compared(found: Found, person: Person) -> list[tuple[str, bool]]:
    """Hold somebody's rows against the entries of what was done."""
    entries = found.done(person)
    acts = Counter(entry["act"] for entry in entries)
    right = sum(entry["act"] == "signin.password" and entry["result"] == "right" for entry in entries)
    opened = {UUID(entry["details"]["session"]) for entry in entries if entry["act"] == "signin.completed"}
    mail = {kind: acts[act] for act, kind in MAIL.items() if acts[act]}
    return [
        ("sessions", opened == {id_of(row["session_id"]) for row in found.of("sessions", person)}),
        ("sign-ins under way", len(found.of("pending_sign_ins", person)) == right - acts["signin.completed"]),
        ("lock", found.locked(person) == (acts["lockout.locked"] > acts["lockout.unlocked"])),
        ("allowlist entry", bool(found.of("allowlist", person)) == bool(acts["second_factor.reset"])),
        ("mail", mail == Counter(row["kind"] for row in found.of("outbox", person))),
    ]


def miscounted(found: Found, crowd: Crowd) -> list[str]:
    """Name the accounts whose counter is not what the entries say: wrong guesses, and those whose process died."""
    said = []
    for person in crowd.guessed_at:
        failed = sum(entry["result"] in {"wrong", "unknown"} for entry in found.done(person))
        counted = sum(row["failures"] for row in found.of("lockout_counters", person))
        if counted != failed or found.locked(person) != (failed >= LIMIT):
            said.append(f"{person.name}: {counted} counted, {failed} recorded")
    return said
