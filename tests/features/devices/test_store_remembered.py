import threading
from datetime import datetime, timedelta
from uuid import UUID

from doorward.features.devices import store
from doorward.features.devices.model import RememberedDevice
from doorward.kernel.ids import AccountId
from tests.worlds import NOON, World

ALICE, BOB = AccountId(UUID(int=1)), AccountId(UUID(int=2))


def device(number: int, at: datetime = NOON) -> RememberedDevice:
    """Give a device that is remembered for a day."""
    return RememberedDevice(UUID(int=number), 1, "tests/1", "192.0.2.7", at, None, at + timedelta(days=1))


def hash_of(number: int) -> bytes:
    """Give the hash of a device's token."""
    return bytes([number]) * 32


def remember(world: World, number: int, account: AccountId = ALICE, at: datetime = NOON) -> None:
    """Insert a device."""
    with world.writing() as call:
        store.remember(call.sql, account, hash_of(number), device(number, at))


def listed(world: World, account: AccountId = ALICE) -> list[int]:
    """List the devices of an account by their numbers."""
    with world.reading() as call:
        return [one.id.int for one in store.devices_of(call.sql, account)]


def test_device_is_found_by_its_account_and_hash(world: World) -> None:
    """Every field comes back; another account's row is not found."""
    remember(world, 1)
    with world.reading() as call:
        found = store.device_by_hash(call.sql, ALICE, hash_of(1))
        others = (
            store.device_by_hash(call.sql, BOB, hash_of(1)),
            store.device_by_hash(call.sql, ALICE, hash_of(2)),
        )

    assert found == device(1)
    assert others == (None, None)


def test_long_names_are_cut(world: World) -> None:
    """A browser may call itself what it likes."""
    long = RememberedDevice(UUID(int=1), 1, "x" * 900, "y" * 90, NOON, None, NOON)
    with world.writing() as call:
        store.remember(call.sql, ALICE, hash_of(1), long)
        (found,) = store.devices_of(call.sql, ALICE)

    assert (len(found.user_agent), len(found.address)) == (400, 64)


def test_devices_are_listed_newest_first(world: World) -> None:
    """Those of one instant by their ids."""
    for number, minutes in ((1, 2), (2, 0), (3, 2)):
        remember(world, number, at=NOON + timedelta(minutes=minutes))
    remember(world, 4, BOB)

    assert (listed(world), listed(world, BOB)) == ([3, 1, 2], [4])


def test_use_is_noted(world: World) -> None:
    """Of that device alone."""
    remember(world, 1)
    remember(world, 2)
    with world.writing() as call:
        store.use_device(call.sql, ALICE, UUID(int=1), NOON)
        found = {one.id.int: one.last_used_at for one in store.devices_of(call.sql, ALICE)}

    assert found == {1: NOON, 2: None}


def test_one_device_is_ended_or_all(world: World) -> None:
    """Of that account alone; another account's id ends nothing."""
    for number in (1, 2, 3):
        remember(world, number)
    remember(world, 4, BOB)
    with world.writing() as call:
        ended = [store.end_devices(call.sql, ALICE, one) for one in (UUID(int=4), UUID(int=2), None, None)]

    assert ended == [0, 1, 2, 0]
    assert listed(world, BOB) == [4]


def test_expired_devices_are_forgotten(world: World) -> None:
    """At their end, and not before."""
    remember(world, 1)
    remember(world, 2, at=NOON + timedelta(microseconds=1))
    with world.writing() as call:
        assert store.forget_devices(call.sql, NOON + timedelta(days=1)) == 1

    assert listed(world) == [2]


def test_two_who_end_a_device_at_once_are_told_apart(world: World) -> None:
    """One of them is told that it did."""
    remember(world, 1)
    counts: list[int] = []
    start = threading.Barrier(2)

    def end() -> None:
        database = world.another_process()
        start.wait()
        with database.write() as sql:
            counts.append(store.end_devices(sql, ALICE, UUID(int=1)))
        database.close()

    threads = [threading.Thread(target=end) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(counts) == [0, 1]
