import threading
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from doorward.features.links import store
from doorward.features.links.model import Link, LinkKind
from doorward.kernel.ids import AccountId
from tests.worlds import NOON, World

BRAM, CARL = AccountId(UUID(int=11)), AccountId(UUID(int=12))
LINK = Link(
    account=BRAM,
    kind=LinkKind.SET_PASSWORD,
    token_hash=b"1" * 32,
    epoch=3,
    made_at=NOON,
    made_by="grace",
    expires_at=NOON + timedelta(hours=72),
    used_at=None,
)
RESCUE = replace(LINK, kind=LinkKind.RESCUE, token_hash=b"2" * 32, expires_at=NOON + timedelta(hours=1))
FOREIGN = replace(LINK, account=CARL)
WELCOME = replace(LINK, account=AccountId(UUID(int=13)), kind=LinkKind.WELCOME, token_hash=b"3" * 32)
ALL = [LINK, RESCUE, FOREIGN, WELCOME]


@pytest.fixture(autouse=True)
def made(world: World) -> None:
    """Two links of Bram, one of Carl, one for the first administrator."""
    with world.database.write() as sql:
        for one in ALL:
            store.add(sql, one)


def there(world: World) -> list[Link]:
    """Read those of the links that are still there."""
    with world.database.read() as sql:
        return [one for one in ALL if store.by_token(sql, one.account, one.token_hash) is not None]


def test_link_is_read_as_it_was_made(world: World) -> None:
    """Every field survives; the token of one account is another's under the other."""
    with world.database.read() as sql:
        assert store.by_token(sql, BRAM, LINK.token_hash) == LINK
        assert store.by_token(sql, CARL, LINK.token_hash) == FOREIGN
        assert store.by_token(sql, CARL, RESCUE.token_hash) is None


def test_link_is_used_once(world: World) -> None:
    """The second use is told that it was; the first one's time stays."""
    with world.database.write() as sql:
        used = [store.use(sql, LINK, NOON + timedelta(minutes=count)) for count in (1, 2)]
        found = store.by_token(sql, BRAM, LINK.token_hash)

    assert used == [True, False]
    assert found == replace(LINK, used_at=NOON + timedelta(minutes=1))


def test_of_two_who_use_a_link_at_once_one_has_it(world: World) -> None:
    """Both have looked and found it good: one may go on."""
    both, used = threading.Barrier(2), list[bool]()

    def use() -> None:
        both.wait()
        with world.database.write() as sql:
            used.append(store.use(sql, LINK, NOON))

    racing = [threading.Thread(target=use) for _ in range(2)]
    for one in racing:
        one.start()
    for one in racing:
        one.join()

    assert sorted(used) == [False, True]


def test_links_of_a_kind_end_together(world: World) -> None:
    """A new first link voids the one before, and nothing else."""
    with world.database.write() as sql:
        store.end_kind(sql, LinkKind.WELCOME)

    assert there(world) == [LINK, RESCUE, FOREIGN]


def test_links_of_an_account_end_together(world: World) -> None:
    """Of whatever kind; another's stay."""
    with world.database.write() as sql:
        store.end_of(sql, BRAM)

    assert there(world) == [FOREIGN, WELCOME]


def test_expired_links_are_forgotten(world: World) -> None:
    """At their very end."""
    with world.database.write() as sql:
        counts = [store.forget_expired(sql, NOON + timedelta(seconds=after)) for after in (3599, 3600, 3600)]

    assert counts == [0, 1, 0]
    assert there(world) == [LINK, FOREIGN, WELCOME]
