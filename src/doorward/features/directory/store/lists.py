"""The joined reads that lists and figures are made of: SELECT and nothing else, over the tables of many features."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, and_, bindparam, func, not_, or_, select

from doorward.edges.sql.reaching import reached, sides
from doorward.edges.sql.searching import matches
from doorward.edges.sql.tables.accounts import account_state, accounts
from doorward.edges.sql.tables.applications import application_hosts, host_sessions
from doorward.edges.sql.tables.groups import group_members
from doorward.edges.sql.tables.notices import outbox
from doorward.edges.sql.tables.passwords import passwords
from doorward.edges.sql.tables.second_factor import allowlist
from doorward.edges.sql.tables.sessions import sessions
from doorward.features.accounts.model import Account, AccountKind, AccountState, Lock, LockReason, Standing
from doorward.features.applications.model import HostBearer
from doorward.features.directory.model import SessionBehind
from doorward.features.second_factor.model import AllowlistEntry, Cause
from doorward.kernel.act import Bearer, Reach, SessionFacts
from doorward.kernel.ids import AccountId, SessionId

_A, _S, _L, _P, _O = accounts.c, account_state.c, allowlist.c, passwords.c, outbox.c
_T, _M = sessions.c, group_members.c

ACCOUNTS = (
    select(
        _A.account_id, _A.user_name, _A.full_name, _A.full_name_canonical, _A.email, _A.kind, _A.enabled, _A.protected,
        _A.created_at, _A.updated_at, _A.version, _A.email_changed_at,
        _S.epoch, _S.locked_at, _S.lock_reason, _S.lock_ends_at, _S.lock_factor, _S.unlocked_by, _S.unlocked_by_id,
        _S.unlocked_at, _S.enabled_at, _S.last_sign_in_at, _S.factors, _S.excluded, _S.factor_due,
    _S.password_rules,
        _L.cause, _L.added_at, _L.added_by, _L.added_by_id, _L.reason, _L.expires_at,
        _P.changed_at.label("password_changed_at"),
    )
    .join_from(accounts, account_state, _A.account_id == _S.account_id)
    .outerjoin(allowlist, _L.account_id == _A.account_id)
    .outerjoin(passwords, _P.account_id == _A.account_id)
    .limit(bindparam("most"))
)  # fmt: skip
_NAME_OF_FEW = _A.full_name_canonical.concat("")
"""The name as no index has it: so the few that are named or in a group are found first and then sorted."""
NOW = bindparam("now", type_=_S.locked_at.type)
_LOCKED = and_(_S.locked_at.is_not(None), or_(_S.lock_ends_at.is_(None), _S.lock_ends_at > NOW))
AUTOMATIC = [reason.value for reason in LockReason if reason.automatic]
_WITHOUT = and_(_S.factors == 0, not_(_S.excluded))
_MATCHES = matches(_A.full_name_canonical, _A.user_name_canonical, _A.email_canonical)
CONDITIONS = {
    "account": _A.account_id == bindparam("account"),
    "accounts": _A.account_id.in_(bindparam("accounts", expanding=True)),
    "pattern": _MATCHES,
    "enabled": _A.enabled == bindparam("enabled"),
    "locked": _LOCKED,
    "without factor": _WITHOUT,
    "set_up": and_(_S.factors > 0, not_(_S.excluded)),
    "may_set_up": and_(_WITHOUT, _L.expires_at > NOW),
    "blocked": and_(_WITHOUT, or_(_L.expires_at.is_(None), _L.expires_at <= NOW)),
    "excluded": _S.excluded,
    **dict(zip(("within", "without"), reached(_A.account_id, ("within", "without")), strict=True)),
    "group": _A.account_id.in_(select(_M.account_id).where(_M.group_id == bindparam("group"))),
    "as_of": _A.created_at <= bindparam("as_of"),
    "after_id": _A.account_id > bindparam("after_id"),
    "automatic": _S.lock_reason.in_(AUTOMATIC),
    "by_hand": _S.lock_reason.not_in(AUTOMATIC),
    "automatic locks": and_(_LOCKED, _S.lock_reason.in_(AUTOMATIC), _S.locked_at <= bindparam("as_of")),
}
NO_CONDITIONS = {"after_name", "after_account", "parts"}
"""Values of a search that are no conditions by themselves."""
OF_FEW = {"account", "accounts", "group"}
"""Conditions that leave few, and lead to them."""
_IDS = (
    select(_A.account_id, _A.user_name)
    .join_from(accounts, account_state, _A.account_id == _S.account_id)
    .outerjoin(allowlist, _L.account_id == _A.account_id)
)
_WITHOUT_FACTOR = select(func.count()).select_from(account_state).where(_WITHOUT)
_NOT_DELIVERED = (
    select(func.count())
    .select_from(outbox)
    .where(or_(_O.state == "failed", and_(_O.state.in_(["queued", "sending"]), _O.attempts > 0)))
)
_SESSIONS = (
    select(
        _T.account_id, _T.token_hash, _T.session_id, _T.epoch, _T.opened_at, _T.last_seen_at, _T.expires_at,
        _T.used_second_factor, _T.own_page_only, _T.fresh_at,
        _A.user_name, _A.full_name, _A.email, _A.kind, _A.enabled,
        _S.epoch.label("account_epoch"), _S.lock_reason, _S.factors, _S.excluded, _S.password_rules,
    )
    .join_from(sessions, accounts, _A.account_id == _T.account_id)
    .join(account_state, _S.account_id == _T.account_id)
)  # fmt: skip
_BEHIND = _SESSIONS.where(
    _T.account_id.in_(bindparam("accounts", expanding=True)), _T.token_hash.in_(bindparam("hashes", expanding=True))
)
"""Two lists in place of a list of pairs, for which SQLite would walk the whole table; each pair is one step down."""
_HS, _AH = host_sessions.c, application_hosts.c
_BEHIND_HOSTS = (
    _SESSIONS.add_columns(_HS.token_hash.label("host_token_hash"), _AH.host)
    .join(host_sessions, and_(_HS.account_id == _T.account_id, _HS.session_id == _T.session_id))
    .join(application_hosts, _AH.host_id == _HS.host_id)
    .where(
        _HS.account_id.in_(bindparam("accounts", expanding=True)),
        _HS.token_hash.in_(bindparam("hashes", expanding=True)),
    )
)


@dataclass(frozen=True, slots=True)
class JoinedAccount:
    """An account as the joined tables have it."""

    standing: Standing
    canonical_name: str
    entry: AllowlistEntry | None
    password_changed_at: datetime | None


def search(sql: Connection, conditions: Mapping[str, Any], now: datetime, most: int) -> list[JoinedAccount]:
    """Load accounts that meet every condition, by full name, then id; a condition without a value is given True."""
    statement = _filtered(frozenset(conditions) - NO_CONDITIONS)
    return [_listed(row) for row in sql.execute(statement, {**conditions, "now": now, "most": most})]


def ids(sql: Connection, conditions: Mapping[str, Any], now: datetime, most: int) -> list[tuple[AccountId, str]]:
    """Load id and user name of accounts that meet every condition, in the order of their ids."""
    rows = sql.execute(_ids(frozenset(conditions)), {**conditions, "now": now, "most": most})
    return [(AccountId(row.account_id), row.user_name) for row in rows]


def count(sql: Connection, conditions: Mapping[str, Any], now: datetime) -> int:
    """Count the accounts that meet every condition."""
    return int(sql.execute(_count(frozenset(conditions)), {**conditions, "now": now}).scalar_one())


def behind(sql: Connection, bearers: Sequence[Bearer]) -> dict[Bearer, SessionBehind]:
    """Load the sessions that tokens name, with their accounts, many at a time."""
    keys = {"accounts": [one.account for one in bearers], "hashes": [one.token_hash for one in bearers]}
    return {Bearer(row.account_id, row.token_hash): _behind(row) for row in sql.execute(_BEHIND, keys)}


def behind_hosts(sql: Connection, bearers: Sequence[HostBearer]) -> dict[HostBearer, tuple[Bearer, SessionBehind]]:
    """Load the sessions on which the tokens of hosts hang, with their accounts, many at a time."""
    keys = {"accounts": [one.account for one in bearers], "hashes": [one.token_hash for one in bearers]}
    return {
        HostBearer(row.account_id, row.host_token_hash, row.host): (
            Bearer(row.account_id, row.token_hash),
            _behind(row),
        )
        for row in sql.execute(_BEHIND_HOSTS, keys)
    }


def without_factor(sql: Connection, reach: Reach) -> int:
    """Count the accounts that have no second factor and need one."""
    named = sides(reach)
    return int(sql.execute(_WITHOUT_FACTOR.where(*reached(_S.account_id, named)), named).scalar_one())


def mail_not_delivered(sql: Connection, reach: Reach) -> int:
    """Count the mails that were tried and have not arrived."""
    named = sides(reach)
    return int(sql.execute(_NOT_DELIVERED.where(*reached(_O.account_id, named)), named).scalar_one())


@cache
def _filtered(names: frozenset[str]) -> Any:
    """Build the statement of these conditions, once."""
    name = _NAME_OF_FEW if names & OF_FEW else _A.full_name_canonical
    statement = ACCOUNTS.where(*(CONDITIONS[one] for one in sorted(names - {"after"})))
    if "after" in names:
        further = or_(name > bindparam("after_name"), _A.account_id > bindparam("after_account"))
        statement = statement.where(name >= bindparam("after_name"), further)
    return statement.order_by(name, _A.account_id)


@cache
def _ids(names: frozenset[str]) -> Any:
    ordered = _IDS.order_by(_A.account_id).limit(bindparam("most"))
    return ordered.where(*(CONDITIONS[one] for one in sorted(names)))


@cache
def _count(names: frozenset[str]) -> Any:
    found = _IDS.with_only_columns(func.count(), maintain_column_froms=True)
    return found.where(*(CONDITIONS[one] for one in sorted(names)))


def _behind(row: Any) -> SessionBehind:
    facts = SessionFacts(
        SessionId(row.session_id), AccountId(row.account_id), row.user_name, row.used_second_factor, row.own_page_only,
        row.fresh_at, row.opened_at, row.expires_at,
    )  # fmt: skip
    return SessionBehind(
        facts, row.epoch, row.last_seen_at, row.full_name, row.email, AccountKind(row.kind), row.enabled,
        row.account_epoch, None if row.lock_reason is None else LockReason(row.lock_reason), row.factors, row.excluded,
        row.password_rules,
    )  # fmt: skip


def _listed(row: Any) -> JoinedAccount:
    account = AccountId(row.account_id)
    entry = None
    if row.expires_at is not None:
        entry = AllowlistEntry(
            account, Cause(row.cause), row.added_at, row.added_by, row.added_by_id, row.reason, row.expires_at
        )
    return JoinedAccount(Standing(_account(row), _state(row)), row.full_name_canonical, entry, row.password_changed_at)


def _account(row: Any) -> Account:
    return Account(
        id=AccountId(row.account_id), user_name=row.user_name, full_name=row.full_name, email=row.email,
        kind=AccountKind(row.kind), enabled=row.enabled, protected=row.protected, created_at=row.created_at,
        updated_at=row.updated_at, version=row.version, email_changed_at=row.email_changed_at,
    )  # fmt: skip


def _state(row: Any) -> AccountState:
    lock = None
    if row.locked_at is not None:
        lock = Lock(row.locked_at, LockReason(row.lock_reason), row.lock_ends_at, row.lock_factor)
    return AccountState(
        epoch=row.epoch, lock=lock, unlocked_by=row.unlocked_by, unlocked_by_id=row.unlocked_by_id,
        unlocked_at=row.unlocked_at, enabled_at=row.enabled_at, last_sign_in_at=row.last_sign_in_at,
        factors=row.factors, excluded=row.excluded, factor_due=row.factor_due,
        password_rules=row.password_rules,
    )  # fmt: skip
