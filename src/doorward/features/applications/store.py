"""The SQL on registered hosts, tickets and host sessions."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from doorward.edges.sql.expiring import UNTIL, Expiring
from doorward.edges.sql.tables.applications import application_hosts, host_sessions, host_tickets
from doorward.features.applications.model import Host, HostName, Ticket, TicketToken
from doorward.kernel.ids import AccountId, HostId, SessionId

_H, _K, _S = application_hosts.c, host_tickets.c, host_sessions.c

_HOSTS = select(_H.host_id, _H.name, _H.host, _H.added_at, _H.added_by)
_LIST = _HOSTS.order_by(_H.name)
_BY_NAME = _HOSTS.where(_H.name == bindparam("named"))
_BY_HOST = _HOSTS.where(_H.host == bindparam("named"))
_COUNT = select(func.count()).select_from(application_hosts)
_ADD = insert(application_hosts)
_REMOVE = delete(application_hosts).where(_H.host_id == bindparam("id"))

_ONE_TICKET = (_K.account_id == bindparam("account"), _K.token_hash == bindparam("hash"))
_TICKET = select(
    _K.host_id, _K.session_id, _K.nonce_hash, _K.page, _K.expires_at, _K.session_expires_at
).where(*_ONE_TICKET)  # fmt: skip
_TICKETS_OF = select(func.count()).where(_K.account_id == bindparam("account"), _K.expires_at > bindparam("now"))
_ADD_TICKET = insert(host_tickets)
_TAKE_TICKET = delete(host_tickets).where(*_ONE_TICKET)
_OLD_TICKETS = Expiring(host_tickets, _K.expires_at <= UNTIL)

_ADD_SESSION = insert(host_sessions)
_FORMER = delete(host_sessions).where(
    _S.account_id == bindparam("account"), _S.session_id == bindparam("session"), _S.host_id == bindparam("host")
)
_OLD_SESSIONS = Expiring(host_sessions, _S.expires_at <= UNTIL)


def hosts(sql: Connection) -> list[Host]:
    """Load the registered hosts, by name."""
    return [_host(row) for row in sql.execute(_LIST)]


def count_hosts(sql: Connection) -> int:
    """Count the registered hosts."""
    return int(sql.execute(_COUNT).scalar_one())


def by_name(sql: Connection, name: str) -> Host | None:
    """Load the host of a name, whatever its port."""
    return _one(sql.execute(_BY_NAME, {"named": name}).one_or_none())


def by_host(sql: Connection, host: str) -> Host | None:
    """Load a host by its name and port."""
    return _one(sql.execute(_BY_HOST, {"named": host}).one_or_none())


def add_host(sql: Connection, host: Host) -> None:
    """Insert a host; a name that is registered violates its unique key."""
    sql.execute(
        _ADD,
        {
            "host_id": host.id, "name": host.named.name, "host": host.named.host,
            "added_at": host.added_at, "added_by": host.added_by,
        },
    )  # fmt: skip


def remove_host(sql: Connection, host: HostId) -> bool:
    """Delete a host; tell whether it was there. What names it is dead with it, and forgotten when it expires."""
    return sql.execute(_REMOVE, {"id": host}).rowcount == 1


def ticket(sql: Connection, token: TicketToken) -> Ticket | None:
    """Load a ticket."""
    row = sql.execute(_TICKET, {"account": token.account, "hash": token.token_hash}).one_or_none()
    if row is None:
        return None
    return Ticket(
        token, HostId(row.host_id), SessionId(row.session_id), row.nonce_hash, row.page, row.expires_at,
        row.session_expires_at,
    )  # fmt: skip


def count_tickets(sql: Connection, account: AccountId, now: datetime) -> int:
    """Count the tickets of an account that still stand."""
    return int(sql.execute(_TICKETS_OF, {"account": account, "now": now}).scalar_one())


def add_ticket(sql: Connection, new: Ticket) -> None:
    """Insert a ticket."""
    sql.execute(
        _ADD_TICKET,
        {
            "account_id": new.token.account, "token_hash": new.token.token_hash, "host_id": new.host_id,
            "session_id": new.session, "nonce_hash": new.nonce_hash, "page": new.page,
            "expires_at": new.expires_at, "session_expires_at": new.session_expires_at,
        },
    )  # fmt: skip


def take_ticket(sql: Connection, token: TicketToken) -> bool:
    """Delete a ticket; tell whether it was there: of two who take it, one is told so."""
    return sql.execute(_TAKE_TICKET, {"account": token.account, "hash": token.token_hash}).rowcount == 1


def enter(sql: Connection, ticket: Ticket, token_hash: bytes) -> None:
    """Insert the host session that a ticket opens, in place of an earlier one of the same session and host."""
    sql.execute(_FORMER, {"account": ticket.token.account, "session": ticket.session, "host": ticket.host_id})
    sql.execute(
        _ADD_SESSION,
        {
            "account_id": ticket.token.account, "token_hash": token_hash, "host_id": ticket.host_id,
            "session_id": ticket.session, "expires_at": ticket.session_expires_at,
        },
    )  # fmt: skip


def forget_expired(sql: Connection, now: datetime) -> int:
    """Delete a few tickets and host sessions that are over by time."""
    return _OLD_TICKETS.forget(sql, now) + _OLD_SESSIONS.forget(sql, now)


def _one(row: Any) -> Host | None:
    return None if row is None else _host(row)


def _host(row: Any) -> Host:
    return Host(HostId(row.host_id), HostName(row.name, row.host), row.added_at, row.added_by)
