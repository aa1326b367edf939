"""The SQL on password hashes, on who has forgotten a password, and on which breach lists there are."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, delete, func, insert, select, update

from doorward.edges.sql.bulk import insert_rows
from doorward.edges.sql.expiring import UNTIL, Expiring
from doorward.edges.sql.tables.passwords import breach_lists, earlier_passwords, password_asks, passwords
from doorward.features.passwords.model import Ask, BreachList, StoredPassword
from doorward.kernel.ids import AccountId

_T, _E, _A, _L = passwords.c, earlier_passwords.c, password_asks.c, breach_lists.c
_OF = select(_T.hash, _T.changed_at, _T.must_change, _T.chosen_at).where(_T.account_id == bindparam("account"))
_ADD = insert(passwords)
_REPLACE = (
    update(passwords)
    .where(_T.account_id == bindparam("account"))
    .values(hash=bindparam("new"), changed_at=bindparam("at"), must_change=bindparam("must"))
)
_CHOSEN = update(passwords).where(_T.account_id == bindparam("account")).values(chosen_at=bindparam("at"))
_UPGRADE = (
    update(passwords)
    .where(_T.account_id == bindparam("account"), _T.hash == bindparam("old"))
    .values(hash=bindparam("new"))
)
_MARK = update(passwords).where(_T.account_id == bindparam("account")).values(must_change=bindparam("must"))
_KEEP = insert(earlier_passwords)
_EARLIER = (
    select(_E.hash)
    .where(_E.account_id == bindparam("account"))
    .order_by(_E.replaced_at.desc())
    .limit(bindparam("most"))
)
_ASK = insert(password_asks)
_ASKED = select(func.count()).where(_A.account_id == bindparam("account"), _A.asked_at > bindparam("since"))
_UNANSWERED = (
    select(_A.account_id, _A.ask_id, _A.asked_at, _A.address, _A.user_agent)
    .where(_A.answered_at.is_(None))
    .order_by(_A.asked_at, _A.ask_id)
    .limit(bindparam("most"))
)
_ANSWER = (
    update(password_asks)
    .where(_A.account_id == bindparam("account"), _A.ask_id == bindparam("id"), _A.answered_at.is_(None))
    .values(answered_at=bindparam("at"))
)
_LISTS = select(breach_lists).order_by(_L.name)
_ADD_LIST = insert(breach_lists)
_FORGET_LIST = delete(breach_lists).where(_L.name == bindparam("name"))
_OLD_ASKS = Expiring(password_asks, and_(_A.answered_at.is_not(None), _A.asked_at <= UNTIL))


def of_account(sql: Connection, account: AccountId) -> StoredPassword | None:
    """Load an account's password hash."""
    row = sql.execute(_OF, {"account": account}).one_or_none()
    return None if row is None else StoredPassword(account, *row)


def put(sql: Connection, account: AccountId, new: str, at: datetime, *, must_change: bool) -> None:
    """Write a password hash; the one before joins the earlier ones."""
    before = of_account(sql, account)
    if before is None:
        sql.execute(_ADD, {"account_id": account, "hash": new, "changed_at": at, "must_change": must_change})
        return
    sql.execute(_KEEP, {"account_id": account, "replaced_at": at, "hash": before.hash})
    sql.execute(_REPLACE, {"account": account, "new": new, "at": at, "must": must_change})


def add_many(sql: Connection, new: Sequence[StoredPassword]) -> None:
    """Insert the hashes of accounts that have none."""
    insert_rows(
        sql,
        passwords,
        [
            {"account_id": one.account, "hash": one.hash, "changed_at": one.changed_at, "must_change": one.must_change}
            for one in new
        ],
    )


def note_chosen(sql: Connection, account: AccountId, at: datetime) -> None:
    """Note that the person changed the password unasked."""
    sql.execute(_CHOSEN, {"account": account, "at": at})


def upgrade(sql: Connection, account: AccountId, old: str, new: str) -> None:
    """Replace a hash by one of the same password, unless the password has changed meanwhile."""
    sql.execute(_UPGRADE, {"account": account, "old": old, "new": new})


def mark(sql: Connection, account: AccountId, *, must_change: bool) -> None:
    """Ask for a new password at the next sign-in, or no longer."""
    sql.execute(_MARK, {"account": account, "must": must_change})


def earlier(sql: Connection, account: AccountId, most: int) -> tuple[str, ...]:
    """List the latest earlier hashes."""
    return tuple(sql.execute(_EARLIER, {"account": account, "most": most}).scalars())


def forget_earlier(sql: Connection, account: AccountId, keep: int) -> None:
    """Delete earlier hashes beyond those that the rules ask about."""
    kept = select(_E.replaced_at).where(_E.account_id == account).order_by(_E.replaced_at.desc()).limit(keep)
    sql.execute(delete(earlier_passwords).where(_E.account_id == account, _E.replaced_at.not_in(kept)))


def count(sql: Connection, wanted: Callable[[str], bool]) -> int:
    """Count the hashes of which something holds; each is looked at once."""
    return sum(wanted(one) for one in sql.execute(select(_T.hash)).scalars())


def ask(sql: Connection, new: Ask) -> None:
    """Write down that somebody has forgotten a password."""
    sql.execute(
        _ASK,
        {
            "account_id": new.account,
            "ask_id": new.id,
            "asked_at": new.asked_at,
            "address": new.address,
            "user_agent": new.user_agent,
        },
    )


def asked_since(sql: Connection, account: AccountId, since: datetime) -> int:
    """Count how often an account's password was asked for after an instant."""
    return int(sql.execute(_ASKED, {"account": account, "since": since}).scalar_one())


def unanswered(sql: Connection, most: int) -> list[Ask]:
    """List what nobody has answered yet, oldest first."""
    return [Ask(AccountId(row[0]), *row[1:]) for row in sql.execute(_UNANSWERED, {"most": most})]


def answer(sql: Connection, answered: Ask, at: datetime) -> bool:
    """Note that an ask is answered; of two at once one is told True."""
    return sql.execute(_ANSWER, {"account": answered.account, "id": answered.id, "at": at}).rowcount == 1


def forget_asks(sql: Connection, before: datetime) -> int:
    """Delete a few answered asks that count no more."""
    return _OLD_ASKS.forget(sql, before)


def lists(sql: Connection) -> list[BreachList]:
    """List the breach lists by name."""
    return [BreachList(row.name, row.digest.hex(), *row[2:]) for row in sql.execute(_LISTS)]


def put_list(sql: Connection, new: BreachList) -> None:
    """Write a breach list; one of the same name is no more."""
    forget_list(sql, new.name)
    sql.execute(
        _ADD_LIST,
        {
            "name": new.name,
            "digest": bytes.fromhex(new.digest),
            "entries": new.entries,
            "source": new.source,
            "form": new.form,
            "min_count": new.min_count,
            "imported_at": new.imported_at,
            "imported_by": new.imported_by,
        },
    )


def forget_list(sql: Connection, name: str) -> None:
    """Delete what is known of a breach list."""
    sql.execute(_FORGET_LIST, {"name": name})
