"""The SQL on secret keys and on those being set up; secrets pass through here sealed, and are opened by the caller."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from doorward.edges.sql.bulk import insert_rows
from doorward.edges.sql.expiring import UNTIL, Expiring
from doorward.edges.sql.tables.otp import otp_candidates, otp_keys
from doorward.features.otp.model import NO_STEP, OtpKey
from doorward.kernel.ids import AccountId, SessionId
from doorward.kernel.otp_parameters import APP, Algorithm, MovingFactor, OtpParameters

_K, _C = otp_keys.c, otp_candidates.c
_NONE: list[int] = []
_UNUSED = {
    "consecutive_failures": 0, "last_used_at": None, "disabled_at": None, "clock_error_steps": None,
    "clock_error_seen_at": None,
}  # fmt: skip

Opener = Callable[[UUID, bytes], bytes]
"""Opens the sealed secret of a key, given the key's id."""

_OF_ACCOUNT = (_K.account_id == bindparam("account"), _K.disabled_at.is_(None))
_FIND = select(
    _K.key_id, _K.sealed_secret, _K.last_step, _K.spent_steps, _K.consecutive_failures, _K.confirmed_at,
    _K.last_used_at, _K.disabled_at, _K.clock_error_steps, _K.clock_error_seen_at, _K.motion, _K.algorithm, _K.period,
    _K.offset_steps, _K.token_id, _K.expires_at, _K.recent_steps,
).where(*_OF_ACCOUNT).order_by(_K.key_id.desc()).limit(1)  # fmt: skip
_FIND_AND_HOLD = _FIND.with_for_update()
"""A code is judged and remembered under the row's lock; SQLite's one writer needs no such word and is given none."""
_ANY = select(_K.account_id).where(_K.disabled_at.is_(None)).limit(1)
_MEMORY = (
    select(
        _K.confirmed_at, _K.last_used_at, _K.last_step, _K.clock_error_steps, _K.motion, _K.algorithm, _K.period,
        _K.offset_steps, _K.token_id,
    )
    .where(*_OF_ACCOUNT)
    .order_by(_K.key_id.desc())
    .limit(1)
)  # fmt: skip
_FAILURES = select(_K.consecutive_failures).where(*_OF_ACCOUNT).order_by(_K.key_id.desc()).limit(1)
_DISABLE = update(otp_keys).where(*_OF_ACCOUNT).values(disabled_at=bindparam("at"))
_DISABLED_AT = (
    select(_K.disabled_at)
    .where(_K.account_id == bindparam("account"), _K.disabled_at.is_not(None))
    .order_by(_K.disabled_at.desc())
    .limit(1)
)
_ADD = insert(otp_keys)
_SAVE = (
    update(otp_keys)
    .where(
        _K.account_id == bindparam("account"),
        _K.key_id == bindparam("key"),
        _K.last_step == bindparam("loaded_step"),
        _K.consecutive_failures == bindparam("loaded_failures"),
    )
    .values(
        last_step=bindparam("step"),
        spent_steps=bindparam("spent"),
        consecutive_failures=bindparam("failures"),
        last_used_at=bindparam("used_at"),
        clock_error_steps=bindparam("offset"),
        clock_error_seen_at=bindparam("seen_at"),
        offset_steps=bindparam("clock_offset"),
        recent_steps=bindparam("recent"),
    )
)
_OF_TOKENS = select(_K.token_id, _K.last_step, _K.spent_steps, _K.offset_steps, _K.recent_steps).where(
    _K.account_id == bindparam("account"), _K.token_id.is_not(None)
)
_DELETE = delete(otp_keys).where(_K.account_id == bindparam("account"))

_OF_SESSION = (_C.account_id == bindparam("account"), _C.session_id == bindparam("session"))
_FIND_CANDIDATE = select(_C.sealed_secret, _C.made_at, _C.confirmed_step).where(*_OF_SESSION)
_ADD_CANDIDATE = insert(otp_candidates)
_CONFIRM_CANDIDATE = update(otp_candidates).where(*_OF_SESSION).values(confirmed_step=bindparam("step"))
_DROP_CANDIDATE = delete(otp_candidates).where(*_OF_SESSION)
_DROP_CANDIDATES = delete(otp_candidates).where(_C.account_id == bindparam("account"))
_OLD_CANDIDATES = Expiring(otp_candidates, _C.made_at <= UNTIL)


