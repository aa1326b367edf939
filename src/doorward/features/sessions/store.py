"""The SQL on sessions."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from doorward.edges.sql.expiring import UNTIL, Expiring
from doorward.edges.sql.tables.sessions import sessions
from doorward.features.sessions.model import OpenedWith, SessionRow, Validity
from doorward.kernel.events import Origin
from doorward.kernel.ids import AccountId, SessionId

_T = sessions.c
_ONE = (_T.account_id == bindparam("account"), _T.token_hash == bindparam("hash"))
_BY_TOKEN = select(
    _T.session_id, _T.epoch, _T.opened_at, _T.last_seen_at, _T.expires_at,
    _T.used_second_factor, _T.own_page_only, _T.fresh_at,
).where(*_ONE)  # fmt: skip
_OF = select(sessions).where(_T.account_id == bindparam("account")).order_by(_T.opened_at.desc())
_ADD = insert(sessions)
_SEEN = update(sessions).where(*_ONE).values(last_seen_at=bindparam("at"))
_END = delete(sessions).where(_T.account_id == bindparam("account"), _T.session_id == bindparam("id"))
_END_ALL = delete(sessions).where(_T.account_id == bindparam("account"))
_END_OTHERS = delete(sessions).where(_T.account_id == bindparam("account"), _T.session_id != bindparam("kept"))
_CARRY = (
    update(sessions)
    .where(_T.account_id == bindparam("account"), _T.session_id == bindparam("id"))
    .values(epoch=bindparam("to"))
)
_FRESH = (
    update(sessions)
    .where(_T.account_id == bindparam("account"), _T.session_id == bindparam("id"))
    .values(fresh_at=bindparam("at"))
)
_EXPIRED = Expiring(sessions, _T.expires_at <= UNTIL)


@dataclass(frozen=True, slots=True)
class Stored:
    """A session as its row has it."""

    session: SessionId
    epoch: int
    opened_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    used_second_factor: bool
    own_page_only: bool
    fresh_at: datetime | None

    @property
    def validity(self) -> Validity:
        """What says when it is over."""
        return Validity(self.epoch, self.last_seen_at, self.expires_at)


@dataclass(frozen=True, slots=True)
class New:
    """A session that is being opened."""

    account: AccountId
    token_hash: bytes
    session: SessionId
    epoch: int
    opened_at: datetime
    expires_at: datetime
    opened_with: OpenedWith
    used_second_factor: bool
    own_page_only: bool
    fresh_at: datetime | None
    origin: Origin


def by_token(sql: Connection, account: AccountId, token_hash: bytes) -> Stored | None:
    """Load the session that a token names."""
    row = sql.execute(_BY_TOKEN, {"account": account, "hash": token_hash}).one_or_none()
    return None if row is None else Stored(SessionId(row.session_id), *row[1:])


def of_account(sql: Connection, account: AccountId) -> list[tuple[SessionRow, Validity]]:
    """List an account's sessions with what says when each is over, newest first."""
    return [
        (_row(row), Validity(row.epoch, row.last_seen_at, row.expires_at))
        for row in sql.execute(_OF, {"account": account})
    ]


def add(sql: Connection, new: New) -> None:
    """Insert a session."""
    sql.execute(
        _ADD,
        {
            "account_id": new.account, "token_hash": new.token_hash, "session_id": new.session, "epoch": new.epoch,
            "opened_at": new.opened_at, "last_seen_at": new.opened_at, "expires_at": new.expires_at,
            "opened_with": new.opened_with.value, "used_second_factor": new.used_second_factor,
            "own_page_only": new.own_page_only, "fresh_at": new.fresh_at, "door": new.origin.door.value,
            "address": new.origin.address[:64], "user_agent": new.origin.user_agent[:400],
        },
    )  # fmt: skip


def set_seen(sql: Connection, account: AccountId, token_hash: bytes, at: datetime) -> None:
    """Write the last activity."""
    sql.execute(_SEEN, {"account": account, "hash": token_hash, "at": at})


def set_epoch(sql: Connection, account: AccountId, session: SessionId, epoch: int) -> None:
    """Carry one session over to a new epoch."""
    sql.execute(_CARRY, {"account": account, "id": session, "to": epoch})


def set_fresh(sql: Connection, account: AccountId, session: SessionId, at: datetime) -> None:
    """Note that the session has just given a code."""
    sql.execute(_FRESH, {"account": account, "id": session, "at": at})


def end(sql: Connection, account: AccountId, session: UUID | None) -> int:
    """Delete one session of an account, or all of them, and say how many there were."""
    if session is None:
        return sql.execute(_END_ALL, {"account": account}).rowcount
    return sql.execute(_END, {"account": account, "id": session}).rowcount


def end_others(sql: Connection, account: AccountId, kept: SessionId) -> None:
    """Delete every session of an account but one."""
    sql.execute(_END_OTHERS, {"account": account, "kept": kept})


def forget_expired(sql: Connection, now: datetime) -> int:
    """Delete a few sessions past their absolute limit."""
    return _EXPIRED.forget(sql, now)


def _row(row: Any) -> SessionRow:
    return SessionRow(
        session=SessionId(row.session_id), opened_at=row.opened_at, last_seen_at=row.last_seen_at,
        expires_at=row.expires_at, opened_with=OpenedWith(row.opened_with), address=row.address,
        user_agent=row.user_agent, door=row.door,
    )  # fmt: skip
