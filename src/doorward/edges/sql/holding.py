"""Holding one account, or another thing that is decided about, until the transaction ends.

Transactions that are alone among writers need none of this. Those that run beside each other (`write(shared=True)`,
which only PostgreSQL does) hold what they decide about before they read it, in this order: an account, the source of
an attempt, the administrators. All take the same order, so that nobody waits in a circle.
"""

from hashlib import sha256

from sqlalchemy import BigInteger, Connection, bindparam, func, select

from doorward.kernel.ids import AccountId

SHARED = "doorward shared"
"""What a connection's `info` says while its transaction runs beside others."""
HOLDS = "doorward holds"
"""And whether it holds anything yet."""
_HOLD = select(func.pg_advisory_xact_lock(bindparam("key", type_=BigInteger)))
_ADMINISTRATORS = b"administrators"


def hold_account(sql: Connection, account: AccountId) -> bool:
    """Hold an account, or the pseudo account of a name nobody has; tell whether what was read before may be old."""
    return _hold(sql, b"account" + account.bytes)


def hold_source(sql: Connection, source: str) -> bool:
    """Hold what is counted for whoever attempts from one place (LOCK-17)."""
    return _hold(sql, b"source" + source.encode())


def hold_administrators(sql: Connection) -> bool:
    """Hold the question who is left to administer this server (RIGHT-5)."""
    return _hold(sql, _ADMINISTRATORS)


def _hold(sql: Connection, what: bytes) -> bool:
    if not sql.info.get(SHARED):
        return False
    sql.info[HOLDS] = True
    sql.execute(_HOLD, {"key": int.from_bytes(sha256(what).digest()[:8], "big", signed=True)})
    return True
