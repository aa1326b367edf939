"""The SQL on sign-ins under way, and on the names that fail from each address."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, exists, func, insert, literal, select, update

from doorward.edges.sql.columns import Id, Instant
from doorward.edges.sql.expiring import UNTIL, Expiring
from doorward.edges.sql.tables.signin import failing_names, pending_sign_ins
from doorward.features.lockout.model import InFlight, NamesTried
from doorward.features.sessions.model import OpenedWith
from doorward.features.signin.model import Next, Pending
from doorward.kernel.ids import AccountId

_T = pending_sign_ins.c
_ONE = (_T.account_id == bindparam("account"), _T.token_hash == bindparam("hash"))
_FIND = select(pending_sign_ins).where(*_ONE)
_ADD = insert(pending_sign_ins)
_SAVE = (
    update(pending_sign_ins)
    .where(*_ONE)
    .values(
        step=bindparam("to"),
        expires_at=bindparam("until"),
        opened_with=bindparam("proof"),
        sealed_secret=bindparam("secret"),
        sealed_wrong_code=bindparam("wrong"),
        remember_device=bindparam("remember"),
    )
)
_END = delete(pending_sign_ins).where(*_ONE)
_END_OF = delete(pending_sign_ins).where(_T.account_id == bindparam("account"))
_EXPIRED = Expiring(pending_sign_ins, _T.expires_at <= UNTIL)

_N = failing_names.c
_OF_SOURCE = (_N.source == bindparam("of_source"),)
_THIS_NAME = (*_OF_SOURCE, _N.name_id == bindparam("name"))
_COUNTED = select(func.count()).where(*_OF_SOURCE, _N.tried_at > bindparam("since"))
_ENTER = (
    insert(failing_names)
    .from_select(
        ["source", "name_id", "tried_at", "in_flight", "failed_before"],
        select(
            bindparam("of_source"),
            bindparam("name", type_=Id),
            bindparam("now", type_=Instant),
            literal(value=True),
            _COUNTED.where(~_N.in_flight).scalar_subquery(),
        ).where(
            _COUNTED.scalar_subquery() < bindparam("most"),
            ~exists().where(*_THIS_NAME),
        ),
    )
    .returning(_N.failed_before)
)
"""One statement, so that no two processes count the same free place."""
_NAMES_OF = select(_N.name_id, _N.tried_at, _N.in_flight).where(*_OF_SOURCE)
_TAKE_OUT = delete(failing_names).where(*_THIS_NAME)
_WITHDRAW = _TAKE_OUT.where(_N.in_flight)
_FAILED = update(failing_names).where(*_THIS_NAME).values(in_flight=False, tried_at=bindparam("now"))
_ADD_FAILED = insert(failing_names)
_FORGET_OF = delete(failing_names).where(*_OF_SOURCE, _N.tried_at <= bindparam("since"))
_FORGET = Expiring(failing_names, _N.tried_at <= UNTIL)


@dataclass(frozen=True, slots=True)
class Spot:
    """A name among those of a source."""

    source: str
    name: AccountId

    @property
    def columns(self) -> dict[str, object]:
        """Return the spot as the statements' parameters."""
        return {"of_source": self.source, "name": self.name}


def find(sql: Connection, account: AccountId, token_hash: bytes) -> Pending | None:
    """Load the pending sign-in that a token names."""
    row = sql.execute(_FIND, {"account": account, "hash": token_hash}).one_or_none()
    return None if row is None else _pending(row)


def add(sql: Connection, pending: Pending) -> None:
    """Insert a pending sign-in."""
    sql.execute(
        _ADD,
        {
            "account_id": pending.account,
            "token_hash": pending.token_hash,
            "epoch": pending.epoch,
            "step": pending.step.value,
            "opened_at": pending.opened_at,
            "expires_at": pending.expires_at,
            "opened_with": None if pending.opened_with is None else pending.opened_with.value,
            "through_link": pending.through_link,
            "remember_device": pending.remember_device,
        },
    )


def save(sql: Connection, pending: Pending) -> None:
    """Write what changes about a pending sign-in."""
    sql.execute(
        _SAVE,
        {
            "account": pending.account,
            "hash": pending.token_hash,
            "to": pending.step.value,
            "until": pending.expires_at,
            "proof": None if pending.opened_with is None else pending.opened_with.value,
            "secret": pending.sealed_secret,
            "wrong": pending.sealed_wrong_code,
            "remember": pending.remember_device,
        },
    )


def end(sql: Connection, pending: Pending) -> None:
    """Delete a pending sign-in."""
    sql.execute(_END, {"account": pending.account, "hash": pending.token_hash})


def end_of(sql: Connection, account: AccountId) -> None:
    """Delete every pending sign-in of an account."""
    sql.execute(_END_OF, {"account": account})


def forget_expired(sql: Connection, now: datetime) -> int:
    """Delete a few pending sign-ins that are past their end."""
    return _EXPIRED.forget(sql, now)


def enter(sql: Connection, spot: Spot, now: datetime, since: datetime, most: int) -> int | None:
    """Write that a name is being tried, and tell how many of its source have failed since then.

    None where the name is there already, or as many as may be are.
    """
    values = {**spot.columns, "now": now, "since": since, "most": most}
    failed: int | None = sql.execute(_ENTER, values).scalar_one_or_none()
    return failed


def names_of(sql: Connection, source: str, alive: InFlight) -> NamesTried:
    """List a source's names; one that never left, and is in flight no longer, has failed."""
    rows = sql.execute(_NAMES_OF, {"of_source": source}).all()
    flying = (row for row in rows if row.in_flight and alive.since <= row.tried_at <= alive.until)
    in_flight = frozenset(AccountId(row.name_id) for row in flying)
    return NamesTried({AccountId(row.name_id): row.tried_at for row in rows if row.name_id not in in_flight}, in_flight)


def note_failed(sql: Connection, spot: Spot, now: datetime) -> None:
    """Write that a name has failed."""
    if sql.execute(_FAILED, {**spot.columns, "now": now}).rowcount == 0:
        row = {"source": spot.source, "name_id": spot.name, "tried_at": now, "in_flight": False, "failed_before": 0}
        sql.execute(_ADD_FAILED, row)


def take_out(sql: Connection, spot: Spot) -> None:
    """Delete a name."""
    sql.execute(_TAKE_OUT, spot.columns)


def withdraw(sql: Connection, spot: Spot) -> None:
    """Delete a name that is being tried; one that has failed stays."""
    sql.execute(_WITHDRAW, spot.columns)


def forget_names_of(sql: Connection, source: str, since: datetime) -> None:
    """Delete a source's names that are no longer counted."""
    sql.execute(_FORGET_OF, {"of_source": source, "since": since})


def forget_names(sql: Connection, since: datetime) -> int:
    """Delete a few names that are no longer counted."""
    return _FORGET.forget(sql, since)


def _pending(row: Any) -> Pending:
    return Pending(
        account=AccountId(row.account_id),
        token_hash=row.token_hash,
        epoch=row.epoch,
        step=Next(row.step),
        opened_at=row.opened_at,
        expires_at=row.expires_at,
        opened_with=None if row.opened_with is None else OpenedWith(row.opened_with),
        through_link=row.through_link,
        remember_device=row.remember_device,
        sealed_secret=row.sealed_secret,
        sealed_wrong_code=row.sealed_wrong_code,
    )
