"""The tables of locked names hold what locks and names say, whatever was written to those, and by whom."""

from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select, update

from doorward.edges.sql import following, schema
from doorward.edges.sql.tables.accounts import account_state, accounts
from doorward.edges.sql.tables.locked import locked_names, locked_parts
from tests.worlds import NOON, World

Row = tuple[Any, ...]
ACCOUNTS = [UUID(int=number) for number in range(1, 5)]
NAMES = ["a", "ab", "Abba abba", "größe \\%_ 東京都庁", "same name"]
FIELDS = ("full_name_canonical", "user_name_canonical", "email_canonical")


def add(sql: Connection, account: UUID, name: str, mail: str | None, at: Any) -> None:
    """Add an account as any version of the program does; it may be locked from the beginning."""
    fields = dict(zip(FIELDS, (name, f"{name}-{account.int}", mail), strict=True))
    shown = {"user_name": name, "full_name": name, "kind": "internal", "created_at": NOON, "updated_at": NOON}
    sql.execute(
        insert(accounts).values(account_id=account, enabled=True, protected=False, version=1, **shown, **fields)
    )
    state = {"epoch": 1, "enabled_at": NOON, "factors": 0, "excluded": False, "locked_at": at}
    sql.execute(insert(account_state).values(account_id=account, **state))


def lock(sql: Connection, account: UUID, at: Any) -> None:
    """Lock an account, lock it otherwise, or open it, by the statement that every version has."""
    values = {"locked_at": at, "lock_reason": at and "Failures", "lock_ends_at": at}
    sql.execute(update(account_state).where(account_state.c.account_id == account).values(**values))


def name(sql: Connection, account: UUID, field: str, text: str | None) -> None:
    """Change a name or the address."""
    value = f"{text}-{account.int}" if field == "user_name_canonical" else text
    sql.execute(update(accounts).where(accounts.c.account_id == account).values({field: value}))


def remove(sql: Connection, account: UUID) -> None:
    """Delete an account."""
    for table in (account_state, accounts):
        sql.execute(delete(table).where(table.c.account_id == account))


texts = st.sampled_from(NAMES)
steps = st.one_of(
    st.tuples(st.just(add), st.sampled_from(ACCOUNTS), texts, st.none() | texts, st.sampled_from([None, NOON])),
    st.tuples(st.just(lock), st.sampled_from(ACCOUNTS), st.sampled_from([None, NOON])),
    st.tuples(st.just(name), st.sampled_from(ACCOUNTS), st.just(FIELDS[0]), texts),
    st.tuples(st.just(name), st.sampled_from(ACCOUNTS), st.just(FIELDS[1]), texts),
    st.tuples(st.just(name), st.sampled_from(ACCOUNTS), st.just(FIELDS[2]), st.none() | texts),
    st.tuples(st.just(remove), st.sampled_from(ACCOUNTS)),
    st.tuples(st.just(lambda sql, _: following.forget(sql, 1)), st.none()),
)


def parts_of(row: Row) -> set[str]:
    """Cut the fields of a row into parts of three characters, and their beginnings into one and two."""
    found = set[str]()
    for field in row[1:4]:
        begun = f"\x1f{field or ''}"
        found |= {begun[at : at + 3] for at in range(len(begun) - 2)} | ({begun[:2]} if field else set())
    return found


def truth(sql: Connection) -> set[Row]:
    """Read who is locked from locks and names."""
    a, s = accounts.c, account_state.c
    columns = (a.account_id, *(a[one] for one in FIELDS), s.locked_at, s.lock_reason, s.lock_ends_at)
    found = select(*columns).join_from(accounts, account_state, a.account_id == s.account_id)
    return {tuple(row) for row in sql.execute(found.where(s.locked_at.is_not(None)))}


def told(sql: Connection) -> list[Row]:
    """Read the names that are kept."""
    n = locked_names.c
    columns = (n.account_id, *(n[one] for one in FIELDS), n.locked_at, n.lock_reason, n.lock_ends_at)
    return [tuple(row) for row in sql.execute(select(*columns))]


def parts(sql: Connection) -> list[Row]:
    """Read the parts of names that are kept."""
    p = locked_parts.c
    return [tuple(row) for row in sql.execute(select(p.account_id, p.part, p.full_name_canonical))]


