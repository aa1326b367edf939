from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from doorward.features.sessions.model import OpenedWith
from doorward.features.signin import store
from doorward.features.signin.actions.purging import purge
from doorward.features.signin.model import Next, Pending
from doorward.kernel.ids import AccountId
from tests.worlds import NOON, World

ALICE, BOB = AccountId(UUID(int=1)), AccountId(UUID(int=2))
PENDING = Pending(ALICE, b"h" * 32, 3, Next.DEVICE_CODE, NOON, NOON + timedelta(minutes=15))


def test_what_is_saved_is_found_again(world: World) -> None:
    """Each changeable field, once."""
    changed = replace(
        PENDING,
        step=Next.NEW_PASSWORD,
        expires_at=NOON + timedelta(minutes=30),
        opened_with=OpenedWith.SET_UP,
        sealed_secret=b"sealed",
        sealed_wrong_code=b"also",
    )
    with world.writing() as call:
        store.add(call.sql, PENDING)
        first = store.find(call.sql, ALICE, b"h" * 32)
        store.save(call.sql, changed)
        second = store.find(call.sql, ALICE, b"h" * 32)

    assert first == PENDING
    assert second == changed


def test_a_token_is_found_under_its_own_account_only(world: World) -> None:
    """The same hash under another account names nothing."""
    with world.writing() as call:
        store.add(call.sql, PENDING)

        assert store.find(call.sql, BOB, b"h" * 32) is None


def test_what_is_over_is_purged(world: World) -> None:
    """And what goes on is kept."""
    with world.writing() as call:
        store.add(call.sql, PENDING)
        store.add(call.sql, replace(PENDING, account=BOB, expires_at=NOON + timedelta(hours=2)))
    world.pass_time(minutes=15)

    with world.writing() as call:
        count = purge(call)
        kept = store.find(call.sql, BOB, b"h" * 32)

    assert count == 1
    assert kept is not None
