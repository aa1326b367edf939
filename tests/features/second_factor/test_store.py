import threading
from datetime import datetime, timedelta
from uuid import UUID

from doorward.features.accounts import store as accounts_store
from doorward.features.accounts.model import AccountKind, NewAccount
from doorward.features.second_factor import store
from doorward.features.second_factor.model import AllowlistEntry, Cause, Exclusion
from doorward.kernel.ids import AccountId
from tests.worlds import NOON, World

ALICE, BOB, CARL, GRACE = (AccountId(UUID(int=number)) for number in (1, 2, 3, 99))
HOUR = timedelta(hours=1)


def entry(account: AccountId = ALICE, expires_at: datetime = NOON + HOUR, reason: str = "lost phone") -> AllowlistEntry:
    """Give an entry that lasts until then."""
    return AllowlistEntry(account, Cause.RESET, NOON, "grace", GRACE, reason, expires_at)


def name(world: World, full_name: str, *people: AccountId) -> None:
    """Add accounts of one full name."""
    with world.writing() as call:
        accounts_store.add_many(
            call.sql,
            [NewAccount(one, f"p{one.int}", full_name, None, AccountKind.INTERNAL, NOON) for one in people],
        )


def put(world: World, *entries: AllowlistEntry) -> None:
    """Write entries."""
    with world.writing() as call:
        for one in entries:
            store.put_entry(call.sql, one)


def load(world: World, account: AccountId = ALICE) -> AllowlistEntry | None:
    """Load an account's entry."""
    with world.reading() as call:
        return store.entry(call.sql, account)


def test_entry_comes_back_as_it_was_put(world: World) -> None:
    """Cause, author, time, reason and end are kept; other accounts have none."""
    put(world, entry())

    assert (load(world), load(world, BOB)) == (entry(), None)


def test_later_entry_replaces_the_one_before(world: World) -> None:
    """An account has one."""
    put(world, entry(), entry(reason="again"))

    assert load(world) == entry(reason="again")


def test_entry_is_used_up_once(world: World) -> None:
    """The second set-up finds none (KEY-13)."""
    put(world, entry())
    with world.writing() as call:
        used = [store.use_up_entry(call.sql, ALICE, NOON) for _ in range(2)]

    assert (used, load(world)) == ([True, False], None)


def test_expired_entry_cannot_be_used(world: World) -> None:
    """At its end it is of no use, and stays to be looked at."""
    put(world, entry(expires_at=NOON))
    with world.writing() as call:
        used = store.use_up_entry(call.sql, ALICE, NOON)

    assert (used, load(world)) == (False, entry(expires_at=NOON))


def test_of_two_racing_set_ups_one_is_told_so(world: World) -> None:
    """Two processes at the same moment: one uses the entry up."""
    put(world, entry())
    start, used = threading.Barrier(2), []

    def race() -> None:
        database = world.another_process()
        start.wait()
        with database.write() as sql:
            used.append(store.use_up_entry(sql, ALICE, NOON))
        database.close()

    threads = [threading.Thread(target=race) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(used) == [False, True]


def test_taken_entry_is_gone(world: World) -> None:
    """Expired or not; others stay."""
    put(world, entry(expires_at=NOON), entry(BOB))
    with world.writing() as call:
        store.take_entry(call.sql, ALICE)

    assert (load(world), load(world, BOB)) == (None, entry(BOB))


def test_entries_are_listed_page_by_page(world: World) -> None:
    """By full name, then id, from after one of them, expired ones left out."""
    name(world, "Zoe", ALICE)
    name(world, "Ann", CARL, BOB, GRACE)
    put(world, entry(ALICE), entry(GRACE), entry(BOB, NOON), entry(CARL))
    with world.reading() as call:
        first = store.entries(call.sql, NOON, store.ListPart(1))
        rest = store.entries(call.sql, NOON, store.ListPart(5, CARL))

    assert (first, rest) == ([entry(CARL)], [entry(GRACE), entry(ALICE)])


def test_exclusion_comes_back_until_it_is_lifted(world: World) -> None:
    """Author, time and reason are kept."""
    exclusion = Exclusion(ALICE, NOON, "grace", GRACE, "robot")
    with world.writing() as call:
        store.exclude(call.sql, exclusion)
        there = store.exclusion(call.sql, ALICE)
        store.lift(call.sql, ALICE)
        gone = store.exclusion(call.sql, ALICE)

    assert (there, gone) == (exclusion, None)


def test_exclusions_are_listed_page_by_page(world: World) -> None:
    """By full name, then id, from after one of them."""
    name(world, "Ann", ALICE, BOB)
    name(world, "Zoe", CARL)
    exclusions = [Exclusion(one, NOON, "cli:root", None, "robot") for one in (ALICE, BOB, CARL)]
    with world.writing() as call:
        for one in reversed(exclusions):
            store.exclude(call.sql, one)

    with world.reading() as call:
        assert store.excluded(call.sql, store.ListPart(2)) == exclusions[:2]
        assert store.excluded(call.sql, store.ListPart(2, BOB)) == exclusions[2:]
