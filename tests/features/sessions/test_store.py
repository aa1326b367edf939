import threading
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from doorward.features.sessions import store
from doorward.features.sessions.model import OpenedWith, SessionRow, Validity
from doorward.features.sessions.store import New, Stored
from doorward.kernel.events import Door, Origin
from doorward.kernel.ids import AccountId, SessionId
from tests.worlds import NOON, World

BRAM, CARL = AccountId(UUID(int=11)), AccountId(UUID(int=12))
HERE = Origin(Door.CONSOLE, "192.0.2.7", "tests/1", browser=b"b" * 32, reference="r-1")
HOUR = timedelta(hours=1)
NEW = New(
    account=BRAM,
    token_hash=b"1" * 32,
    session=SessionId(UUID(int=1)),
    epoch=3,
    opened_at=NOON,
    expires_at=NOON + 12 * HOUR,
    opened_with=OpenedWith.SECRET_KEY,
    used_second_factor=True,
    own_page_only=False,
    fresh_at=NOON,
    origin=HERE,
)
SECOND = replace(NEW, token_hash=b"2" * 32, session=SessionId(UUID(int=2)), opened_at=NOON + HOUR, fresh_at=None)
FOREIGN = replace(NEW, account=CARL, token_hash=b"3" * 32, session=SessionId(UUID(int=3)))


@pytest.fixture(autouse=True)
def opened(world: World) -> None:
    """Two sessions of Bram, one of Carl."""
    with world.database.write() as sql:
        for one in (NEW, SECOND, FOREIGN):
            store.add(sql, one)


def found(world: World, session: New) -> Stored | None:
    """Load a session by its token."""
    with world.database.read() as sql:
        return store.by_token(sql, session.account, session.token_hash)


def sessions_of(world: World, account: AccountId) -> list[int]:
    """Read the sessions of an account, newest first."""
    with world.database.read() as sql:
        return [row.session.int for row, _ in store.of_account(sql, account)]


def test_session_is_read_as_it_was_opened(world: World) -> None:
    """Every field that a check needs survives."""
    assert found(world, NEW) == Stored(
        NEW.session, 3, NOON, NOON, NOON + 12 * HOUR, used_second_factor=True, own_page_only=False, fresh_at=NOON
    )


@pytest.mark.parametrize(
    "asked", [replace(NEW, token_hash=b"9" * 32), replace(NEW, account=CARL), replace(FOREIGN, account=BRAM)]
)
def test_token_of_another_account_opens_nothing(world: World, asked: New) -> None:
    """Account and token belong together."""
    assert found(world, asked) is None


def test_sessions_are_listed_newest_first(world: World) -> None:
    """With whence and how they were opened, and with what says when they are over."""
    with world.database.read() as sql:
        listed = store.of_account(sql, BRAM)

    assert [row.session for row, _ in listed] == [SECOND.session, NEW.session]
    assert listed[1] == (
        SessionRow(
            session=NEW.session, opened_at=NOON, last_seen_at=NOON, expires_at=NOON + 12 * HOUR,
            opened_with=OpenedWith.SECRET_KEY, address="192.0.2.7", user_agent="tests/1", door="console",
        ),
        Validity(3, NOON, NOON + 12 * HOUR),
    )  # fmt: skip


def test_long_origin_is_cut(world: World) -> None:
    """What a client sends of itself is bounded by the column."""
    long = replace(
        NEW, token_hash=b"4" * 32, session=SessionId(UUID(int=4)), origin=Origin(Door.API, "1" * 99, "u" * 999)
    )
    with world.database.write() as sql:
        store.add(sql, long)
        row = next(row for row, _ in store.of_account(sql, BRAM) if row.session == long.session)

    assert (len(row.address), len(row.user_agent)) == (64, 400)


def test_activity_freshness_and_epoch_are_one_sessions_own(world: World) -> None:
    """What is written of one session leaves the others as they were."""
    with world.database.write() as sql:
        store.set_seen(sql, BRAM, NEW.token_hash, NOON + HOUR)
        store.set_fresh(sql, BRAM, SECOND.session, NOON + HOUR)
        store.set_epoch(sql, BRAM, SECOND.session, 4)
    first, second = found(world, NEW), found(world, SECOND)
    assert first is not None
    assert second is not None

    assert (first.last_seen_at, first.fresh_at, first.epoch) == (NOON + HOUR, NOON, 3)
    assert (second.last_seen_at, second.fresh_at, second.epoch) == (NOON + HOUR, NOON + HOUR, 4)


def test_one_session_is_ended(world: World) -> None:
    """By its id, of its own account; ending it again ends nothing."""
    with world.database.write() as sql:
        ended = [store.end(sql, account, NEW.session) for account in (CARL, BRAM, BRAM)]

    assert ended == [0, 1, 0]
    assert sessions_of(world, BRAM) == [2]


def test_all_sessions_of_one_account_are_ended(world: World) -> None:
    """The others' sessions go on."""
    with world.database.write() as sql:
        ended = store.end(sql, BRAM, None)

    assert (ended, sessions_of(world, BRAM), sessions_of(world, CARL)) == (2, [], [3])


def test_expired_sessions_are_forgotten(world: World) -> None:
    """At the very end of their absolute limit."""
    short = replace(NEW, token_hash=b"5" * 32, session=SessionId(UUID(int=5)), expires_at=NOON + HOUR)
    with world.database.write() as sql:
        store.add(sql, short)
        early = store.forget_expired(sql, NOON + HOUR - timedelta(microseconds=1))
        late = store.forget_expired(sql, NOON + HOUR)

    assert (early, late) == (0, 1)
    assert sessions_of(world, BRAM) == [2, 1]


def test_of_two_who_end_a_session_at_once_one_ended_it(world: World) -> None:
    """Both are answered, and the count says who was first."""
    both, ended = threading.Barrier(2), list[int]()

    def end() -> None:
        both.wait()
        with world.database.write() as sql:
            ended.append(store.end(sql, BRAM, NEW.session))

    racing = [threading.Thread(target=end) for _ in range(2)]
    for one in racing:
        one.start()
    for one in racing:
        one.join()

    assert sorted(ended) == [0, 1]
