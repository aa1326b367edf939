import threading
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from doorward.features.passkeys import store
from doorward.features.passkeys.model.facts import Passkey
from doorward.kernel.ids import AccountId
from tests.worlds import API, NOON, World

ALICE, BOB = AccountId(UUID(int=1)), AccountId(UUID(int=2))
PHONE = Passkey(
    account=ALICE, id=UUID(int=11), credential_id=b"phone", public_key=b"key", sign_count=3, name="Phone",
    transports=("hybrid", "internal"), aaguid=UUID(int=7), discoverable=True, user_verified=True, backup_eligible=True,
    backed_up=False, added_at=NOON, last_used_at=NOON + timedelta(minutes=1), doubted_at=NOON + timedelta(minutes=2),
)  # fmt: skip
KEY = replace(
    PHONE, id=UUID(int=12), credential_id=b"key", name="Key", added_at=NOON - timedelta(days=1), last_used_at=None,
    doubted_at=None,
)  # fmt: skip


def add(world: World, *new: Passkey) -> None:
    """Insert passkeys."""
    with world.writing() as call:
        for one in new:
            store.add(call.sql, one)


def listed(world: World, account: AccountId = ALICE) -> list[Passkey]:
    """List an account's passkeys."""
    with world.reading() as call:
        return store.of_account(call.sql, account)


def test_passkeys_are_read_as_they_were_added(world: World) -> None:
    """Every field survives; the oldest comes first, and another account's are not among them."""
    add(world, PHONE, KEY, replace(PHONE, account=BOB))

    assert listed(world) == [KEY, PHONE]


def test_passkey_is_found_under_its_account(world: World) -> None:
    """By its own id, and by the authenticator's."""
    add(world, PHONE)
    with world.reading() as call:
        found = [store.by_id(call.sql, one, PHONE.id) for one in (ALICE, BOB)]
        known = [store.by_credential(call.sql, *one) for one in ((ALICE, b"phone"), (ALICE, b"key"), (BOB, b"phone"))]
        counts = [store.count(call.sql, one) for one in (ALICE, BOB)]

    assert found == [PHONE, None]
    assert known == [PHONE, None, None]
    assert counts == [1, 0]


def test_credential_is_an_accounts_once(world: World) -> None:
    """Whoever else has the same id has it under their own account."""
    add(world, PHONE, replace(PHONE, account=BOB))

    with pytest.raises(IntegrityError):
        add(world, replace(PHONE, id=UUID(int=13)))


def test_use_is_saved(world: World) -> None:
    """Count, backup, verification and time; another passkey stays as it is."""
    before = replace(PHONE, user_verified=False)
    add(world, before, KEY)
    after = replace(before, sign_count=4, backed_up=True, user_verified=True, last_used_at=NOON + timedelta(hours=1))
    with world.writing() as call:
        saved = store.save_use(call.sql, before, after)

    assert saved
    assert listed(world) == [KEY, after]


def test_of_two_uses_at_once_one_is_saved(world: World) -> None:
    """Two processes have loaded the same count; the second one is told that it comes too late."""
    add(world, PHONE)
    start, saved = threading.Barrier(2), []
    databases = [world.database, world.another_process()]

    def use(number: int) -> None:
        start.wait()
        with replace(world.runtime, database=databases[number]).writing(API) as call:
            saved.append(store.save_use(call.sql, PHONE, replace(PHONE, sign_count=4 + number)))

    race(use)
    databases[1].close()

    assert sorted(saved) == [False, True]


def test_of_two_answers_to_one_challenge_one_is_first(world: World) -> None:
    """Two processes spend it at the same moment."""
    start, spent = threading.Barrier(2), []
    databases = [world.database, world.another_process()]

    def answer(number: int) -> None:
        start.wait()
        with replace(world.runtime, database=databases[number]).writing(API) as call:
            spent.append(store.spend(call.sql, ALICE, b"h" * 32, NOON))

    race(answer)
    databases[1].close()

    assert sorted(spent) == [False, True]


def race(run: object) -> None:
    """Run something twice at once."""
    assert callable(run)
    threads = [threading.Thread(target=run, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_spent_challenges_are_forgotten_when_they_are_over(world: World) -> None:
    """At their end, not before; each account has its own."""
    with world.writing() as call:
        for account, until in ((ALICE, NOON), (BOB, NOON + timedelta(seconds=1))):
            store.spend(call.sql, account, b"h" * 32, until)
        forgotten = store.forget_challenges(call.sql, NOON)
        again = [store.spend(call.sql, one, b"h" * 32, NOON) for one in (ALICE, BOB)]

    assert (forgotten, again) == (1, [True, False])


def test_passkey_is_renamed_and_doubted(world: World) -> None:
    """Nothing else changes."""
    add(world, KEY, PHONE)
    with world.writing() as call:
        store.rename(call.sql, KEY, "Blue key")
        store.note_doubt(call.sql, KEY, NOON)

    assert listed(world) == [replace(KEY, name="Blue key", doubted_at=NOON), PHONE]


def test_passkey_is_removed_once(world: World) -> None:
    """The second time it is not there; another account's stays."""
    add(world, PHONE, KEY, replace(PHONE, account=BOB))
    with world.writing() as call:
        removed = [store.remove(call.sql, ALICE, PHONE.id) for _ in range(2)]

    assert removed == [True, False]
    assert [len(listed(world, one)) for one in (ALICE, BOB)] == [1, 1]


def test_all_are_removed_and_counted(world: World) -> None:
    """Of this account."""
    add(world, PHONE, KEY, replace(PHONE, account=BOB))
    with world.writing() as call:
        counts = [store.remove_all(call.sql, ALICE) for _ in range(2)]

    assert counts == [2, 0]
    assert len(listed(world, BOB)) == 1
