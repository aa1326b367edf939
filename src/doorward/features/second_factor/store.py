"""The SQL on the allowlist and the exclusions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, insert, select

from doorward.edges.sql.bulk import insert_rows
from doorward.edges.sql.listing import after_it, by_name
from doorward.edges.sql.reaching import reached, sides
from doorward.edges.sql.tables.second_factor import allowlist, exclusions
from doorward.features.second_factor.model import AllowlistEntry, Cause, Exclusion
from doorward.kernel.act import EVERYBODY, Reach
from doorward.kernel.ids import AccountId

_A, _E = allowlist.c, exclusions.c

_ENTRIES = select(_A.account_id, _A.cause, _A.added_at, _A.added_by, _A.added_by_id, _A.reason, _A.expires_at)
_ENTRY_OF = _ENTRIES.where(_A.account_id == bindparam("account"))
_LIVE = by_name(_ENTRIES, _A.account_id).where(_A.expires_at > bindparam("now")).limit(bindparam("most"))
_PUT = insert(allowlist)
_TAKE = delete(allowlist).where(_A.account_id == bindparam("account"))
_USE_UP = _TAKE.where(_A.expires_at > bindparam("now"))

_EXCLUSIONS = select(_E.account_id, _E.added_at, _E.added_by, _E.added_by_id, _E.reason)
_EXCLUSION_OF = _EXCLUSIONS.where(_E.account_id == bindparam("account"))
_EXCLUDED = by_name(_EXCLUSIONS, _E.account_id).limit(bindparam("most"))
_EXCLUDE = insert(exclusions)
_LIFT = delete(exclusions).where(_E.account_id == bindparam("account"))


@dataclass(frozen=True, slots=True)
class ListPart:
    """A part of a list: from after an account on, a limited number of the people whom somebody reaches (RIGHT-3)."""

    most: int
    after: AccountId | None = None
    reach: Reach = EVERYBODY

    @property
    def values(self) -> dict[str, Any]:
        """Return the parameters of its statement."""
        return {"most": self.most, **({} if self.after is None else {"after": self.after}), **sides(self.reach)}


def entry(sql: Connection, account: AccountId) -> AllowlistEntry | None:
    """Load an account's entry, an expired one too."""
    row = sql.execute(_ENTRY_OF, {"account": account}).one_or_none()
    return None if row is None else _entry(row)


def entries(sql: Connection, now: datetime, part: ListPart) -> list[AllowlistEntry]:
    """List the entries that have not expired, by full name, then id."""
    return [_entry(row) for row in sql.execute(_part_of(_LIVE, _A, part), {"now": now, **part.values})]


def put_entry(sql: Connection, new: AllowlistEntry) -> None:
    """Write an account's entry in place of one it had."""
    take_entry(sql, new.account)
    add_entries(sql, [new])


def add_entries(sql: Connection, new: Sequence[AllowlistEntry]) -> None:
    """Insert the entries of accounts that have none."""
    insert_rows(
        sql,
        allowlist,
        [
            {
                "account_id": one.account, "cause": one.cause.value, "added_at": one.added_at,
                "added_by": one.added_by, "added_by_id": one.added_by_id, "reason": one.reason,
                "expires_at": one.expires_at,
            }
            for one in new
        ],
    )  # fmt: skip


def take_entry(sql: Connection, account: AccountId) -> None:
    """Delete an account's entry, an expired one too."""
    sql.execute(_TAKE, {"account": account})


def use_up_entry(sql: Connection, account: AccountId, now: datetime) -> bool:
    """Delete an entry that has not expired; tell whether there was one. Of two at once one is told so."""
    return sql.execute(_USE_UP, {"account": account, "now": now}).rowcount == 1


def exclusion(sql: Connection, account: AccountId) -> Exclusion | None:
    """Load an account's exclusion."""
    row = sql.execute(_EXCLUSION_OF, {"account": account}).one_or_none()
    return None if row is None else _exclusion(row)


def excluded(sql: Connection, part: ListPart) -> list[Exclusion]:
    """List the exclusions by full name, then id."""
    return [_exclusion(row) for row in sql.execute(_part_of(_EXCLUDED, _E, part), part.values)]


def exclude(sql: Connection, new: Exclusion) -> None:
    """Insert an exclusion."""
    sql.execute(
        _EXCLUDE,
        {
            "account_id": new.account, "added_at": new.added_at, "added_by": new.added_by,
            "added_by_id": new.added_by_id, "reason": new.reason,
        },
    )  # fmt: skip


def lift(sql: Connection, account: AccountId) -> None:
    """Delete an exclusion."""
    sql.execute(_LIFT, {"account": account})


def _entry(row: Any) -> AllowlistEntry:
    return AllowlistEntry(
        account=AccountId(row.account_id), cause=Cause(row.cause), added_at=row.added_at, added_by=row.added_by,
        added_by_id=row.added_by_id, reason=row.reason, expires_at=row.expires_at,
    )  # fmt: skip


def _exclusion(row: Any) -> Exclusion:
    return Exclusion(AccountId(row.account_id), row.added_at, row.added_by, row.added_by_id, row.reason)


def _part_of(statement: Select[Any], columns: Any, part: ListPart) -> Select[Any]:
    further = [] if part.after is None else [after_it()]
    return statement.where(*further, *reached(columns.account_id, sides(part.reach)))
