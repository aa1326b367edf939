"""The SQL on sign-ins under way."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from doorward.edges.sql.tables.signin import pending_sign_ins
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
    )
)
_END = delete(pending_sign_ins).where(*_ONE)
_END_OF = delete(pending_sign_ins).where(_T.account_id == bindparam("account"))
_EXPIRED = delete(pending_sign_ins).where(_T.expires_at <= bindparam("now"))


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
        },
    )


def end(sql: Connection, pending: Pending) -> None:
    """Delete a pending sign-in."""
    sql.execute(_END, {"account": pending.account, "hash": pending.token_hash})


def end_of(sql: Connection, account: AccountId) -> None:
    """Delete every pending sign-in of an account."""
    sql.execute(_END_OF, {"account": account})


def forget_expired(sql: Connection, now: datetime) -> int:
    """Delete pending sign-ins that are past their end."""
    return sql.execute(_EXPIRED, {"now": now}).rowcount


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
        sealed_secret=row.sealed_secret,
        sealed_wrong_code=row.sealed_wrong_code,
    )
