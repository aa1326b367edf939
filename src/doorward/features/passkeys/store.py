"""The SQL on passkeys and on the challenges that are spent."""

import hashlib
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, exists, func, insert, select, update

from doorward.edges.sql.columns import HASH, Id, Instant
from doorward.edges.sql.expiring import UNTIL, Expiring
from doorward.edges.sql.tables.passkeys import passkey_challenges, passkeys
from doorward.features.passkeys.model.facts import Passkey
from doorward.kernel.ids import AccountId

_P, _C = passkeys.c, passkey_challenges.c

_COLUMNS = (
    _P.account_id, _P.passkey_id, _P.credential_id, _P.public_key, _P.sign_count, _P.name, _P.transports, _P.aaguid,
    _P.discoverable, _P.user_verified, _P.backup_eligible, _P.backed_up, _P.added_at, _P.last_used_at, _P.doubted_at,
)  # fmt: skip
_OF_ACCOUNT = _P.account_id == bindparam("account")
_ONE = (_OF_ACCOUNT, _P.passkey_id == bindparam("passkey"))
_LIST = select(*_COLUMNS).where(_OF_ACCOUNT).order_by(_P.added_at, _P.passkey_id)
_BY_ID = select(*_COLUMNS).where(*_ONE)
_BY_CREDENTIAL = select(*_COLUMNS).where(_OF_ACCOUNT, _P.credential_hash == bindparam("credential"))
_COUNT = select(func.count()).where(_OF_ACCOUNT)
_ADD = insert(passkeys)
_SAVE_USE = (
    update(passkeys)
    .where(*_ONE, _P.sign_count == bindparam("loaded_count"))
    .values(
        sign_count=bindparam("count"),
        backed_up=bindparam("backup"),
        user_verified=bindparam("verified"),
        last_used_at=bindparam("used_at"),
    )
)
_RENAME = update(passkeys).where(*_ONE).values(name=bindparam("called"))
_DOUBT = update(passkeys).where(*_ONE).values(doubted_at=bindparam("at"))
_REMOVE = delete(passkeys).where(*_ONE)
_REMOVE_ALL = delete(passkeys).where(_OF_ACCOUNT)

_SPEND = (
    insert(passkey_challenges)
    .from_select(
        ["account_id", "challenge_hash", "expires_at"],
        select(
            bindparam("account", type_=Id),
            bindparam("hash", type_=HASH),
            bindparam("until", type_=Instant),
        ).where(~exists().where(_C.account_id == bindparam("account"), _C.challenge_hash == bindparam("hash"))),
    )
    .returning(_C.account_id)
)
"""One statement, so that of two answers to one challenge one is told that it came first."""
_EXPIRED = Expiring(passkey_challenges, _C.expires_at <= UNTIL)


def of_account(sql: Connection, account: AccountId) -> list[Passkey]:
    """List an account's passkeys, oldest first."""
    return [_passkey(row) for row in sql.execute(_LIST, {"account": account})]


def by_id(sql: Connection, account: AccountId, passkey: UUID) -> Passkey | None:
    """Load one passkey of an account."""
    row = sql.execute(_BY_ID, {"account": account, "passkey": passkey}).one_or_none()
    return None if row is None else _passkey(row)


def by_credential(sql: Connection, account: AccountId, credential_id: bytes) -> Passkey | None:
    """Load the passkey of an account that an authenticator knows by this id."""
    values = {"account": account, "credential": _hash(credential_id)}
    row = sql.execute(_BY_CREDENTIAL, values).one_or_none()
    return None if row is None else _passkey(row)


def count(sql: Connection, account: AccountId) -> int:
    """Count an account's passkeys."""
    return int(sql.execute(_COUNT, {"account": account}).scalar_one())


def add(sql: Connection, new: Passkey) -> None:
    """Insert a passkey; one that the account has already violates its unique key."""
    sql.execute(
        _ADD,
        {
            "account_id": new.account, "passkey_id": new.id, "credential_hash": _hash(new.credential_id),
            "credential_id": new.credential_id, "public_key": new.public_key, "sign_count": new.sign_count,
            "name": new.name, "transports": list(new.transports), "aaguid": new.aaguid,
            "discoverable": new.discoverable, "user_verified": new.user_verified,
            "backup_eligible": new.backup_eligible, "backed_up": new.backed_up, "added_at": new.added_at,
            "last_used_at": new.last_used_at, "doubted_at": new.doubted_at,
        },
    )  # fmt: skip


def save_use(sql: Connection, before: Passkey, after: Passkey) -> bool:
    """Write what a use changes if nobody has written its count since it was loaded; tell whether it was so."""
    values = {
        "account": before.account, "passkey": before.id, "loaded_count": before.sign_count, "count": after.sign_count,
        "backup": after.backed_up, "verified": after.user_verified, "used_at": after.last_used_at,
    }  # fmt: skip
    return sql.execute(_SAVE_USE, values).rowcount == 1


def rename(sql: Connection, passkey: Passkey, name: str) -> None:
    """Write another name."""
    sql.execute(_RENAME, {"account": passkey.account, "passkey": passkey.id, "called": name})


def note_doubt(sql: Connection, passkey: Passkey, at: datetime) -> None:
    """Write when a passkey last looked like a copy and its owner was told."""
    sql.execute(_DOUBT, {"account": passkey.account, "passkey": passkey.id, "at": at})


def remove(sql: Connection, account: AccountId, passkey: UUID) -> bool:
    """Delete a passkey; tell whether it was there. Of two at once one is told so."""
    return sql.execute(_REMOVE, {"account": account, "passkey": passkey}).rowcount == 1


def remove_all(sql: Connection, account: AccountId) -> int:
    """Delete every passkey of an account, and say how many there were."""
    return sql.execute(_REMOVE_ALL, {"account": account}).rowcount


def spend(sql: Connection, account: AccountId, challenge_hash: bytes, until: datetime) -> bool:
    """Note that a challenge was answered; False where it was already."""
    return sql.execute(_SPEND, {"account": account, "hash": challenge_hash, "until": until}).first() is not None


def forget_challenges(sql: Connection, now: datetime) -> int:
    """Delete a few spent challenges that have run out anyway."""
    return _EXPIRED.forget(sql, now)


def _hash(credential_id: bytes) -> bytes:
    return hashlib.sha256(credential_id).digest()


def _passkey(row: Any) -> Passkey:
    return Passkey(
        account=AccountId(row.account_id), id=row.passkey_id, credential_id=row.credential_id,
        public_key=row.public_key, sign_count=row.sign_count, name=row.name, transports=tuple(row.transports),
        aaguid=row.aaguid, discoverable=row.discoverable, user_verified=row.user_verified,
        backup_eligible=row.backup_eligible, backed_up=row.backed_up, added_at=row.added_at,
        last_used_at=row.last_used_at, doubted_at=row.doubted_at,
    )  # fmt: skip