@dataclass(frozen=True, slots=True)
class NewKeyRow:
    """A key that is about to be an account's."""

    account: AccountId
    id: UUID
    sealed_secret: bytes
    step: int
    at: datetime
    parameters: OtpParameters = APP
    offset_steps: int = 0
    token: UUID | None = None
    expires_at: datetime | None = None
    spent_steps: frozenset[int] = frozenset()
    recent_steps: tuple[int, ...] = ()

    @classmethod
    def of(cls, key: OtpKey, sealed_secret: bytes) -> "NewKeyRow":
        """Write a key down with all that it remembers."""
        return cls(
            key.account, key.id, sealed_secret, key.last_step, key.confirmed_at, key.parameters, key.offset_steps,
            key.token, key.expires_at, key.spent_steps, key.recent_steps,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Memory:
    """What a key remembers, without the key."""

    confirmed_at: datetime
    last_used_at: datetime | None
    last_step: int
    clock_error_steps: int | None
    parameters: OtpParameters = APP
    offset_steps: int = 0
    token: UUID | None = None


@dataclass(frozen=True, slots=True)
class TokenMemory:
    """What a key remembers of the hardware token that it came from."""

    token: UUID
    last_step: int
    """No step up to this one may ever be accepted again, spent ones included."""
    offset_steps: int
    recent_steps: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class SealedCandidate:
    """A key that a session is setting up, as its row has it."""

    sealed_secret: bytes
    made_at: datetime
    confirmed_step: int | None


def find(sql: Connection, account: AccountId, opened: Opener, *, hold: bool = False) -> OtpKey | None:
    """Load the account's usable key; `hold` keeps other writers from it until this transaction ends."""
    row = sql.execute(_FIND_AND_HOLD if hold else _FIND, {"account": account}).one_or_none()
    return None if row is None else _key(account, row, opened)


def any_holder(sql: Connection) -> AccountId | None:
    """Name some account that has a usable key."""
    found = sql.execute(_ANY).scalar()
    return None if found is None else AccountId(found)


def memory(sql: Connection, account: AccountId) -> Memory | None:
    """Load what the account's usable key remembers."""
    row = sql.execute(_MEMORY, {"account": account}).one_or_none()
    if row is None:
        return None
    return Memory(
        row.confirmed_at, row.last_used_at, row.last_step, row.clock_error_steps, _parameters(row), row.offset_steps,
        row.token_id,
    )  # fmt: skip


def tokens_of(sql: Connection, account: AccountId) -> list[TokenMemory]:
    """Load what the account's keys remember of the hardware tokens that they came from, disabled keys too."""
    rows = sql.execute(_OF_TOKENS, {"account": account})
    return [
        TokenMemory(
            row.token_id, max(row.last_step, *row.spent_steps, NO_STEP), row.offset_steps, tuple(row.recent_steps)
        )
        for row in rows
    ]


def add(sql: Connection, new: NewKeyRow) -> None:
    """Insert a key; its first remembered step is that of its set-up (KEY-9)."""
    add_many(sql, [new])


def add_many(sql: Connection, new: Sequence[NewKeyRow]) -> None:
    """Insert keys, as by `add`."""
    insert_rows(sql, otp_keys, [_row(one) for one in new], _UNUSED)


def save(sql: Connection, before: OtpKey, after: OtpKey) -> bool:
    """Write what a key remembers if nobody has written since it was loaded; tell whether it was so."""
    values = {
        "account": before.account, "key": before.id,
        "loaded_step": before.last_step, "loaded_failures": before.consecutive_failures,
        "step": after.last_step, "spent": sorted(after.spent_steps), "failures": after.consecutive_failures,
        "used_at": after.last_used_at, "offset": after.clock_error_steps, "seen_at": after.clock_error_seen_at,
        "clock_offset": after.offset_steps, "recent": list(after.recent_steps),
    }  # fmt: skip
    return sql.execute(_SAVE, values).rowcount == 1


def failures_in_a_row(sql: Connection, account: AccountId) -> int:
    """Read how many wrong codes the account's usable key has had without one success; 0 where there is none."""
    return sql.execute(_FAILURES, {"account": account}).scalar() or 0


def disable(sql: Connection, account: AccountId, at: datetime) -> int:
    """Note that the account's usable key is no longer used, and say how many there were."""
    return sql.execute(_DISABLE, {"account": account, "at": at}).rowcount


def disabled_at(sql: Connection, account: AccountId) -> datetime | None:
    """Read since when the account's key is no longer used; None where none was disabled."""
    at: datetime | None = sql.execute(_DISABLED_AT, {"account": account}).scalar()
    return at


def delete_all(sql: Connection, account: AccountId) -> int:
    """Delete every key of the account, disabled ones too, and say how many there were."""
    return sql.execute(_DELETE, {"account": account}).rowcount


def find_candidate(sql: Connection, account: AccountId, session: SessionId) -> SealedCandidate | None:
    """Load the key that a session is setting up."""
    row = sql.execute(_FIND_CANDIDATE, {"account": account, "session": session}).one_or_none()
    return None if row is None else SealedCandidate(*row)


def put_candidate(sql: Connection, account: AccountId, session: SessionId, new: SealedCandidate) -> None:
    """Write the key that a session is setting up, in place of one it had begun before."""
    drop_candidate(sql, account, session)
    sql.execute(
        _ADD_CANDIDATE,
        {
            "account_id": account, "session_id": session, "sealed_secret": new.sealed_secret,
            "made_at": new.made_at, "confirmed_step": new.confirmed_step,
        },
    )  # fmt: skip


def confirm_candidate(sql: Connection, account: AccountId, session: SessionId, step: int) -> None:
    """Write the step by which the key was proven."""
    sql.execute(_CONFIRM_CANDIDATE, {"account": account, "session": session, "step": step})


def drop_candidate(sql: Connection, account: AccountId, session: SessionId) -> bool:
    """Delete the key that a session is setting up; tell whether there was one."""
    return sql.execute(_DROP_CANDIDATE, {"account": account, "session": session}).rowcount > 0


def drop_candidates(sql: Connection, account: AccountId) -> None:
    """Delete what any session of the account is setting up."""
    sql.execute(_DROP_CANDIDATES, {"account": account})


def drop_old_candidates(sql: Connection, made_before: datetime) -> int:
    """Delete a few keys that were begun too long ago and never saved."""
    return _OLD_CANDIDATES.forget(sql, made_before)


def _row(new: NewKeyRow) -> dict[str, Any]:
    return {
        "account_id": new.account, "key_id": new.id, "sealed_secret": new.sealed_secret, "last_step": new.step,
        "spent_steps": sorted(new.spent_steps) or _NONE, "recent_steps": list(new.recent_steps) or _NONE,
        "confirmed_at": new.at,
        "motion": new.parameters.motion.value, "algorithm": new.parameters.algorithm.value,
        "period": new.parameters.period,
        "offset_steps": new.offset_steps, "token_id": new.token, "expires_at": new.expires_at,
    }  # fmt: skip


def _key(account: AccountId, row: Any, opened: Opener) -> OtpKey:
    return OtpKey(
        account=account, id=row.key_id, secret=opened(row.key_id, row.sealed_secret), last_step=row.last_step,
        confirmed_at=row.confirmed_at, spent_steps=frozenset(row.spent_steps),
        consecutive_failures=row.consecutive_failures, last_used_at=row.last_used_at, disabled_at=row.disabled_at,
        clock_error_steps=row.clock_error_steps, clock_error_seen_at=row.clock_error_seen_at,
        parameters=_parameters(row), offset_steps=row.offset_steps, token=row.token_id, expires_at=row.expires_at,
        recent_steps=tuple(row.recent_steps),
    )  # fmt: skip


def _parameters(row: Any) -> OtpParameters:
    return OtpParameters(MovingFactor(row.motion), Algorithm(row.algorithm), row.period)
