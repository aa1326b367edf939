"""Holding one account, or another thing that is decided about, until the transaction ends.

Transactions that are alone among writers need none of this. Those that run beside each other (`write(shared=True)`,
which only PostgreSQL does) hold what they decide about before they read it, in this order: an account, the source of
an attempt, the administrators. All take the same order, and one of each at most, so that nobody waits in a circle.
"""

from enum import IntEnum
from hashlib import sha256

from sqlalchemy import BigInteger, Connection, bindparam, func, select

from doorward.kernel.ids import AccountId

SHARED = "doorward shared"
"""What a connection's `info` says while its transaction runs beside others."""
HOLDS = "doorward holds"
"""And what it holds already, each with its kind."""
_HOLD = select(func.pg_advisory_xact_lock(bindparam("key", type_=BigInteger)))


class _Kind(IntEnum):
    """What can be held, in the order in which it is."""

    ACCOUNT = 1
    SOURCE = 2
    ADMINISTRATORS = 3


class HeldOutOfOrder(Exception):
    """A transaction that runs beside others would hold a second thing of a kind, or one that comes before another."""


def hold_account(sql: Connection, account: AccountId) -> bool:
    """Hold an account, or the pseudo account of a name nobody has; tell whether what was read before may be old."""
    return _hold(sql, _Kind.ACCOUNT, b"account" + account.bytes)


def hold_source(sql: Connection, source: str) -> bool:
    """Hold what is counted for whoever attempts from one place (LOCK-17); for nobody, which is empty, nothing."""
    return bool(source) and _hold(sql, _Kind.SOURCE, b"source" + source.encode())


def hold_administrators(sql: Connection) -> bool:
    """Hold the question who is left to administer this server (RIGHT-5)."""
    return _hold(sql, _Kind.ADMINISTRATORS, b"administrators")


def _hold(sql: Connection, kind: _Kind, what: bytes) -> bool:
    if not sql.info.get(SHARED):
        return False
    held: dict[bytes, _Kind] = sql.info[HOLDS]
    if what not in held and any(one >= kind for one in held.values()):
        raise HeldOutOfOrder(f"{kind.name} after {', '.join(one.name for one in held.values())}")
    held[what] = kind
    sql.execute(_HOLD, {"key": int.from_bytes(sha256(what).digest()[:8], "big", signed=True)})
    return True
