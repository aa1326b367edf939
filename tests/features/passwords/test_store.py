import threading
from datetime import timedelta
from uuid import UUID

import pytest

from doorward.features.passwords import store
from doorward.features.passwords.model import Ask, BreachList, StoredPassword
from doorward.kernel.ids import AccountId
from tests.worlds import NOON, World


@pytest.fixture
def bram(world: World) -> AccountId:
    """Bram, without a password."""
    return world.add("bram")


def put(world: World, account: AccountId, *hashes: str) -> None:
    """Write these hashes one after the other, a minute apart."""
    for minute, one in enumerate(hashes):
        with world.database.write() as sql:
            store.put(sql, account, one, NOON + timedelta(minutes=minute), must_change=False)


def earlier(world: World, account: AccountId, most: int = 10) -> tuple[str, ...]:
    """Read the earlier hashes, the latest first."""
    with world.database.read() as sql:
        return store.earlier(sql, account, most)


def present(world: World, account: AccountId) -> StoredPassword | None:
    """Read the password as it is kept."""
    with world.database.read() as sql:
        return store.of_account(sql, account)


def test_account_without_a_password(world: World, bram: AccountId) -> None:
    """Has neither a present one nor earlier ones."""
    assert (present(world, bram), earlier(world, bram)) == (None, ())


def test_password_is_read_as_it_was_written(world: World, bram: AccountId) -> None:
    """The first one has none before it; another account's is its own."""
    put(world, world.add("carl"), "other")
    with world.database.write() as sql:
        store.put(sql, bram, "first", NOON, must_change=True)

    assert present(world, bram) == StoredPassword(bram, "first", NOON, must_change=True)
    assert earlier(world, bram) == ()


def test_replaced_password_joins_the_earlier_ones(world: World, bram: AccountId) -> None:
    """They are listed the latest first, as many as are asked for."""
    put(world, bram, "first", "second", "third", "fourth")

    assert present(world, bram) == StoredPassword(bram, "fourth", NOON + timedelta(minutes=3), must_change=False)
    assert earlier(world, bram) == ("third", "second", "first")
    assert earlier(world, bram, 2) == ("third", "second")
    assert earlier(world, bram, 0) == ()


def test_new_password_lifts_the_mark(world: World, bram: AccountId) -> None:
    """Unless the new one is marked itself."""
    put(world, bram, "first")
    with world.database.write() as sql:
        store.mark(sql, bram, must_change=True)
    marked = present(world, bram)
    put(world, bram, "second")
    lifted = present(world, bram)
    assert marked is not None
    assert lifted is not None

    assert (marked.must_change, lifted.must_change) == (True, False)


def test_upgraded_hash_is_of_the_same_password(world: World, bram: AccountId) -> None:
    """Nothing joins the earlier ones, and the password is as old as it was (PASS-4)."""
    put(world, bram, "old")
    with world.database.write() as sql:
        store.upgrade(sql, bram, "old", "new")

    assert present(world, bram) == StoredPassword(bram, "new", NOON, must_change=False)
    assert earlier(world, bram) == ()


def test_upgrade_does_not_overwrite_a_changed_password(world: World, bram: AccountId) -> None:
    """Somebody set another one while the old one was hashed anew."""
    put(world, bram, "old", "changed")
    with world.database.write() as sql:
        store.upgrade(sql, bram, "old", "old, hashed anew")
    kept = present(world, bram)
    assert kept is not None

    assert kept.hash == "changed"


@pytest.mark.parametrize(
    ("keep", "kept"), [(9, ("third", "second", "first")), (2, ("third", "second")), (1, ("third",)), (0, ())]
)
def test_earlier_passwords_are_forgotten(world: World, bram: AccountId, keep: int, kept: tuple[str, ...]) -> None:
    """All but the latest so many of this account."""
    carl = world.add("carl")
    put(world, carl, "his first", "his second")
    put(world, bram, "first", "second", "third", "fourth")
    with world.database.write() as sql:
        store.forget_earlier(sql, bram, keep)

    assert (earlier(world, bram), earlier(world, carl)) == (kept, ("his first",))


def test_of_two_racing_changes_both_are_remembered(world: World, bram: AccountId) -> None:
    """One after the other in some order: the one that lost is an earlier password."""
    put(world, bram, "first")
    both = threading.Barrier(2)

    def change(new: str, minutes: int) -> None:
        both.wait()
        with world.database.write() as sql:
            store.put(sql, bram, new, NOON + timedelta(minutes=minutes), must_change=False)

    racing = [threading.Thread(target=change, args=(new, minutes)) for new, minutes in (("one", 1), ("other", 2))]
    for one in racing:
        one.start()
    for one in racing:
        one.join()
    last = present(world, bram)
    assert last is not None

    assert {last.hash, *earlier(world, bram)} == {"first", "one", "other"}


