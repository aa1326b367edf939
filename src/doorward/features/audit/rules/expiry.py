"""When entries expire, and what is left of them: a checkpoint from which a chain can begin (AUDIT-4).

1. Entries are removed from the old end only, in the order of their ids.
2. What has expired is what lies before a midnight (UTC), so that there is one run a day, not one for each entry.
3. A checkpoint's link covers every entry that was ever removed: whoever kept an export can compare.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from doorward.features.audit.model import Checkpoint
from doorward.kernel.events import Entry
from doorward.kernel.time import rfc3339, to_microseconds

BATCH = 200
"""How many entries are removed in one transaction."""
NO_LINK = bytes(32)
"""What the first run links to."""


def cut(now: datetime, days: int) -> datetime | None:
    """Return the midnight (UTC) before which entries have expired; None where they are kept for ever."""
    if not days:
        return None
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=days)


def begun(first: Entry, before: Checkpoint | None, now: datetime) -> Checkpoint:
    """Begin a run whose first removed entry is this one, after the run before."""
    number, link = (1, NO_LINK) if before is None else (before.number + 1, before.link)
    return Checkpoint(number, now, None, 0, first.id, first.at, first.id, first.at, link)


def extended(run: Checkpoint, removed: Sequence[Entry]) -> Checkpoint:
    """Take removed entries, oldest first, into a run."""
    link = run.link
    for entry in removed:
        link = linked(link, entry)
    last = removed[-1]
    return replace(run, count=run.count + len(removed), last_id=last.id, last_at=last.at, link=link)


def linked(before: bytes, entry: Entry) -> bytes:
    """Link an entry to what came before it: SHA-256 over both."""
    return sha256(before + canonical(entry)).digest()


def canonical(entry: Entry) -> bytes:
    """Spell an entry as bytes that no other entry has: its fields as JSON, in the order of the API."""
    values = [
        str(entry.id), to_microseconds(entry.at), entry.act, entry.outcome, entry.result, entry.code,
        _id(entry.actor_id), entry.actor_name, _id(entry.target_id), entry.target_name, entry.reason,
        entry.reference, entry.address, entry.user_agent, _id(entry.session_id), entry.door, entry.node,
        dict(entry.details),
    ]  # fmt: skip
    return json.dumps(values, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()


def told(run: Checkpoint) -> dict[str, str | int]:
    """Return what the one entry of a run says: how much was removed, from when to when, and the link."""
    return {
        "checkpoint": run.number,
        "count": run.count,
        "first_id": str(run.first_id),
        "first_at": rfc3339(run.first_at),
        "last_id": str(run.last_id),
        "last_at": rfc3339(run.last_at),
        "link": run.link.hex(),
    }


def _id(value: UUID | None) -> str | None:
    return None if value is None else str(value)
