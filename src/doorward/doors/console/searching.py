"""The user search as an address says it: read once, for the list, for acts on everyone it finds, and for its file."""

from collections.abc import Mapping
from dataclasses import dataclass

from doorward.features.directory.model import LockKind, Search
from doorward.features.second_factor.model import FactorState

_LOCK_KINDS = {one.value for one in LockKind}
_FACTOR_STATES = {one.value for one in FactorState}


@dataclass(frozen=True, slots=True)
class SearchFields:
    """What is searched for, as the page's fields have it."""

    query: str
    second_factor: str
    """A state, or `none`: on the allowlist or blocked."""
    locked: bool
    enabled: str
    group: str
    """The name or id of a group."""
    lock: str
    """`automatic`, `by_hand`, or empty."""

    @property
    def carried(self) -> dict[str, str]:
        """Return the fields that an address needs."""
        fields = {
            "query": self.query,
            "second_factor": self.second_factor,
            "locked": "1" if self.locked else "",
            "enabled": self.enabled,
            "group": self.group,
            "lock": self.lock,
        }
        return {name: value for name, value in fields.items() if value}

    @property
    def filters(self) -> dict[str, str | bool]:
        """Return the fields as the templates have them."""
        return {
            "query": self.query, "second_factor": self.second_factor, "locked": self.locked, "enabled": self.enabled,
            "group": self.group, "lock": self.lock,
        }  # fmt: skip

    def search(self, cursor: str | None = None) -> Search:
        """Put it as a search; what a field does not know does not filter."""
        state = self.second_factor
        return Search(
            query=self.query,
            locked=self.locked,
            second_factor=FactorState(state) if state in _FACTOR_STATES else None,
            without_factor=state == "none",
            enabled={"1": True, "0": False}.get(self.enabled),
            cursor=cursor,
            group=self.group or None,
            lock=LockKind(self.lock) if self.lock in _LOCK_KINDS else None,
        )


def asked_for(search: Search) -> SearchFields:
    """Put a search as the page's fields have it."""
    state = "none" if search.without_factor else ""
    return SearchFields(
        query=search.query,
        second_factor=state if search.second_factor is None else search.second_factor.value,
        locked=search.locked,
        enabled="" if search.enabled is None else "1" if search.enabled else "0",
        group=search.group or "",
        lock="" if search.lock is None else search.lock.value,
    )


def asked_in(said: Mapping[str, str]) -> SearchFields:
    """Read what an address or a form searches for."""
    return SearchFields(
        query=said.get("query", ""),
        second_factor=said.get("second_factor", ""),
        locked=said.get("locked") == "1",
        enabled=said.get("enabled", ""),
        group=said.get("group", "").strip(),
        lock=said.get("lock", "") if said.get("lock") in _LOCK_KINDS else "",
    )
