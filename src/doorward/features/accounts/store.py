"""The SQL on accounts and their state."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, delete, func, insert, or_, select, update

from doorward.edges.sql.bulk import among, insert_rows
from doorward.edges.sql.expiring import UNTIL, Expiring
from doorward.edges.sql.tables.accounts import account_state, accounts, credential_changes
from doorward.features.accounts.model import (
    Account,
    AccountKind,
    AccountState,
    Lock,
    LockReason,
    NewAccount,
    Standing,
    Unlocker,
)
from doorward.kernel.ids import AccountId
from doorward.kernel.names import canonical

_A, _S, _C = accounts.c, account_state.c, credential_changes.c

_AMONG = _A.account_id.in_(bindparam("accounts", expanding=True))
_STANDING = select(
    _A.account_id, _A.user_name, _A.full_name, _A.email, _A.kind, _A.enabled, _A.protected, _A.created_at,
    _A.updated_at, _A.version, _A.email_changed_at,
    _S.epoch, _S.locked_at, _S.lock_reason, _S.lock_ends_at, _S.lock_factor, _S.unlocked_by, _S.unlocked_by_id,
    _S.unlocked_at, _S.enabled_at, _S.last_sign_in_at, _S.factors, _S.excluded, _S.factor_due,
    _S.password_rules,
).join_from(accounts, account_state, _A.account_id == _S.account_id)  # fmt: skip
_BY_ID = _STANDING.where(_A.account_id == bindparam("account"))
_BY_IDS = _STANDING.where(_AMONG)
_BY_NAME = _STANDING.where(_A.user_name_canonical == bindparam("name"))
_ADD, _ADD_STATE = insert(accounts), insert(account_state)
_NEW = {"protected": False, "version": 1, "email_changed_at": None}
_NEW_STATE = {"epoch": 1, "excluded": False}
_SET_STATE = update(account_state).where(_S.account_id == bindparam("account"))
_LAPSED = select(_S.account_id).where(_S.lock_ends_at <= bindparam("now")).limit(bindparam("most"))
_SERVING = select(_S.password_rules).where(_S.account_id == bindparam("account"))
_SET_SERVING = (
    update(account_state)
    .where(_S.account_id.in_(bindparam("served", expanding=True)), _S.password_rules != bindparam("rules"))
    .values(password_rules=bindparam("rules"))
)
_COUNT_SERVED = select(func.count()).select_from(account_state).where(_S.password_rules == bindparam("rules"))
_STRETCH = (
    select(_S.account_id).where(_S.account_id > bindparam("after")).order_by(_S.account_id)
    .limit(1).offset(bindparam("length"))
)  # fmt: skip
_SIGNED_IN = _SET_STATE.values(last_sign_in_at=bindparam("at"))
_LOCK_FIELDS = _SET_STATE.values(
    locked_at=bindparam("at"), lock_reason=bindparam("why"), lock_ends_at=bindparam("ends"),
    lock_factor=bindparam("which"),
)  # fmt: skip
_NO_LOCK = dict.fromkeys(("locked_at", "lock_reason", "lock_ends_at", "lock_factor"))
_END_LOCK = _SET_STATE.where(_S.lock_ends_at == bindparam("ended")).values(_NO_LOCK)
_UNLOCKED = update(account_state).where(_S.account_id.in_(bindparam("accounts", expanding=True))).values(
    **_NO_LOCK, unlocked_by=bindparam("name"), unlocked_by_id=bindparam("by"), unlocked_at=bindparam("at"),
)  # fmt: skip
_NAMES = select(_A.account_id, _A.user_name).where(_AMONG)
_PROTECTED = select(_A.account_id).where(_AMONG, _A.protected)
_BY_OPERATOR = (_C.account_id == bindparam("account"), _C.operator_id == bindparam("operator"))
_NOTE_CHANGE = insert(credential_changes)
_FORGET_CHANGE = delete(credential_changes).where(*_BY_OPERATOR)
_OLD_CHANGES = Expiring(credential_changes, _C.changed_at < UNTIL)
_LAST_CHANGE = select(_C.changed_at).where(*_BY_OPERATOR)
_CHANGE_FACTORS = _SET_STATE.values(factors=_S.factors + bindparam("by"), factor_due=True)
_NEXT_EPOCH = _SET_STATE.values(epoch=_S.epoch + 1).returning(_S.epoch)


def by_id(sql: Connection, account: AccountId) -> Standing | None:
    """Load an account with its state."""
    row = sql.execute(_BY_ID, {"account": account}).one_or_none()
    return None if row is None else _standing(row)


def by_ids(sql: Connection, wanted: Sequence[AccountId]) -> dict[AccountId, Standing]:
    """Load accounts with their states; those that are not there are left out."""
    return {AccountId(row.account_id): _standing(row) for row in sql.execute(_BY_IDS, {"accounts": wanted})}


def by_name(sql: Connection, name: str) -> Standing | None:
    """Load the account that bears a name, in any spelling of it."""
    row = sql.execute(_BY_NAME, {"name": canonical(name)}).one_or_none()
    return None if row is None else _standing(row)


def add(sql: Connection, new: NewAccount) -> None:
    """Insert an account, open; a name that is taken violates its unique key."""
    sql.execute(_ADD, _row(new) | _NEW)
    sql.execute(_ADD_STATE, _state_row(new) | _NEW_STATE)


def add_many(sql: Connection, new: Sequence[NewAccount]) -> None:
    """Insert accounts, as by `add`."""
    insert_rows(sql, accounts, [_row(one) for one in new], _NEW)
    insert_rows(sql, account_state, [_state_row(one) for one in new], _NEW_STATE)


def taken(sql: Connection, canonicals: Sequence[str]) -> set[str]:
    """Of these canonical names, load those that somebody has."""
    return among(sql, _A.user_name_canonical, canonicals)


def save_fields(sql: Connection, before: Account, fields: dict[str, Any], now: datetime) -> bool:
    """Write changed fields if the account is still at the version that was loaded; tell whether it was."""
    values = {name: value.value if isinstance(value, AccountKind) else value for name, value in fields.items()}
    for name in ("user_name", "full_name", "email"):
        if name in values:
            values[f"{name}_canonical"] = None if values[name] is None else canonical(values[name])
    statement = (
        update(accounts)
        .where(_A.account_id == before.id, _A.version == before.version)
        .values(**values, updated_at=now, version=before.version + 1)
    )
    return sql.execute(statement).rowcount == 1


def set_lock(sql: Connection, account: AccountId, lock: Lock | None) -> None:
    """Write or clear the lock; who unlocked last stays as it is."""
    values = (lock.at, lock.reason.value, lock.ends_at, lock.factor) if lock else (None, None, None, None)
    sql.execute(_LOCK_FIELDS, dict(zip(("at", "why", "ends", "which"), values, strict=True), account=account))


def end_lock(sql: Connection, account: AccountId, ends_at: datetime) -> bool:
    """Clear the lock that ends at this instant; tell whether it was still there: another may stand by now."""
    return sql.execute(_END_LOCK, {"account": account, "ended": ends_at}).rowcount == 1


def set_unlocked(sql: Connection, opened: Sequence[AccountId], by: Unlocker) -> None:
    """Clear the locks of accounts and note who opened them (LOCK-7)."""
    sql.execute(_UNLOCKED, {"accounts": opened, "name": by.name, "by": by.account, "at": by.unlocked_at})


def next_epoch(sql: Connection, account: AccountId) -> int:
    """Move the epoch on and give the new one."""
    return int(sql.execute(_NEXT_EPOCH, {"account": account}).scalar_one())


def set_state(sql: Connection, account: AccountId, **values: Any) -> None:
    """Write columns of the narrow state."""
    sql.execute(_SET_STATE.values(**values), {"account": account})


def change_factors(sql: Connection, account: AccountId, by: int) -> None:
    """Add to the number of usable second factors; one statement, so that no two writers count over each other."""
    sql.execute(_CHANGE_FACTORS, {"account": account, "by": by})


def set_signed_in(sql: Connection, account: AccountId, at: datetime) -> None:
    """Note a complete sign-in."""
    sql.execute(_SIGNED_IN, {"account": account, "at": at})


def lapsed(sql: Connection, now: datetime, most: int) -> list[AccountId]:
    """List accounts whose timed lock has come to its end."""
    return [AccountId(row.account_id) for row in sql.execute(_LAPSED, {"now": now, "most": most})]


def stretch(sql: Connection, after: AccountId, length: int) -> AccountId | None:
    """Find the account with which a stretch of `length` accounts ends; None where fewer are left."""
    found = sql.execute(_STRETCH, {"after": after, "length": length - 1}).scalar_one_or_none()
    return None if found is None else AccountId(found)


def idle(
    sql: Connection, after: AccountId, upto: AccountId | None, since: Mapping[str, datetime], most: int
) -> list[AccountId]:
    """List open accounts of a stretch, by id, that were not used since the instant that their rules name."""
    used = (_S.enabled_at, _S.last_sign_in_at, _S.unlocked_at)  # an account is enabled when it is created
    unused = [
        and_(_S.password_rules == name, *(or_(column.is_(None), column <= at) for column in used))
        for name, at in since.items()
    ]
    statement = select(_S.account_id).where(_S.account_id > after, _S.locked_at.is_(None), or_(*unused))
    if upto is not None:
        statement = statement.where(_S.account_id <= upto)
    return [AccountId(one) for one in sql.execute(statement.order_by(_S.account_id).limit(most)).scalars()]


def names(sql: Connection, wanted: Sequence[AccountId]) -> dict[AccountId, str]:
    """Load the user names of accounts; those that are not there are left out."""
    return {AccountId(row.account_id): row.user_name for row in sql.execute(_NAMES, {"accounts": wanted})}


def protected(sql: Connection, among: Sequence[AccountId]) -> set[AccountId]:
    """Of these accounts, load those that are protected."""
    return {AccountId(row.account_id) for row in sql.execute(_PROTECTED, {"accounts": among})}


def serving(sql: Connection, account: AccountId) -> str | None:
    """Load the name of the password rules that serve an account."""
    return sql.execute(_SERVING, {"account": account}).scalar_one_or_none()


def set_serving(sql: Connection, accounts_served: Sequence[AccountId], name: str) -> None:
    """Write which password rules serve these accounts; a row that says so already is left alone."""
    sql.execute(_SET_SERVING, {"served": accounts_served, "rules": name})


def count_served(sql: Connection, name: str) -> int:
    """Count the accounts that password rules serve."""
    return int(sql.execute(_COUNT_SERVED, {"rules": name}).scalar_one())


def able(sql: Connection, candidates: list[AccountId], at: datetime | None) -> list[AccountId]:
    """Of these accounts, list those that are enabled, not barred, not excluded, and have a second factor (RIGHT-5).

    A hardware token that has expired at that instant is none; without an instant every one counts.
    """
    expired = 0 if at is None else case((_S.token_expires_at <= at, 1), else_=0)
    barred = [reason.value for reason in LockReason if reason.by_hand]
    statement = (
        select(_A.account_id)
        .join_from(accounts, account_state, _A.account_id == _S.account_id)
        .where(
            _A.account_id.in_(candidates),
            _A.enabled,
            _A.kind == AccountKind.INTERNAL.value,
            and_(_S.factors > expired, _S.excluded.is_(False)),
            or_(_S.locked_at.is_(None), _S.lock_reason.not_in(barred)),
        )
    )
    return [AccountId(row.account_id) for row in sql.execute(statement)]


def note_credential_change(sql: Connection, account: AccountId, operator: AccountId, what: str, at: datetime) -> None:
    """Remember when an operator last set an account's address or password."""
    keys = {"account": account, "operator": operator}
    sql.execute(_FORGET_CHANGE, keys)
    sql.execute(_NOTE_CHANGE, {"account_id": account, "operator_id": operator, "what": what, "changed_at": at})


