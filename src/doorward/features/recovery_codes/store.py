"""The SQL on recovery codes."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from doorward.edges.sql.tables.recovery_codes import recovery_codes
from doorward.kernel.ids import AccountId

_T = recovery_codes.c
_OF_ACCOUNT = _T.account_id == bindparam("account")
_ONE = (_OF_ACCOUNT, _T.code_hash == bindparam("hash"))

_ADD = insert(recovery_codes)
_DELETE = delete(recovery_codes).where(_OF_ACCOUNT)
_USE = update(recovery_codes).where(*_ONE, _T.used_at.is_(None)).values(used_at=bindparam("at"))
_EXISTS = select(_T.made_at).where(*_ONE)
_LEFT = select(func.count()).select_from(recovery_codes).where(_OF_ACCOUNT, _T.used_at.is_(None))


def replace_all(sql: Connection, account: AccountId, hashes: Iterable[bytes], at: datetime) -> None:
    """Write a new set in place of the one before."""
    delete_all(sql, account)
    sql.execute(_ADD, [{"account_id": account, "code_hash": one, "made_at": at, "used_at": None} for one in hashes])


def use(sql: Connection, account: AccountId, code_hash: bytes, at: datetime) -> bool:
    """Mark an unused code as used; tell whether there was one. Of two at once one is told so."""
    return sql.execute(_USE, {"account": account, "hash": code_hash, "at": at}).rowcount == 1


def exists(sql: Connection, account: AccountId, code_hash: bytes) -> bool:
    """Return whether a code belongs to the account's set, used or not."""
    return sql.execute(_EXISTS, {"account": account, "hash": code_hash}).first() is not None


def left(sql: Connection, account: AccountId) -> int:
    """Count the unused codes."""
    return int(sql.execute(_LEFT, {"account": account}).scalar_one())


def delete_all(sql: Connection, account: AccountId) -> int:
    """Delete the set, and say how many codes it had."""
    return sql.execute(_DELETE, {"account": account}).rowcount
