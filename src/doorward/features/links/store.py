"""The SQL on one-time links."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from doorward.edges.sql.expiring import UNTIL, Expiring
from doorward.edges.sql.tables.links import one_time_links
from doorward.features.links.model import Link, LinkKind
from doorward.kernel.ids import AccountId

_T = one_time_links.c
_ONE = (_T.account_id == bindparam("account"), _T.token_hash == bindparam("hash"))
_BY_TOKEN = select(one_time_links).where(*_ONE)
_USE = update(one_time_links).where(*_ONE, _T.used_at.is_(None)).values(used_at=bindparam("at"))
_END_KIND = delete(one_time_links).where(_T.kind == bindparam("which"))
_END_OF = delete(one_time_links).where(_T.account_id == bindparam("account"), _T.kind != LinkKind.NOT_ME.value)
_EXPIRED = Expiring(one_time_links, _T.expires_at <= UNTIL)


def add(sql: Connection, link: Link) -> None:
    """Insert a link."""
    sql.execute(
        insert(one_time_links),
        {
            "account_id": link.account,
            "token_hash": link.token_hash,
            "kind": link.kind.value,
            "epoch": link.epoch,
            "made_at": link.made_at,
            "made_by": link.made_by,
            "expires_at": link.expires_at,
        },
    )


def by_token(sql: Connection, account: AccountId, token_hash: bytes) -> Link | None:
    """Load the link that a token names."""
    row = sql.execute(_BY_TOKEN, {"account": account, "hash": token_hash}).one_or_none()
    if row is None:
        return None
    return Link(
        account=AccountId(row.account_id),
        kind=LinkKind(row.kind),
        token_hash=row.token_hash,
        epoch=row.epoch,
        made_at=row.made_at,
        made_by=row.made_by,
        expires_at=row.expires_at,
        used_at=row.used_at,
    )


def use(sql: Connection, link: Link, at: datetime) -> bool:
    """Use a link up; tell whether nobody had."""
    return sql.execute(_USE, {"account": link.account, "hash": link.token_hash, "at": at}).rowcount == 1


def end_kind(sql: Connection, kind: LinkKind) -> None:
    """Delete every link of a kind."""
    sql.execute(_END_KIND, {"which": kind.value})


def end_of(sql: Connection, account: AccountId) -> None:
    """Delete an account's links, all but *this was not me*, which no act ends (DESK-3)."""
    sql.execute(_END_OF, {"account": account})


def forget_expired(sql: Connection, now: datetime) -> int:
    """Delete a few links that are past their end."""
    return _EXPIRED.forget(sql, now)
