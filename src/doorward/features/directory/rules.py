"""Where a list goes on, why an account is locked as its entries tell it, and what of an entry its target may see."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from doorward.features.accounts.model import Lock
from doorward.features.applications.model import Visitor
from doorward.features.directory.model import LockStory, Search, SearchPart, SessionBehind
from doorward.features.rights.model.facts import EVERYTHING, ActorFacts, Assignment, Effect, Holdings
from doorward.features.sessions.rules import due_to_write
from doorward.kernel.act import NOBODY, Bearer
from doorward.kernel.events import Checked, Entry, Result
from doorward.kernel.ids import AccountId, GroupId

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


def conditions(search: Search) -> dict[str, Any]:
    """Return what an account must be like that a search finds; its words and its group apart."""
    found: dict[str, Any] = {}
    if search.enabled is not None:
        found["enabled"] = search.enabled
    flags = {"locked": search.locked or search.lock is not None, "without factor": search.without_factor}
    found |= {name: True for name, on in flags.items() if on}
    if search.second_factor is not None:
        found[search.second_factor.value] = True
    if search.lock is not None:
        found[search.lock.value] = True
    return found


def only(part: SearchPart) -> dict[str, Any]:
    """Return which of those a job wants."""
    found: dict[str, Any] = {"as_of": part.as_of}
    found |= {"automatic locks": True} if part.automatic_locks else {}
    return found | ({} if part.after is None else {"after_id": part.after})


def told(search: Search) -> str:
    """Spell what a search asks for in one line, for the trail."""
    asked = {
        "query": search.query,
        "group": search.group,
        "locked": search.locked,
        "lock": search.lock,
        "second_factor": search.second_factor,
        "without_factor": search.without_factor,
        "enabled": None if search.enabled is None else str(search.enabled).lower(),
    }
    said = [name if value is True else f"{name}={value}" for name, value in asked.items() if value]
    return ", ".join(said) or "everybody"


def cursor(name: str, account: AccountId) -> str:
    """Spell where the next page begins: after this canonical full name and id."""
    return base64.urlsafe_b64encode(account.bytes + name.encode()).decode().rstrip("=")


def going_on(name: str, account: AccountId) -> dict[str, Any]:
    """Return what comes after a place in a list."""
    return {"after": True, "after_name": name, "after_account": account}


def parse_cursor(text: str) -> tuple[str, AccountId] | None:
    """Read a cursor back; None for what no page of ours has given out."""
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        name, account = raw[_ID_BYTES:].decode(), AccountId(UUID(bytes=raw[:_ID_BYTES]))
    except ValueError:
        return None
    return (name, account) if "\0" not in name and cursor(name, account) == text else None


def lock_story(lock: Lock, entries: Iterable[Entry]) -> LockStory:
    """Return why an account is locked from its entries, newest first: back to the last act that cleared its counter."""
    if lock.reason.by_hand:
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
        addresses=tuple(reversed(dict.fromkeys(entry.address for entry in failures if entry.address))),
        first_at=failures[-1].at if failures else None,
        last_at=failures[0].at if failures else None,
    )


@dataclass(frozen=True, slots=True)
class RolesTold:
    """An account's own roles: the names of all that it is allowed, those that a file can carry, the rest in words."""

    allowed: tuple[str, ...]
    everywhere: tuple[str, ...]
    elsewhere: tuple[str, ...]


def roles_told(held: Sequence[Assignment], names: Mapping[GroupId, str]) -> RolesTold:
    """Tell the roles of an account; whoever is denied something carries none in a file, which would lose the denial."""
    allowed = [one for one in held if one.effect is Effect.ALLOW]
    whole = [one for one in allowed if one.scope == EVERYTHING] if len(allowed) == len(held) else []
    return RolesTold(
        allowed=tuple(dict.fromkeys(one.role for one in allowed)),
        everywhere=tuple(dict.fromkeys(one.role for one in whole)),
        elsewhere=tuple(_in_words(one, names) for one in held if one not in whole),
    )


def _in_words(one: Assignment, names: Mapping[GroupId, str]) -> str:
    denied = "not " if one.effect is Effect.DENY else ""
    over = "" if one.scope.group is None else f" over {names.get(one.scope.group, 'another group')}"
    return f"{denied}{one.role}{over}"


def as_told_to_its_target(entry: Entry) -> Entry:
    """Keep from the person whom an entry is about where somebody else was when they acted.

    Their own acts and the attempts of whoever did not say who they are keep address and browser: that is how a person
    sees that it was not them. The server's own acts fall into whatever request comes by, so they have none either.
    """
    if entry.actor_name == NOBODY.name or (entry.actor_id is not None and entry.actor_id == entry.target_id):
        return entry
    return replace(entry, address="", user_agent="")


def _by_hand(entries: Iterable[Entry]) -> LockStory:
    locked = next((entry for entry in entries if entry.act == "lockout.locked" and entry.outcome == "done"), None)
    by, why = (None, None) if locked is None else (locked.actor_name, locked.reason)
    return LockStory(failures=0, factor=None, addresses=(), first_at=None, last_at=None, by=by, why=why)


def actor_behind(one: SessionBehind, held: Holdings) -> ActorFacts:
    """Return what decides about the rights of whoever is behind a session."""
    return ActorFacts(
        account=one.facts.account,
        kind=one.kind,
        enabled=one.enabled,
        barred=one.lock_reason is not None and one.lock_reason.by_hand,
        has_factor=one.factors > 0,
        excluded=one.excluded,
        rights=held,
        session_used_second_factor=one.facts.used_second_factor,
        own_page_only=one.facts.own_page_only,
    )


def visitor(one: SessionBehind, session: Bearer, groups: tuple[str, ...], now: datetime) -> Visitor:
    """Return what a host is told of whoever is behind a session."""
    return Visitor(
        account=one.facts.account,
        user_name=one.facts.user_name,
        email=one.email,
        groups=groups,
        used_second_factor=one.facts.used_second_factor,
        own_page_only=one.facts.own_page_only,
        session=session,
        due_to_touch=due_to_write(one.last_seen_at, now),
    )