def ask(world: World, account: AccountId, number: int, minutes: int = 0) -> Ask:
    """Write down that a password was forgotten."""
    made = Ask(account, UUID(int=number), NOON + timedelta(minutes=minutes), "192.0.2.7", "tests/1")
    with world.database.write() as sql:
        store.ask(sql, made)
    return made


def test_asks_are_listed_until_they_are_answered(world: World, bram: AccountId) -> None:
    """The oldest first, and no more than are wanted."""
    late, early = ask(world, bram, 1, 5), ask(world, world.add("carl"), 2)
    with world.database.write() as sql:
        before = store.unanswered(sql, 9)
        first = store.unanswered(sql, 1)
        answered = [store.answer(sql, early, NOON), store.answer(sql, early, NOON)]
        after = store.unanswered(sql, 9)

    assert (before, first, after) == ([early, late], [early], [late])
    assert answered == [True, False]


def test_of_two_that_answer_at_once_one_is_told(world: World, bram: AccountId) -> None:
    """Nobody is mailed twice."""
    asked, both, told = ask(world, bram, 1), threading.Barrier(2), list[bool]()

    def answer() -> None:
        both.wait()
        with world.database.write() as sql:
            told.append(store.answer(sql, asked, NOON))

    racing = [threading.Thread(target=answer) for _ in range(2)]
    for one in racing:
        one.start()
    for one in racing:
        one.join()

    assert sorted(told) == [False, True]


def test_asks_are_counted_since_an_instant(world: World, bram: AccountId) -> None:
    """Answered ones too, and those of this account alone."""
    first, _, _ = ask(world, bram, 1), ask(world, bram, 2, 30), ask(world, world.add("carl"), 3, 30)
    with world.database.write() as sql:
        store.answer(sql, first, NOON)
        counts = [store.asked_since(sql, bram, NOON + timedelta(minutes=since)) for since in (-1, 0, 30)]

    assert counts == [2, 1, 0]


def test_answered_asks_are_forgotten(world: World, bram: AccountId) -> None:
    """What nobody has answered waits, however old it is."""
    first, waiting, later = ask(world, bram, 1), ask(world, bram, 2), ask(world, bram, 3, 60)
    with world.database.write() as sql:
        for answered in (first, later):
            store.answer(sql, answered, NOON)
        assert store.forget_asks(sql, NOON + timedelta(minutes=59)) == 1

    with world.database.read() as sql:
        assert store.asked_since(sql, bram, NOON - timedelta(days=1)) == 2
        assert store.unanswered(sql, 9) == [waiting]


def test_when_a_password_was_chosen_outlives_one_that_was_asked_for(world: World, bram: AccountId) -> None:
    """A link in between does not make the day begin anew, nor end it."""
    put(world, bram, "first")
    with world.database.write() as sql:
        store.note_chosen(sql, bram, NOON)
    put(world, bram, "second")
    found = present(world, bram)

    assert found is not None
    assert found.chosen_at == NOON


def breach_list(name: str, digest: str = "ab" * 32) -> BreachList:
    """Describe a list of more entries than 32 bits count."""
    return BreachList(name, digest, 5_000_000_000, "pwned.txt", "sha1", 10, NOON, "cli:root")


def test_breach_lists_are_listed_by_name(world: World) -> None:
    """As they were written; one of the same name takes the place of the one before."""
    with world.database.write() as sql:
        for one in (breach_list("b"), breach_list("a"), breach_list("b", "cd" * 32)):
            store.put_list(sql, one)

        assert store.lists(sql) == [breach_list("a"), breach_list("b", "cd" * 32)]
        store.forget_list(sql, "a")
        assert store.lists(sql) == [breach_list("b", "cd" * 32)]


def test_of_two_imports_at_once_one_list_of_the_name_is_left(world: World) -> None:
    """Both have their turn, and the later one stays."""

    def write(digest: str) -> None:
        with world.database.write() as sql:
            store.put_list(sql, breach_list("a", digest))

    threads = [threading.Thread(target=write, args=(digest,)) for digest in ("ab" * 32, "cd" * 32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with world.database.read() as sql:
        assert [one.name for one in store.lists(sql)] == ["a"]