def last_credential_change(sql: Connection, account: AccountId, operator: AccountId) -> datetime | None:
    """Return when this operator last set the account's address or password."""
    return sql.execute(_LAST_CHANGE, {"account": account, "operator": operator}).scalar_one_or_none()


def forget_credential_changes(sql: Connection, before: datetime) -> int:
    """Delete a few changes that no longer bind anybody."""
    return _OLD_CHANGES.forget(sql, before)


def _row(new: NewAccount) -> dict[str, Any]:
    return {
        "account_id": new.id, "user_name": new.user_name, "user_name_canonical": canonical(new.user_name),
        "full_name": new.full_name, "full_name_canonical": canonical(new.full_name), "email": new.email,
        "email_canonical": None if new.email is None else canonical(new.email), "kind": new.kind.value,
        "enabled": new.enabled, "created_at": new.at, "updated_at": new.at,
    }  # fmt: skip


def _state_row(new: NewAccount) -> dict[str, Any]:
    return {"account_id": new.id, "enabled_at": new.at, "factors": new.factors, "factor_due": new.factors > 0}


def _standing(row: Any) -> Standing:
    account = Account(
        id=AccountId(row.account_id), user_name=row.user_name, full_name=row.full_name, email=row.email,
        kind=AccountKind(row.kind), enabled=row.enabled, protected=row.protected, created_at=row.created_at,
        updated_at=row.updated_at, version=row.version, email_changed_at=row.email_changed_at,
    )  # fmt: skip
    lock = None
    if row.locked_at is not None:
        lock = Lock(row.locked_at, LockReason(row.lock_reason), row.lock_ends_at, row.lock_factor)
    state = AccountState(
        epoch=row.epoch, lock=lock, unlocked_by=row.unlocked_by, unlocked_by_id=row.unlocked_by_id,
        unlocked_at=row.unlocked_at, enabled_at=row.enabled_at, last_sign_in_at=row.last_sign_in_at,
        factors=row.factors, excluded=row.excluded, factor_due=row.factor_due,
        password_rules=row.password_rules,
    )  # fmt: skip
    return Standing(account, state)
