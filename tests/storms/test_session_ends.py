import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

import pytest

from doorward.features.accounts import actions as accounts
from doorward.features.links import actions as links
from doorward.features.links.model import LinkKind
from tests.storms.town import Person, Town, api, password_of, town
from tests.storms.wire import Wire, ask, form, play, request, wires

A_SECOND = 1.0
"""SESS-3: within it all sessions of an account end, on every process."""
REASON = {"reason": "a test"}
PROCESS = re.compile(rb'process="(\d+)"')


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Launch two processes behind one port."""
    with town(tmp_path_factory.mktemp("sessions"), workers=2) as begun:
        begun.rules(failures_before_lock=3)
        yield begun


@dataclass(frozen=True, slots=True)
class Ending:
    """An act that ends the sessions of somebody else, and how it is asked for."""

    name: str
    ask: Callable[[Town, Person], bytes]


def by_operator(line: str) -> Callable[[Town, Person], bytes]:
    """Ask for an act on an account."""
    return lambda server, person: api(line.format(person.account), REASON, server.watch)


def new_password(server: Town, person: Person) -> bytes:
    """Use a link that sets a password."""
    with server.writing() as call:
        standing = accounts.load(call, person.account)
        assert standing is not None
        path, _ = links.make_link(call, person.account, LinkKind.SET_PASSWORD, standing.state.epoch)
    return form(f"POST {path.reveal()}", server.url, {"new_password": "eleven green bicycles"})


ENDINGS = (
    Ending("disabled", by_operator("POST /accounts/{}/disable")),
    Ending("locked by hand", by_operator("POST /accounts/{}/lock")),
    Ending("key reset", by_operator("POST /accounts/{}/reset-secret-key")),
    Ending("key deleted", by_operator("POST /accounts/{}/delete-secret-key")),
    Ending("sessions ended", by_operator("DELETE /accounts/{}/sessions")),
    Ending("password set by a link", new_password),
)


@asynccontextmanager
async def one_to_each(server: Town) -> AsyncIterator[list[Wire]]:
    """Open a connection to each of the two processes, once both are up: the figures say whose they are."""
    found: dict[bytes, Wire] = {}
    async with AsyncExitStack() as open_ones:
        for _ in range(50):
            opened = await open_ones.enter_async_context(wires(server.url, 5))
            pages = await asyncio.gather(*(wire.ask(request("GET /metrics")) for wire in opened))
            found |= {PROCESS.findall(page.body)[0]: wire for page, wire in zip(pages, opened, strict=True)}
            if len(found) > 1:
                break
            await asyncio.sleep(0.2)
        assert len(found) > 1, "the second process does not come up"
        yield list(found.values())


@dataclass(slots=True)
class Watched:
    """What a session check on one process says, over and over."""

    last_yes: float = 0.0
    """When the last request was sent that was answered with a yes."""
    noes: int = 0
    yes_after_no: bool = False
    begun: asyncio.Event = field(default_factory=asyncio.Event)


async def watch(wire: Wire, token: str, seen: Watched) -> None:
    """Check a session until it has been refused a few times."""
    clock = asyncio.get_running_loop()
    while seen.noes < 5:
        sent = clock.time()
        answer = await wire.ask(api("GET /session", token=token))
        if answer.status == 200:
            seen.last_yes, seen.yes_after_no = sent, seen.noes > 0
            seen.begun.set()
        seen.noes += answer.status == 401


@pytest.mark.parametrize("ending", ENDINGS, ids=lambda ending: ending.name)
def test_a_session_ends_everywhere_within_a_second(server: Town, ending: Ending) -> None:
    """Though both processes have it in memory and go on being asked (SESS-3)."""
    bram = server.add(ending.name.replace(" ", "-"))
    token, act, seen = server.token(bram), ending.ask(server, bram), [Watched(), Watched()]

    async def scene() -> float:
        async with one_to_each(server) as both, wires(server.url, 1) as third:
            watching = [asyncio.create_task(watch(wire, token, one)) for wire, one in zip(both, seen, strict=True)]
            await asyncio.gather(*(one.begun.wait() for one in seen))
            done = await third[0].ask(act)
            assert done.status == 200, done
            at = asyncio.get_running_loop().time()
            await asyncio.gather(*watching)
        return at

    at = play(scene)

    assert [one.last_yes - at < A_SECOND for one in seen] == [True, True]
    assert not any(one.yes_after_no for one in seen)


@pytest.mark.parametrize("ending", ENDINGS[:4], ids=lambda ending: ending.name)
def test_what_changes_something_asks_anew(server: Town, ending: Ending) -> None:
    """The next request after the act's own answer is refused by either process, API and console (SESS-3)."""
    oda = server.add(f"anew-{ending.name.replace(' ', '-')}", "administrator")
    token, act = server.token(oda), ending.ask(server, oda)
    victim = server.add(f"victim-{ending.name.replace(' ', '-')}")

    async def scene() -> list[int]:
        async with one_to_each(server) as both:
            for wire in both:
                assert (await wire.ask(api("GET /session", token=token))).status == 200
            assert (await both[0].ask(act)).status == 200
            tries = [api("GET /me", token=token), api(f"POST /accounts/{victim.account}/lock", REASON, token),
                     request("GET /console", headers={"cookie": f"__Host-doorward={token}"})]  # fmt: skip
            return [(await wire.ask(one)).status for wire in both for one in tries]

    assert play(scene) == [401, 401, 303] * 2


def test_a_right_that_was_taken_is_gone_at_once(server: Town) -> None:
    """Rights are read with the act that needs them, on either process."""
    oda, victim = server.add("oda", "help-desk"), server.add("victim")
    token = server.token(oda)

    async def scene() -> list[int]:
        async with one_to_each(server) as both:
            told = api(f"PUT /accounts/{oda.account}/roles", {"roles": [], **REASON}, server.watch)
            assert (await both[0].ask(told)).status == 200
            return [(await wire.ask(api(f"GET /accounts/{victim.account}", token=token))).status for wire in both]

    assert play(scene) == [403, 403]


def test_an_automatic_lock_ends_no_session(server: Town) -> None:
    """A stranger who guesses does not disarm whoever is in (LOCK-5)."""
    bram = server.add("guessed-at")
    token = server.token(bram)
    for _ in range(4):
        ask(server.url, password_of(bram.name, "wrong"))

    async def scene() -> list[int]:
        async with one_to_each(server) as both:
            return [
                (await wire.ask(api(line, token=token))).status for wire in both for line in ("GET /session", "GET /me")
            ]

    assert len(server.entries(bram, act="lockout.locked")) == 1
    assert play(scene) == [200] * 4


def test_who_signs_out_is_out_everywhere(server: Town) -> None:
    """Their own other session goes on."""
    bram = server.add("signs-out")
    ended, other = server.token(bram), server.token(bram)
    assert server.ask("DELETE /session", token=ended).status == 200

    async def scene() -> list[list[int]]:
        async with one_to_each(server) as both:
            return [[(await wire.ask(api("GET /me", token=one))).status for wire in both] for one in (ended, other)]

    assert play(scene) == [[401, 401], [200, 200]]
