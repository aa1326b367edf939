"""What an entry may hold, and when a flood of refusals is joined into one (AUDIT-1).

1. Whatever strangers typed is inert before it is kept: no control characters, no directional marks, a known length.
2. A refusal that compared nothing may be joined with its like; a guess that was compared never is.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from doorward.features.audit.model import DayCount, DayFigures, Filter
from doorward.kernel.events import Event
from doorward.kernel.ids import parse_id
from doorward.kernel.outcome import Fact
from doorward.kernel.texts import is_control, joins
from doorward.kernel.time import EPOCH, rfc3339, to_microseconds

USER_AGENT, REASON, NAME, DETAIL, ADDRESS, REFERENCE = 400, 500, 200, 500, 64, 60
"""How many characters each part of an entry holds."""

CHANCE = 6
"""How many bytes of chance an entry's id takes."""
DAYS = 30
"""How many days the overview's figures go back."""
SIGNED_IN, LOCKED = "signin.completed", "lockout.locked"
"""The acts that the overview tells of, a figure for each day."""
TOLD = (SIGNED_IN, LOCKED)
_SETTLED = timedelta(minutes=2)
"""How old an entry is when no transaction can be under way any more that writes one before it."""

_MOST_IN_ONE_INSTANT = 2**14 - 1


def inert(text: str, most: int) -> str:
    r"""Spell out what could act on a terminal or forge a line, as `\u001b` and the like, and cut to a length."""
    if text.isprintable() and text.isascii():
        return text[:most]
    cut = text[:most]
    return "".join(one if joins(cut, place) else _spelled(one) for place, one in enumerate(cut))[:most]


def _spelled(character: str) -> str:
    return f"\\u{ord(character):04x}" if is_control(character) else character


def inert_or_none(text: str | None, most: int) -> str | None:
    """Make a text inert where there is one."""
    return None if text is None else inert(text, most)


def inert_details(details: Mapping[str, Fact]) -> dict[str, Fact]:
    """Make every text among the details inert."""
    return {key: inert(value, DETAIL) if isinstance(value, str) else value for key, value in details.items()}


def entry_id(now: datetime, turn: int, chance: bytes) -> UUID:
    """Make an id that sorts by the microsecond, then by the turn within one transaction.

    UUID version 7 with the clock's finer part (RFC 9562 section 6.2, method 3) and then a counter (method 1).
    """
    return next(entry_ids(now, turn, chance))


def entry_ids(now: datetime, turn: int, chance: bytes) -> Iterator[UUID]:
    """Make the ids of entries that follow each other in one transaction, each with its own chance."""
    milliseconds, rest = divmod(to_microseconds(now), 1000)
    instant = milliseconds << 80 | (0x7000 | rest) << 64
    for place, start in enumerate(range(0, len(chance), CHANCE), turn):
        counter = 0x8000 | min(place, _MOST_IN_ONE_INSTANT)  # after the variant's two bits
        yield UUID(int=instant | counter << 48 | int.from_bytes(chance[start : start + CHANCE], "big"))


def first_id(instant: datetime) -> UUID:
    """Return the lowest id that an entry of this instant can have, so that a span of time is a range of ids.

    Nothing was recorded before 1970, where such ids begin: an earlier instant has the lowest id of all.
    """
    milliseconds, rest = divmod(max(to_microseconds(instant), 0), 1000)
    return UUID(int=milliseconds << 80 | (0x7000 | rest) << 64)


def conditions(wanted: Filter, before_id: UUID | None) -> dict[str, object]:
    """Return which conditions the entries of a page meet; an actor is meant by id, or else by name."""
    actor_id = None if wanted.actor is None else parse_id(wanted.actor)
    found = {
        "target": wanted.account,
        "actor_id": actor_id,
        "actor_name": inert_or_none(wanted.actor, NAME) if actor_id is None else None,
        "from_id": None if wanted.after is None else first_id(wanted.after),
        "below_id": None if wanted.before is None else first_id(wanted.before),
        "before_id": before_id,
        "reference": None if wanted.reference is None else inert(wanted.reference.strip().lower(), REFERENCE),
    }
    return {name: value for name, value in found.items() if value is not None}


def first_day(now: datetime) -> datetime:
    """Return the midnight (UTC) with which the last 30 days begin, today included."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=DAYS - 1)


def day_of(instant: datetime) -> int:
    """Return the UTC day of an instant, counted from 1970."""
    return (instant - EPOCH).days


def settled_below(now: datetime) -> UUID:
    """Return the id below which the trail gets no more entries, so that they can be counted for good.

    A clock that is set back may write such an entry all the same: it stands in the trail, and in no figure.
    """
    return first_id(now - _SETTLED)


def figures(first: datetime, counts: Iterable[DayCount]) -> tuple[DayFigures, ...]:
    """Arrange counts as one figure for each of 30 days, oldest first; a lock that nobody set by hand is automatic.

    What is counted twice of the same day, such as entries of before and of since, is added.
    """
    found: Counter[tuple[int, str, bool]] = Counter()
    for one in counts:
        found[one.day, one.act, one.by_server] += one.count
    start = day_of(first)

    def on(day: int, act: str, *, by_server: bool) -> int:
        return found[day, act, by_server]

    return tuple(
        DayFigures(
            day=EPOCH + timedelta(days=day),
            sign_ins=sum(on(day, SIGNED_IN, by_server=way) for way in (True, False)),
            locks_automatic=on(day, LOCKED, by_server=True),
            locks_by_hand=on(day, LOCKED, by_server=False),
        )
        for day in range(start, start + DAYS)
    )


GUESSES = frozenset({"otp.wrong", "otp.used", "protection.wrong", "session.wrong_password", "recovery_codes.wrong"})
"""Refusals of an act that was compared with a secret: each keeps its own entry (AUDIT-1)."""


def joined(event: Event, count: int, since: datetime) -> Event:
    """Make the one entry of many unchecked refusals: how many, since when (AUDIT-1); a single one stays as it is."""
    if count == 1:
        return event
    return replace(event, details={**event.details, "count": count, "since": rfc3339(since)})
