"""What turns a flood of unchecked refusals into one entry with a count (AUDIT-1).

Each process counts the refusals of the present minute by address and by name, and those of whoever is signed in by
their account alone: what others at the same address do hides nothing of it. Up to a thousand of each are written
singly; the rest wait here, joined with their like, until the minute is over. Guesses that were compared with a secret
never come here.
"""

import threading
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from doorward.kernel.act import NOBODY, Actor
from doorward.kernel.events import Checked, Event, Origin
from doorward.kernel.networks import network
from doorward.kernel.ports import Clock

SINGLE_A_MINUTE = 1_000
"""At most this many refusals a minute from one address, or on one name, have an entry each."""
_COUNTED = 10_000
"""How many addresses and names are told apart in a minute; what comes after them is counted together."""
_EVERYTHING_ELSE = "everything else"


@dataclass(frozen=True, slots=True)
class Joined:
    """Refusals of one minute as one: what they have in common, how many they are, and since when they came."""

    event: Event
    origin: Origin
    count: int
    since: datetime
    actor: Actor = NOBODY
    entry: UUID | None = None
    """The entry by which it was to be written, where nobody knows whether that was committed."""


class RefusalLog:
    """Says which refusals are written singly, and keeps the others for one joined entry."""

    def __init__(self, clock: Clock, single: int = SINGLE_A_MINUTE) -> None:
        """Begin with an empty minute; the clock must answer at once, since the event loop leaves refusals here."""
        self._clock = clock
        self._single = single
        self._lock = threading.Lock()
        self._minute: datetime | None = None
        self._counts: Counter[str] = Counter()
        self._joined: dict[tuple[str, str, str | None], Joined] = {}
        self._over: list[Joined] = []

    def offer(self, event: Event, origin: Origin, actor: Actor = NOBODY) -> bool:
        """Return whether this refusal gets an entry of its own; if not, it is counted in a joined one."""
        if event.outcome == Checked.CHECKED:
            return True
        now = self._clock.now()
        with self._lock:
            self._turn_to(now)
            beyond = [key for key in _keys(event, origin, actor) if self._count(key) > self._single]
            if beyond:
                self._join(beyond[0], Joined(event, origin, 1, now, actor))
        return not beyond

    def keep(self, event: Event, origin: Origin) -> None:
        """Keep a refusal that was given without a transaction; it is written with the next that are drained."""
        if self.offer(event, origin):
            with self._lock:
                self._over.append(Joined(event, origin, 1, self._clock.now()))

    def drain(self, now: datetime) -> list[Joined]:
        """Take what was kept, and what was joined in the minutes that are over."""
        with self._lock:
            self._turn_to(now)
            over, self._over = self._over, []
        return over

    def drain_all(self) -> list[Joined]:
        """Take everything, the present minute's too: the process ends."""
        with self._lock:
            everything = [*self._over, *self._joined.values()]
            self._over, self._joined = [], {}
        return everything

    def take_back(self, drained: Sequence[Joined]) -> None:
        """Keep again what was drained and could not be written."""
        with self._lock:
            self._over += drained

    def _turn_to(self, now: datetime) -> None:
        minute = now.replace(second=0, microsecond=0)
        if minute != self._minute:
            self._over += self._joined.values()
            self._joined = {}
            self._counts.clear()
            self._minute = minute

    def _count(self, key: str) -> int:
        if key not in self._counts and len(self._counts) >= _COUNTED:
            key = _EVERYTHING_ELSE
        self._counts[key] += 1
        return self._counts[key]

    def _join(self, key: str, one: Joined) -> None:
        """Add a refusal to its like; what differs between them is left out."""
        event, origin = one.event, one.origin
        group = (key, event.act, event.code)
        earlier = self._joined.get(group)
        if earlier is None:
            self._joined[group] = replace(one, event=replace(event, details={}, reason=None))
            return
        same_target = earlier.event.target == event.target and earlier.event.target_name == event.target_name
        common = earlier.event if same_target else replace(earlier.event, target=None, target_name=None)
        whence = earlier.origin if earlier.origin.address == origin.address else Origin(origin.door)
        self._joined[group] = replace(earlier, event=common, origin=whence, count=earlier.count + 1)


def _keys(event: Event, origin: Origin, actor: Actor) -> list[str]:
    """Name what a refusal is counted under: its address (IPv6: the /64), and the name or account that was tried.

    Of whoever is signed in it is the account that acts, and nothing else.
    """
    if actor.account is not None:
        return [f"actor {actor.account}"]
    name = event.target or event.details.get("name_hash")
    return [f"address {network(origin.address)}", *([] if name is None else [f"name {name}"])]
