"""The SQL on the inventory of hardware tokens; seeds pass through here sealed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, case, insert, select, tuple_, update

from doorward.edges.sql.columns import Id
from doorward.edges.sql.searching import matches
from doorward.edges.sql.tables.tokens import hardware_tokens
from doorward.features.tokens.model import NewToken, Returned, Token, TokenState
from doorward.kernel.ids import AccountId, TokenId
from doorward.kernel.names import canonical
from doorward.kernel.otp_parameters import Algorithm, MovingFactor, OtpParameters

_T = hardware_tokens.c

_TOKENS = select(
    _T.token_id, _T.manufacturer, _T.serial, _T.model, _T.motion, _T.algorithm, _T.period, _T.state, _T.account_id,
    _T.last_step, _T.offset_steps, _T.starts_at, _T.expires_at, _T.imported_at, _T.changed_at, _T.recent_steps,
)  # fmt: skip
_BY_ID = _TOKENS.where(_T.token_id == bindparam("token"))
_BY_SERIAL = _TOKENS.where(_T.serial_canonical == bindparam("serial")).order_by(_T.manufacturer_canonical)
_SEED = select(_T.sealed_seed).where(_T.token_id == bindparam("token"))
_KNOWN = select(_T.manufacturer_canonical, _T.serial_canonical).where(
    _T.serial_canonical.in_(bindparam("serials", expanding=True))
)
_ADD = insert(hardware_tokens)

_LIST = _TOKENS.order_by(_T.serial_canonical, _T.token_id).limit(bindparam("most"))
_MATCHES = matches(_T.serial_canonical)
_IN_STATE = _T.state == bindparam("state")
_FURTHER = tuple_(_T.serial_canonical, _T.token_id) > tuple_(bindparam("serial"), bindparam("after", type_=Id()))
_HELD_BY = _T.account_id == bindparam("holder")
_NARROWED = {"pattern": _MATCHES, "state": _IN_STATE, "holder": _HELD_BY, "after": _FURTHER}

_IN_STOCK = (_T.token_id == bindparam("token"), _T.state == TokenState.IN_STOCK.value)
_TAKE = (
    update(hardware_tokens)
    .where(*_IN_STOCK)
    .values(state=TokenState.ASSIGNED.value, account_id=bindparam("account"), changed_at=bindparam("at"))
)
_GIVE_BACK = (
    update(hardware_tokens)
    .where(
        _T.token_id == bindparam("token"),
        _T.state == TokenState.ASSIGNED.value,
        _T.account_id == bindparam("account"),
    )
    .values(
        state=TokenState.IN_STOCK.value,
        account_id=None,
        last_step=case((_T.last_step > bindparam("step"), _T.last_step), else_=bindparam("step")),
        offset_steps=bindparam("clock_offset"),
        recent_steps=bindparam("recent"),
        changed_at=bindparam("at"),
    )
)
_RETIRE = (
    update(hardware_tokens)
    .where(*_IN_STOCK)
    .values(state=TokenState.RETIRED.value, sealed_seed=None, changed_at=bindparam("at"))
)


@dataclass(frozen=True, slots=True)
class Filed:
    """A token that is about to be in stock: as a file has it, its id, its sealed seed."""

    id: TokenId
    token: NewToken
    sealed_seed: bytes = field(repr=False)


def by_id(sql: Connection, token: TokenId) -> Token | None:
    """Load a token."""
    row = sql.execute(_BY_ID, {"token": token}).one_or_none()
    return None if row is None else _token(row)


def by_serial(sql: Connection, serial: str) -> list[Token]:
    """Load the tokens of a serial number: one for each maker that has given it."""
    return [_token(row) for row in sql.execute(_BY_SERIAL, {"serial": canonical(serial)})]


def sealed_seed(sql: Connection, token: TokenId) -> bytes | None:
    """Load a token's seed, sealed; None where it was erased."""
    seed: bytes | None = sql.execute(_SEED, {"token": token}).scalar()
    return seed


def known(sql: Connection, serials: Sequence[str]) -> set[tuple[str, str]]:
    """Of these serial numbers, in their canonical forms, load those that are there, each with its maker."""
    return {(row.manufacturer_canonical, row.serial_canonical) for row in sql.execute(_KNOWN, {"serials": serials})}


def page(sql: Connection, keys: dict[str, Any], after: Token | None, most: int) -> list[Token]:
    """Load tokens by serial number: those of a `pattern` and of a `state`, after one of them."""
    given = dict(keys)
    if after is not None:
        given |= {"serial": canonical(after.serial), "after": after.id}
    statement = _LIST.where(*(narrowed for name, narrowed in _NARROWED.items() if name in given))
    return [_token(row) for row in sql.execute(statement, {**given, "most": most})]


def add_many(sql: Connection, filed: Sequence[Filed], at: datetime) -> None:
    """Insert tokens; a serial number that its maker has given already violates its key."""
    sql.execute(_ADD, [_row(one, at) for one in filed])


def take(sql: Connection, token: TokenId, account: AccountId, at: datetime) -> bool:
    """Note who holds a token from now on; tell whether it was in stock."""
    return sql.execute(_TAKE, {"token": token, "account": account, "at": at}).rowcount == 1


def give_back(sql: Connection, back: Returned, at: datetime) -> bool:
    """Put a token back in stock with what it remembers, which never grows less; tell whether the account held it."""
    values = {"token": back.token, "account": back.account, "step": back.last_step, "clock_offset": back.offset_steps}
    return sql.execute(_GIVE_BACK, {**values, "recent": list(back.recent_steps), "at": at}).rowcount == 1


def retire(sql: Connection, token: TokenId, at: datetime) -> bool:
    """Retire a token and erase its seed; tell whether it was in stock."""
    return sql.execute(_RETIRE, {"token": token, "at": at}).rowcount == 1


def _row(filed: Filed, at: datetime) -> dict[str, Any]:
    token = filed.token
    return {
        "token_id": filed.id, "manufacturer": token.manufacturer, "serial": token.serial, "model": token.model,
        "manufacturer_canonical": canonical(token.manufacturer), "serial_canonical": canonical(token.serial),
        "motion": token.parameters.motion, "algorithm": token.parameters.algorithm, "period": token.parameters.period,
        "sealed_seed": filed.sealed_seed, "last_step": token.last_step, "offset_steps": token.offset_steps,
        "starts_at": token.starts_at, "expires_at": token.expires_at, "state": TokenState.IN_STOCK.value,
        "account_id": None, "imported_at": at, "changed_at": at, "recent_steps": [],
    }  # fmt: skip


def _token(row: Any) -> Token:
    return Token(
        id=TokenId(row.token_id), manufacturer=row.manufacturer, serial=row.serial, model=row.model,
        parameters=OtpParameters(MovingFactor(row.motion), Algorithm(row.algorithm), row.period),
        state=TokenState(row.state),
        account=None if row.account_id is None else AccountId(row.account_id), last_step=row.last_step,
        offset_steps=row.offset_steps, starts_at=row.starts_at, expires_at=row.expires_at,
        imported_at=row.imported_at, changed_at=row.changed_at, recent_steps=tuple(row.recent_steps),
    )  # fmt: skip
