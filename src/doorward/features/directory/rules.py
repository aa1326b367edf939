"""Where a list goes on, and why an account is locked, told from its entries."""

import base64
from collections.abc import Iterable
from uuid import UUID

from doorward.features.accounts.model import Lock
from doorward.features.directory.model import LockStory
from doorward.kernel.events import Checked, Entry, Result
from doorward.kernel.ids import AccountId

PAGE = 200
"""How many accounts a page holds at most."""
ENTRIES = 200
"""How many entries are looked at for the story of a lock."""

_ID_BYTES = 16
_ATTEMPTS = {
    "password": frozenset({"signin.password"}),
    "second_factor": frozenset({"signin.code", "signin.device_code", "signin.recovery_code"}),
}
_CLEARS = frozenset({"signin.completed", "lockout.unlocked", "lockout.lapsed"})
"""Acts that set the counters to 0 (LOCK-4)."""
_FAILURES = frozenset({Result.WRONG, Result.UNKNOWN})


def page_size(asked: int) -> int:
    """Keep a page's size between one account and the most that a page holds."""
    return max(1, min(asked, PAGE))


def cursor(name: str, account: AccountId) -> str:
    """Spell where the next page begins: after this canonical full name and id."""
    return base64.urlsafe_b64encode(account.bytes + name.encode()).decode().rstrip("=")


def parse_cursor(text: str) -> tuple[str, AccountId] | None:
    """Read a cursor back; None for what no page of ours has given out."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        name, account = raw[_ID_BYTES:].decode(), AccountId(UUID(bytes=raw[:_ID_BYTES]))
    except ValueError:
        return None
    return (name, account) if cursor(name, account) == text else None


def lock_story(lock: Lock, entries: Iterable[Entry]) -> LockStory:
    """Tell why an account is locked from its entries, newest first: back to the last act that cleared its counter."""
    if not lock.reason.automatic:
        return _by_hand(entries)
    acts = _ATTEMPTS.get(lock.factor or "", frozenset())
    failures: list[Entry] = []
    for entry in entries:
        if entry.act in _CLEARS and entry.outcome == "done":
            break
        if entry.act in acts and entry.outcome == Checked.CHECKED and entry.result in _FAILURES:
            failures.append(entry)
    return LockStory(
        failures=len(failures),
        factor=lock.factor,
        addresses=tuple(sorted({entry.address for entry in failures if entry.address})),
        first_at=failures[-1].at if failures else None,
        last_at=failures[0].at if failures else None,
    )


def _by_hand(entries: Iterable[Entry]) -> LockStory:
    locked = next((entry for entry in entries if entry.act == "lockout.locked" and entry.outcome == "done"), None)
    by, why = (None, None) if locked is None else (locked.actor_name, locked.reason)
    return LockStory(failures=0, factor=None, addresses=(), first_at=None, last_at=None, by=by, why=why)
