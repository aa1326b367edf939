"""T07 and T25 on three nodes of which one dies: guesses under way are counted, and recorded as they are counted."""

import asyncio
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.chance import SeededEntropy
from tests.launcher import Server, eventually
from tests.storms.crowd import GONE
from tests.storms.nodes import needs_postgresql, three_nodes
from tests.storms.size import size
from tests.storms.town import Person, Town, address, password_of
from tests.storms.wire import Answer, Wire, at_once, play, wires

KILLS = size(4, 200)
AT_ONCE, LIMIT = 150, 30
ANSWERS = {(401, "signin.refused"), (503, "signin.busy")}

pytestmark = needs_postgresql


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Launch three nodes."""
    with three_nodes(tmp_path_factory.mktemp("dying"), {"behind_proxy": "127.0.0.1"}) as begun:
        begun.rules(failures_before_lock=LIMIT, failing_names_before_refusing=0, idle_minutes=600)
        yield begun


@pytest.mark.parametrize("number", range(KILLS))
def test_a_node_that_dies_loses_no_guess(server: Town, number: int) -> None:
    """What it had reserved becomes failures after half a minute; the others answer, and go on to the limit."""
    bram, dying = server.add(f"bram-{number}"), 1 + number % 2
    after = 1 + SeededEntropy(f"dying {number}").below(LIMIT)
    answers = guessed_until_one_dies(server, bram, server.nodes[dying], after)
    living = [answer for one, answer in enumerate(answers) if one % 3 != dying]
    server.server.turn(seconds=31)
    eventually(lambda: reserved(server, bram) == 0)
    counted_then = failures(server, bram)
    recorded_then = compared(server, bram)
    urls = [node.url for node in server.nodes if node is not server.nodes[dying]]
    at_once(urls, guesses(bram))
    server.nodes[dying].start()

    assert {None if answer is None else (answer.status, answer.code) for answer in living} <= ANSWERS
    assert recorded_then == counted_then <= LIMIT
    assert (compared(server, bram), failures(server, bram)) == (LIMIT, LIMIT)
    assert len(server.entries(bram, act="lockout.locked")) == 1
    assert [mail["kind"] for mail in server.mails(bram)] == ["account_locked"]
    assert "Traceback" not in "".join(node.log for node in server.nodes)


def guesses(person: Person) -> list[bytes]:
    """Write wrong passwords from as many addresses."""
    return [password_of(person.name, "wrong", address(number)) for number in range(AT_ONCE)]


def guessed_until_one_dies(server: Town, person: Person, dying: Server, after: int) -> list[Answer | None]:
    """Guess at once on all nodes, and kill one when so many answers are there; None is an answer that never came."""
    heard = Counter[str]()

    async def one(wire: Wire, request: bytes) -> Answer | None:
        try:
            answer = await wire.ask(request)
        except GONE:
            return None
        heard["answers"] += answer.code == "signin.refused"
        if heard["answers"] == after:
            dying.kill()
        return answer

    async def scene() -> list[Answer | None]:
        async with wires(server.urls, AT_ONCE) as opened:
            asked = zip(opened, guesses(person), strict=True)
            return await asyncio.gather(*(one(wire, request) for wire, request in asked))

    return play(scene)


def compared(server: Town, person: Person) -> int:
    """Count the guesses that were compared, or whose node died over them, by the audit trail."""
    found = server.attempts("signin.password", person)
    return found["checked", "wrong"] + found["checked", "unknown"]


def reserved(server: Town, person: Person) -> int:
    """Count the guesses under way."""
    return server.count("SELECT count(*) FROM lockout_reservations WHERE account_id = ?", person.account)


def failures(server: Town, person: Person) -> int:
    """Add up an account's counters."""
    counted = "SELECT coalesce(sum(failures), 0) FROM lockout_counters WHERE account_id = ?"
    return server.count(counted, person.account)
