"""People at work while the database fails over: who signs in, looks, locks, unlocks and resets, and what each was told.

Whoever is told 503, or nothing, does not know what has become of it: they sign in anew, or ask the same again.
"""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from itertools import cycle, pairwise

from tests.launcher import eventually
from tests.storms.town import Person, Town, api, password_of
from tests.storms.wire import Answer, Wire

UNCLEAR = 503
PACE = 0.05
"""Seconds between two things that one of them does."""
GONE = (OSError, asyncio.IncompleteReadError, TimeoutError)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A code that was accepted."""

    person: Person
    code: str
    shown_at: datetime
    time: float
    """When the answer came, by the loop's count of seconds."""


@dataclass(slots=True)
class Told:
    """What the server has answered."""

    times: list[float] = field(default_factory=list)
    """When something that writes was answered as done."""
    tokens: list[tuple[Person, str]] = field(default_factory=list)
    codes: list["Accepted"] = field(default_factory=list)
    locked: dict[Person, bool] = field(default_factory=dict)
    done: Counter[tuple[str, Person]] = field(default_factory=Counter)
    """How often an act was answered as done."""
    unclear: Counter[tuple[str, Person]] = field(default_factory=Counter)
    odd: list[str] = field(default_factory=list)
    """Answers that are neither."""
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def heard(self, act: str, person: Person, *, done: bool = True) -> None:
        """Note that an act was answered, and whether it has changed anything."""
        self.times.append(asyncio.get_running_loop().time())
        self.done[act, person] += done

    async def reach(self, count: int) -> None:
        """Wait until so much was answered as done."""
        while len(self.times) < count:
            await pause()

    def wait_for(self, more: int) -> None:
        """Wait, on another thread than theirs, until so much more was answered as done."""
        until = len(self.times) + more
        eventually(lambda: len(self.times) >= until)

    def outage(self, since: float) -> tuple[float, float]:
        """Give the longest time, from a moment on, in which nothing was answered as done: its length and its begin."""
        times = [since, *(time for time in self.times if time > since)]
        return max((later - before, before) for before, later in pairwise(times))


@dataclass(frozen=True, slots=True)
class People:
    """Those of one round, each for one kind of work."""

    signing_in: list[Person]
    lockable: list[Person]
    resettable: list[Person]

    @classmethod
    def gather(cls, server: Town, name: str) -> "People":
        """Add them."""
        return cls(
            signing_in=server.add_several(f"person-{name}", 120),
            lockable=server.add_several(f"lockable-{name}", 3),
            resettable=server.add_several(f"resettable-{name}", 250),
        )

    def work(self, server: Town, told: Told, olga: str) -> list[Coroutine[None, None, None]]:
        """Give what they do, each on a connection of its own, until it is over."""
        people, resettable = cycle(self.signing_in), iter(self.resettable)
        used: set[tuple[Person, str]] = set()
        return [
            *(_Client(server, told).sign_in(people, used) for _ in range(3)),
            *(_Client(server, told).lock_and_unlock(one, olga) for one in self.lockable),
            _Client(server, told).reset(resettable, olga),
            _Client(server, told).look(),
        ]


async def pause(seconds: float = PACE) -> None:
    """Wait a little."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await asyncio.Event().wait()


class _Client:
    """Somebody with one connection, opened again when it is lost."""

    def __init__(self, server: Town, told: Told) -> None:
        self._server = server
        self._told = told
        self._wire: Wire | None = None

    async def sign_in(self, people: Iterator[Person], used: set[tuple[Person, str]]) -> None:
        """Sign in with password and code, one person after the other; no code is sent twice."""
        for person in people:
            shown_at = self._server.server.now()
            code = person.code(shown_at)
            if (person, code) not in used:
                used.add((person, code))
                await self._steps(person, code, shown_at)
            await pause()
            if self._told.over.is_set():
                break
        await self._hang_up()

    async def lock_and_unlock(self, person: Person, olga: str) -> None:
        """Lock and unlock in turn; what was not answered is asked again."""
        wanted = True
        while not self._told.over.is_set():
            while not await self._act("lock" if wanted else "unlock", person, olga):
                await pause()
            self._told.locked[person], wanted = wanted, not wanted
            await pause()
        await self._hang_up()

    async def reset(self, people: Iterator[Person], olga: str) -> None:
        """Reset one key after the other; what was not answered is asked again."""
        for person in people:
            while not await self._act("reset-secret-key", person, olga):
                await pause()
            await pause(2 * PACE)
            if self._told.over.is_set():
                break
        await self._hang_up()

    async def look(self) -> None:
        """See whether sessions that were given last: the newest, again and again."""
        while not self._told.over.is_set():
            for _, token in self._told.tokens[-3:]:
                await self._ask("look", None, api("GET /session", token=token))
            await pause()
        await self._hang_up()

    async def _steps(self, person: Person, code: str, shown_at: datetime) -> None:
        begun = await self._ask("sign in", person, password_of(person.name))
        if begun is None:
            return
        step = api("POST /sign-in/code", {"sign_in": begun.json()["sign_in"], "code": code})
        if signed_in := await self._ask("sign in", person, step):
            self._told.tokens.append((person, signed_in.json()["token"]))
            self._told.heard("sign in", person)
            self._told.codes.append(Accepted(person, code, shown_at, self._told.times[-1]))

    async def _act(self, act: str, person: Person, olga: str) -> bool:
        answer = await self._ask(
            act, person, api(f"POST /accounts/{person.account}/{act}", {"reason": "a storm"}, olga)
        )
        if answer is None:
            return False
        self._told.heard(act, person, done=answer.json()["outcome"] == "done")
        return True

    async def _ask(self, act: str, person: Person | None, request: bytes) -> Answer | None:
        """Ask, and give the answer when it is a yes."""
        answer = None
        try:
            self._wire = self._wire or await Wire.open(self._server.url)
            answer = await self._wire.ask(request)
        except GONE:
            await self._hang_up()
        if answer is not None and answer.status == 200:
            return answer
        if answer is not None and answer.status != UNCLEAR:
            self._told.odd.append(f"{act}: {answer.status} {answer.body.decode()}")
        if person is not None:
            self._told.unclear[act, person] += 1
        return None

    async def _hang_up(self) -> None:
        if self._wire is not None:
            await self._wire.close()
            self._wire = None
