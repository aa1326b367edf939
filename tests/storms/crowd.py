"""Many people at work at once until the server dies under them: who signs in, locks, unlocks, resets and guesses.

Each keeps what the server has acknowledged to them, and what they were waiting for when it died.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from tests.storms.town import Person, Town, api, password_of
from tests.storms.wire import Answer, Wire, wires

UNCLEAR = 503
"""The answer where the database is gone: nobody knows what has become of the act."""


class Unclear(Exception):
    """Nobody knows."""


GONE = (OSError, asyncio.IncompleteReadError, Unclear)
"""What an open connection meets when the server dies, or its database."""


@dataclass(slots=True)
class Told:
    """What the server has acknowledged before it died."""

    left: int
    """After so many more acknowledgements it dies."""
    tokens: list[str] = field(default_factory=list)
    codes: list[tuple[Person, str]] = field(default_factory=list)
    """Codes of secret keys that were accepted."""
    reset: set[Person] = field(default_factory=set)
    locked: dict[Person, bool] = field(default_factory=dict)
    """How each account stood after the last act that was acknowledged."""
    asked: dict[Person, bool] = field(default_factory=dict)
    """What was asked last of each of them."""
    dead: asyncio.Event = field(default_factory=asyncio.Event)
    over: bool = False
    """It is dead, and whoever is at another node comes to an end."""

    def hear(self, answer: Answer, status: int = 200) -> Answer:
        """Take an answer for what it should be, and count it."""
        if answer.status == UNCLEAR and self.dead.is_set():
            raise Unclear
        assert answer.status == status, answer
        self.left -= 1
        if self.left == 0:
            self.dead.set()
        return answer


@dataclass(frozen=True, slots=True)
class Crowd:
    """The people of one round, each for one kind of work, so that what was acknowledged is never undone by others."""

    robots: list[Person]
    people: list[Person]
    lockable: list[Person]
    resettable: list[Person]
    guessed_at: list[Person]

    @classmethod
    def gather(cls, server: Town, number: int) -> "Crowd":
        """Add the people of a round."""
        return cls(
            robots=server.add_several(f"robot-{number}", 2, key=False, excluded=True),
            people=server.add_several(f"person-{number}", 30),
            lockable=server.add_several(f"lockable-{number}", 2),
            resettable=server.add_several(f"resettable-{number}", 30),
            guessed_at=server.add_several(f"guessed-at-{number}", 3),
        )

    @property
    def everybody(self) -> list[Person]:
        """List all of them."""
        return [*self.robots, *self.people, *self.lockable, *self.resettable, *self.guessed_at]


async def at_work(
    server: Town, crowd: Crowd, told: Told, grace: float, kill: Callable[[], object] | None = None
) -> None:
    """Let everybody work until enough is acknowledged, and so many seconds later kill the server where it stands.

    Or something else: then those whom that leaves their connection end what they have begun.
    """

    def strike() -> None:
        (kill or server.server.kill)()
        told.over = True

    olga = server.token(server.olga)
    people, resettable = iter(crowd.people), iter(crowd.resettable)
    work: list[Callable[[Wire], Awaitable[None]]] = [
        *(lambda wire, one=one: _sign_in(wire, one, told) for one in crowd.robots),
        *[lambda wire: _sign_in_with_codes(wire, server, people, told)] * 3,
        *(lambda wire, one=one: _lock_and_unlock(wire, one, olga, told) for one in crowd.lockable),
        *[lambda wire: _reset(wire, resettable, olga, told)] * 2,
        *(lambda wire, one=one: _guess(wire, one, told) for one in crowd.guessed_at for _ in range(2)),
    ]
    server.runtime.database.close()  # so that nobody but the server holds the file when it dies
    async with wires(server.urls, len(work)) as opened:
        working = [asyncio.create_task(_until_it_dies(one(wire))) for one, wire in zip(work, opened, strict=True)]
        await told.dead.wait()
        await pause(grace)
        await asyncio.to_thread(strike)
        await asyncio.gather(*working)


async def pause(seconds: float) -> None:
    """Wait a little."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await asyncio.Event().wait()


async def _until_it_dies(work: Awaitable[None]) -> None:
    with suppress(*GONE):
        await work


async def _sign_in(wire: Wire, robot: Person, told: Told) -> None:
    while not told.over:
        told.tokens.append(told.hear(await wire.ask(password_of(robot.name))).json()["token"])


async def _sign_in_with_codes(wire: Wire, server: Town, people: Iterator[Person], told: Told) -> None:
    for person in people:
        begun = told.hear(await wire.ask(password_of(person.name))).json()
        code = person.code(server.server.now())
        done = told.hear(await wire.ask(api("POST /sign-in/code", {"sign_in": begun["sign_in"], "code": code})))
        told.tokens.append(done.json()["token"])
        told.codes.append((person, code))
        if told.over:
            break


async def _lock_and_unlock(wire: Wire, person: Person, olga: str, told: Told) -> None:
    wanted = True
    while not told.over:
        line = f"POST /accounts/{person.account}/{'lock' if wanted else 'unlock'}"
        told.asked[person] = wanted
        told.hear(await wire.ask(api(line, {"reason": "a storm"}, olga)))
        told.locked[person], wanted = wanted, not wanted


async def _reset(wire: Wire, people: Iterator[Person], olga: str, told: Told) -> None:
    for person in people:
        line = f"POST /accounts/{person.account}/reset-secret-key"
        told.hear(await wire.ask(api(line, {"reason": "a storm"}, olga)))
        told.reset.add(person)
        if told.over:
            break


async def _guess(wire: Wire, person: Person, told: Told) -> None:
    while not told.over:
        told.hear(await wire.ask(password_of(person.name, "wrong")), 401)
