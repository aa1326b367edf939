from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from doorward.edges.sql.bulk import among, insert_rows
from doorward.edges.sql.tables.accounts import account_state, accounts
from doorward.edges.sql.tables.otp import otp_keys
from tests.worlds import World

AT = datetime(2026, 3, 1, 12, 0, 0, 250, tzinfo=UTC)
SAME = {"confirmed_at": AT, "last_step": -1, "spent_steps": [], "consecutive_failures": 0}


def key(number: int, **other: object) -> dict[str, object]:
    """Make the row of a key."""
    return {
        "account_id": UUID(int=number), "key_id": UUID(int=number << 64), "sealed_secret": b"\x00\xff\n\\" * number,
        "token_id": None if number % 2 else UUID(int=7), "recent_steps": [number, number], **other,
    }  # fmt: skip


@pytest.mark.parametrize("own", [{}, {"motion": "totp\t\\N"}])
def test_rows_are_as_by_the_general_way(world: World, own: dict[str, object]) -> None:
    """Ids, instants, JSON, bytes, nothing, texts that COPY has to spell; what all share, and what the table adds."""
    rows = [key(number, **own) for number in range(1, 6)]
    with world.database.write() as sql:
        insert_rows(sql, otp_keys, rows, SAME)
        quickly = sql.execute(select(otp_keys).order_by(otp_keys.c.account_id)).all()
        sql.execute(otp_keys.delete())
        sql.execute(insert(otp_keys), [row | SAME for row in rows])
        slowly = sql.execute(select(otp_keys).order_by(otp_keys.c.account_id)).all()

    assert quickly == slowly
    assert len(quickly) == 5


@pytest.mark.parametrize("count", [1, 2, 499, 500, 501, 1_203])
def test_every_row_is_written_once(world: World, count: int) -> None:
    """However many there are, beside what one statement writes; with hostile texts and what some rows lack."""
    texts = ["\\", "\\N", "\\.", "a\tb", "a\nb", "\r", "'); --", "%s", "?1", "Zo\u00eb", "\u2028", "", " "]
    rows = [
        {
            "account_id": UUID(int=number), "user_name": f"{number}", "user_name_canonical": f"{number}",
            "full_name": texts[number % len(texts)], "full_name_canonical": "same \\ to all",
            "email": None if number % 3 else texts[number % 7], "enabled": number % 2 == 0, "version": number,
        }
        for number in range(count)
    ]  # fmt: skip
    same = {"kind": "internal\\t", "protected": False, "created_at": AT, "updated_at": AT, "email_canonical": None}
    with world.database.write() as sql:
        insert_rows(sql, accounts, rows, same)
        found = sql.execute(select(accounts).order_by(accounts.c.account_id)).mappings().all()

    assert [dict(row) for row in found] == [row | same | {"email_changed_at": None} for row in rows]


def test_truth_is_kept(world: World) -> None:
    """By both databases, whichever way they spell it."""
    rows = [{"account_id": UUID(int=n), "excluded": n == 1} for n in (1, 2)]
    with world.database.write() as sql:
        insert_rows(sql, account_state, rows, {"epoch": 1, "enabled_at": AT, "factors": 0})
        found = sql.execute(select(account_state.c.excluded, account_state.c.factor_due)).all()

    assert sorted(map(tuple, found)) == [(False, True), (True, True)]


def test_no_rows_are_no_statement(world: World) -> None:
    """Nothing is asked of the database."""
    with world.database.write() as sql:
        insert_rows(sql, otp_keys, [])


def test_a_key_that_is_there_is_told_as_ever(world: World) -> None:
    """By the exception that makes an act run again."""
    with pytest.raises(IntegrityError), world.database.write() as sql:
        insert_rows(sql, otp_keys, [key(1), key(1)], SAME)


def test_a_row_that_is_refused_takes_all_rows_with_it(world: World) -> None:
    """Those of the statements before it, too."""
    rows = [key(number) for number in (*range(1, 700), 600)]
    with pytest.raises(IntegrityError), world.database.write() as sql:
        insert_rows(sql, otp_keys, rows, SAME)

    with world.database.read() as sql:
        assert sql.execute(select(otp_keys.c.key_id)).all() == []


def test_texts_that_are_there_are_found_among_any_number(world: World) -> None:
    """Exactly those, in a reader as in a writer."""
    for name in ("ada", "bob"):
        world.add(name)
    asked = [f"nobody {n}" for n in range(1_200)]
    with world.database.read() as sql:
        found = among(sql, accounts.c.user_name_canonical, [*asked, "bob", "Ada", "%"])
        everybody = among(sql, accounts.c.user_name_canonical, ["ada", *asked, "bob", "ada"])
        nobody = among(sql, accounts.c.user_name_canonical, [])

    assert (found, everybody, nobody) == ({"bob"}, {"ada", "bob"}, set())
