"""The SQL on the outbox.

A row that is being handed over is in the state `sending` until its lease ends, at `next_attempt_at`; only whoever holds
the lease may settle it, and a retry leaves it alone, so that no mail goes twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, bindparam, insert, or_, select, union_all, update

from doorward.edges.sql.expiring import UNTIL, Expiring
from doorward.edges.sql.reaching import reached, sides
from doorward.edges.sql.tables.notices import former_addresses, outbox
from doorward.features.notices.model import Kind, Mail, MailState
from doorward.kernel.act import EVERYBODY, Reach
from doorward.kernel.ids import AccountId

_T = outbox.c
_SENDING = "sending"
_WAITING = [MailState.QUEUED.value, _SENDING]
_UNFINISHED = [*_WAITING, MailState.FAILED.value]
_ONE = (_T.account_id == bindparam("account"), _T.message_id == bindparam("message"))
_HELD = and_(*_ONE, _T.state == _SENDING, _T.next_attempt_at == bindparam("until"))
_DUE = _T.next_attempt_at <= bindparam("now")
_FIRST_OF_EACH = union_all(
    *(
        select(
            select(
                _T.account_id, _T.message_id, _T.recipient, _T.sealed_body, _T.attempts, _T.queued_at, _T.expires_at,
                _T.error, _T.next_attempt_at,
            )
            .where(_T.state == state, _DUE)
            .order_by(_T.next_attempt_at)
            .limit(bindparam("most"))
            .subquery()
        )
        for state in _UNFINISHED
    )
).subquery()  # fmt: skip
"""State by state in the order of the index: all that is due, of all states together, would be sorted for each claim."""

_ADD = insert(outbox)
_ANY_DUE = select(_T.message_id).where(_T.state.in_(_UNFINISHED), _DUE).limit(1)
_FIRST_DUE = select(_FIRST_OF_EACH).order_by(_FIRST_OF_EACH.c.next_attempt_at).limit(bindparam("most"))
_CLAIM = update(outbox).where(*_ONE).values(state=_SENDING, next_attempt_at=bindparam("until"))
_SETTLE = update(outbox).where(_HELD).values(
    state=bindparam("to_state"), next_attempt_at=bindparam("due_at"), error=bindparam("why"),
    attempts=bindparam("tries"), finished_at=bindparam("over_at"),
)  # fmt: skip
_SETTLE_AND_ERASE = _SETTLE.values(sealed_body=None)
_GIVE_BACK = update(outbox).where(_HELD).values(state=MailState.QUEUED.value, next_attempt_at=bindparam("now"))
_RETRY = (
    update(outbox)
    .where(
        or_(
            and_(_T.state == MailState.QUEUED.value, _T.attempts > 0),
            and_(_T.state == MailState.FAILED.value, _T.expires_at > bindparam("now")),
        )
    )
    .values(state=MailState.QUEUED.value, next_attempt_at=bindparam("now"), finished_at=None)
)
_RETRY_ONE = _RETRY.where(_T.message_id == bindparam("message"))
_BY_ID = select(_T.account_id).where(_T.message_id == bindparam("message"))
_LONG_OVER = Expiring(
    outbox,
    and_(
        _T.state.in_([MailState.DELIVERED.value, MailState.EXPIRED.value, MailState.FAILED.value]),
        _T.next_attempt_at <= UNTIL,
        _T.finished_at <= UNTIL,
    ),
)
"""By the index on states: what is over has its `next_attempt_at` no later than its end, or its expiry, has passed."""
_F = former_addresses.c
_FORMER = (
    select(_F.address)
    .where(_F.account_id == bindparam("account"), _F.replaced_at > bindparam("since"))
    .order_by(_F.replaced_at)
)
_NOTE_FORMER = insert(former_addresses)
_OLD_FORMER = Expiring(former_addresses, _F.replaced_at <= UNTIL)
_MAILS = (
    select(
        _T.message_id, _T.account_id, _T.kind, _T.recipient, _T.state, _T.error, _T.attempts, _T.queued_at,
        _T.next_attempt_at, _T.finished_at,
    )
    .order_by(_T.message_id.desc())
    .limit(bindparam("limit"))
)  # fmt: skip
_CONDITIONS = {
    "within": reached(_T.account_id, ["within"])[0],
    "without": reached(_T.account_id, ["without"])[0],
    "state": _T.state == bindparam("state"),
    "waiting": _T.state.in_(_WAITING),
    "undelivered": or_(_T.state == MailState.FAILED.value, and_(_T.state.in_(_WAITING), _T.attempts > 0)),
    "account": _T.account_id == bindparam("account"),
    "before_id": _T.message_id < bindparam("before_id"),
}


@dataclass(frozen=True, slots=True)
class NewMail:
    """A mail that is being queued."""

    account: AccountId
    id: UUID
    kind: Kind
    recipient: str
    sealed_body: bytes
    queued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Claimed:
    """A mail that this process hands over until its lease ends."""

    account: AccountId
    id: UUID
    recipient: str
    sealed_body: bytes | None
    attempts: int
    queued_at: datetime
    expires_at: datetime
    error: str | None


def add(sql: Connection, mails: Sequence[NewMail]) -> None:
    """Queue mails, due at once."""
    rows = [
        {
            "account_id": new.account, "message_id": new.id, "kind": new.kind.value, "recipient": new.recipient,
            "sealed_body": new.sealed_body, "state": MailState.QUEUED.value, "attempts": 0,
            "queued_at": new.queued_at, "next_attempt_at": new.queued_at, "expires_at": new.expires_at,
        }
        for new in mails
    ]  # fmt: skip
    if rows:
        sql.execute(_ADD, rows)


def any_due(sql: Connection, now: datetime) -> bool:
    """Return whether there is anything to do; a read, so that an idle worker takes no lane."""
    return sql.execute(_ANY_DUE, {"now": now}).first() is not None


def claim(sql: Connection, now: datetime, until: datetime, most: int) -> list[Claimed]:
    """Take what is due, longest due first, so that no other process takes it before the lease ends.

    The transaction is alone among writers: what is due when it is looked for is so when it is taken.
    """
    rows = sql.execute(_FIRST_DUE, {"now": now, "most": most}).all()
    if rows:
        sql.execute(_CLAIM, [{"account": row.account_id, "message": row.message_id, "until": until} for row in rows])
    return [Claimed(AccountId(row.account_id), *row[1:-1]) for row in rows]


def settle(sql: Connection, claimed: Claimed, until: datetime, result: Mapping[str, Any], *, erase: bool) -> bool:
    """Write what came of a mail, if its lease is still ours; tell whether it was."""
    statement = _SETTLE_AND_ERASE if erase else _SETTLE
    key = {"account": claimed.account, "message": claimed.id, "until": until}
    return sql.execute(statement, {**key, **result}).rowcount == 1


def give_back(sql: Connection, claimed: list[Claimed], until: datetime, now: datetime) -> None:
    """Let go of mails that there is no time left for; they are due at once."""
    keys = [{"account": one.account, "message": one.id, "until": until, "now": now} for one in claimed]
    sql.execute(_GIVE_BACK, keys)


def page(sql: Connection, conditions: Mapping[str, Any], limit: int) -> list[Mail]:
    """Load mails that meet every condition, newest first."""
    rows = sql.execute(_filtered(frozenset(conditions)), {**conditions, "limit": limit})
    return [_mail(row) for row in rows]


def retry(sql: Connection, message: UUID | None, now: datetime, reach: Reach = EVERYBODY) -> int:
    """Make one mail, or every mail that waits for a next try or was given up, due now; give their number.

    Of all mail it is that to accounts within reach.
    """
    named = sides(reach)
    statement = (_RETRY if message is None else _RETRY_ONE).where(*reached(_T.account_id, named))
    return sql.execute(statement, {"now": now, "message": message, **named}).rowcount


def whose(sql: Connection, message: UUID, reach: Reach = EVERYBODY) -> AccountId | None:
    """Tell to which account a mail belongs, if there is such a mail and the account is within reach."""
    named = sides(reach)
    row = sql.execute(_BY_ID.where(*reached(_T.account_id, named)), {"message": message, **named}).first()
    return None if row is None else AccountId(row.account_id)


def forget(sql: Connection, before: datetime) -> int:
    """Delete a few rows of mail that was over before then, and say how many."""
    return _LONG_OVER.forget(sql, before)


def note_former(sql: Connection, account: AccountId, address: str, at: datetime) -> None:
    """Keep an address that is being replaced."""
    sql.execute(_NOTE_FORMER, {"account_id": account, "replaced_at": at, "address": address})


def former_since(sql: Connection, account: AccountId, since: datetime) -> list[str]:
    """List the addresses of an account that were replaced after an instant, oldest first."""
    return list(sql.execute(_FORMER, {"account": account, "since": since}).scalars())


def forget_former(sql: Connection, before: datetime) -> int:
    """Delete a few addresses that were replaced until then."""
    return _OLD_FORMER.forget(sql, before)


@cache
def _filtered(names: frozenset[str]) -> Any:
    return _MAILS.where(*(_CONDITIONS[name] for name in sorted(names)))


def _mail(row: Any) -> Mail:
    state = MailState.QUEUED if row.state == _SENDING else MailState(row.state)
    waits = state is MailState.QUEUED
    return Mail(
        id=row.message_id, account=row.account_id, kind=Kind(row.kind), recipient=row.recipient, state=state,
        error=row.error, attempts=row.attempts, queued_at=row.queued_at,
        next_attempt_at=row.next_attempt_at if waits else None, finished_at=row.finished_at,
    )  # fmt: skip