def held(sql: Connection) -> None:
    """Compare what is kept with the truth."""
    names = told(sql)
    expected = [(row[0], part, row[1]) for row in names for part in parts_of(row)]

    assert {row for row in names if row[4] is not None} == truth(sql)
    assert sorted(parts(sql)) == sorted(expected)


def test_they_follow_whatever_is_written(world: World) -> None:
    """Adding, locking, opening, naming, removing, in any order, and in more than one transaction."""

    @given(st.lists(steps, max_size=25))
    def follows(walk: list[tuple[Any, ...]]) -> None:
        with world.database.write() as sql:
            for account in ACCOUNTS:
                remove(sql, account)
            there = set[UUID]()
            for step, account, *rest in walk:
                if step is add and account in there:
                    continue
                step(sql, account, *rest)
                there = there - {account} if step is remove else there | {account} if step is add else there
                held(sql)
            following.fill(sql)
            held(sql)
            assert set(told(sql)) == truth(sql)

    follows()


SINCE = (
    "DROP TABLE day_counts",
    "DROP TABLE counted_acts",
    "DROP INDEX ix_jobs_owner",
    "DROP INDEX ix_job_items_waiting",
    "CREATE INDEX ix_job_items_open ON job_items (job_id, outcome)",
    "DROP INDEX ix_audit_entries_reference",
)
"""What takes back all that came after the version of before and would not be made twice."""


def test_an_upgrade_finds_the_locks_of_before(world: World) -> None:
    """Locks that stand when the tables come are in them, and from then on they follow."""
    with world.database.write() as sql:
        following.stop(sql)
        for table in following.TABLES:
            sql.exec_driver_sql(f"DROP TABLE {table}")
        for back in SINCE:
            sql.exec_driver_sql(back)
        sql.exec_driver_sql("UPDATE alembic_version SET version_num = '0020'")
        add(sql, ACCOUNTS[0], "dirk", "d@example.org", NOON)
        add(sql, ACCOUNTS[1], "emma", None, None)
        lock(sql, ACCOUNTS[1], NOON)
        assert not following.following(sql)

        schema.upgrade(sql)

        assert following.following(sql)
        assert len(told(sql)) == 2
        held(sql)
        lock(sql, ACCOUNTS[1], None)
        held(sql)


def test_an_upgrade_of_what_follows_leaves_it_alone(world: World) -> None:
    """The triggers are made anew, as this version means them; the rows stay, those left behind too."""
    with world.database.write() as sql:
        add(sql, ACCOUNTS[0], "dirk", "d@example.org", NOON)
        lock(sql, ACCOUNTS[0], None)

        following.complete(sql)

        assert [row[4] for row in told(sql)] == [None]
        held(sql)


def test_what_is_left_behind_is_taken_away(world: World) -> None:
    """As many at once as are asked for; who is locked stays."""
    with world.database.write() as sql:
        for account in ACCOUNTS:
            add(sql, account, "dirk", None, NOON)
        for account in ACCOUNTS[:3]:
            lock(sql, account, None)

        assert [following.forget(sql, 2) for _ in range(3)] == [2, 1, 0]
        assert [row[0] for row in told(sql)] == [ACCOUNTS[3]]
        held(sql)


def test_whoever_is_locked_again_finds_the_names_there(world: World) -> None:
    """Also when the name was another meanwhile."""
    with world.database.write() as sql:
        add(sql, ACCOUNTS[0], "dirk", "d@example.org", NOON)
        lock(sql, ACCOUNTS[0], None)
        name(sql, ACCOUNTS[0], "full_name_canonical", "dirk jansen")
        lock(sql, ACCOUNTS[0], NOON)

        assert [row[1] for row in told(sql)] == ["dirk jansen"]
        held(sql)


def test_a_statement_on_many_is_followed_for_each(world: World) -> None:
    """As a bulk act, or somebody at the database's own prompt, may write."""
    with world.database.write() as sql:
        for account in ACCOUNTS:
            add(sql, account, "dirk", None, None)
        sql.execute(update(account_state).values(locked_at=NOON, lock_reason="Administrator"))
        held(sql)
        sql.execute(update(accounts).values(email_canonical="all@example.org"))

        assert {row[3] for row in told(sql)} == {"all@example.org"}
        held(sql)
