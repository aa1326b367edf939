import asyncio
import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.storms.size import size
from tests.storms.town import Person, Town, address, api, password_of, town
from tests.storms.wire import Answer, Wire, play, wires

SHELLS = size(2, 4)
EACH = size(2, 200)
"""How many shells stand side by side, and how many commands run in each."""
CONNECTIONS = 12
SAID = re.compile(r"database is locked|database\.busy|busy or away|Traceback")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Launch two processes behind one port."""
    with town(tmp_path_factory.mktemp("neighbours"), {"behind_proxy": "127.0.0.1"}, workers=2) as begun:
        begun.rules(failures_before_lock=0, failing_names_before_refusing=0)
        yield begun


async def keep_asking(wire: Wire, requests: list[bytes], over: asyncio.Event) -> list[Answer]:
    """Ask again and again until it is over."""
    answers: list[Answer] = []
    while not over.is_set():
        answers.append(await wire.ask(requests[len(answers) % len(requests)]))
    return answers


def traffic(server: Town) -> list[list[bytes]]:
    """Write what each connection asks for: sign-ins right and wrong, locks and unlocks, lists."""
    robots = server.add_several("robot", CONNECTIONS, key=False, excluded=True)
    lines = []
    for number, robot in enumerate(robots):
        acts = [
            api(f"POST /accounts/{robot.account}/{act}", {"reason": "x"}, server.watch) for act in ("lock", "unlock")
        ]
        lists = [api("GET /accounts?locked=true", token=server.watch), api("GET /audit?limit=10", token=server.watch)]
        signs = [password_of(robot.name, word, address(number)) for word in ("a walk in the wood", "wrong")]
        lines.append([*signs, *acts, *lists])
    return lines


def shell(server: Town, people: list[Person]) -> list[subprocess.CompletedProcess[str]]:
    """Unlock people from the command line, one command after the other."""
    return [server.server.run("account", "unlock", one.name, "--reason", "a test") for one in people]


def test_server_and_command_line_share_one_data_directory(server: Town) -> None:
    """Two processes under load and shells beside them: "database is locked" never reaches anybody."""
    groups = [server.add_locked(f"group-{number}", EACH) for number in range(SHELLS)]
    lines = traffic(server)

    async def scene() -> tuple[list[Answer], list[subprocess.CompletedProcess[str]]]:
        over, loop = asyncio.Event(), asyncio.get_running_loop()
        with ThreadPoolExecutor(SHELLS) as threads:
            async with wires(server.url, CONNECTIONS) as opened:
                pairs = zip(opened, lines, strict=True)
                asking = [asyncio.create_task(keep_asking(wire, one, over)) for wire, one in pairs]
                ran = await asyncio.gather(*(loop.run_in_executor(threads, shell, server, group) for group in groups))
                over.set()
                answers = await asyncio.gather(*asking)
        return [one for some in answers for one in some], [one for some in ran for one in some]

    answers, ran = play(scene)
    unlocked = [entry for group in groups for one in group for entry in server.entries(one, act="lockout.unlocked")]

    assert len(answers) > 10 * CONNECTIONS
    assert Counter(answer.code for answer in answers if answer.status >= 500) == {}
    assert {done.returncode for done in ran} == {0}
    assert [done.stderr for done in ran if SAID.search(done.stdout + done.stderr)] == []
    assert SAID.search(server.server.log) is None
    assert len(unlocked) == SHELLS * EACH
    assert {re.match(r"cli:\w+", entry["actor_name"]) is not None for entry in unlocked} == {True}


def test_a_writer_elsewhere_is_waited_for(server: Town) -> None:
    """While another process holds the database for a while, reading goes on and writing waits its turn."""
    bram = server.add("bram")
    reads, writes = api("GET /session", token=server.watch), password_of(bram.name)

    async def scene() -> tuple[list[Answer], list[Answer]]:
        async with wires(server.url, 9) as opened:
            with server.writing():
                writing = [asyncio.create_task(wire.ask(writes)) for wire in opened[1:]]
                reading = [await opened[0].ask(reads) for _ in range(50)]
                done, _ = await asyncio.wait(writing, timeout=0.5)
                assert not done
            return reading, await asyncio.gather(*writing)

    reading, writing = play(scene)

    assert {answer.status for answer in reading} == {200}
    assert [answer.json()["next"] for answer in writing] == ["code"] * 8
