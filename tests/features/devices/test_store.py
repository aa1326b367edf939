import threading
from datetime import datetime, timedelta
from uuid import UUID

from doorward.features.devices import store
from doorward.features.devices.model import StoredCode
from doorward.features.devices.store import MailedCode, NewBrowser, NewCode, NewTemporaryCode
from doorward.kernel.ids import AccountId
from tests.worlds import NOON, World

ALICE, BOB = AccountId(UUID(int=1)), AccountId(UUID(int=2))
HERE, THERE = b"h" * 32, b"t" * 32
"""Two pending sign-ins."""
HASH = b"c" * 32
MINUTE = timedelta(minutes=1)


def new(number: int, pending: bytes = HERE, at: datetime = NOON, account: AccountId = ALICE) -> NewCode:
    """Give a code that is being sent, good for ten minutes."""
    return NewCode(account, UUID(int=number), pending, HASH, at, at + 10 * MINUTE)


def add(world: World, *codes: NewCode) -> None:
    """Insert codes."""
    with world.writing() as call:
        for code in codes:
            store.add(call.sql, code)


def standing(world: World, pending: bytes = HERE, account: AccountId = ALICE) -> UUID | None:
    """Tell which code of a pending sign-in stands."""
    with world.reading() as call:
        found = store.standing(call.sql, account, pending)
    return None if found is None else found.id


def test_code_stands_for_its_pending_sign_in(world: World) -> None:
    """It comes back with its end, for its own account and sign-in only."""
    add(world, new(1))
    with world.reading() as call:
        found = store.standing(call.sql, ALICE, HERE)

    assert found == MailedCode(UUID(int=1), StoredCode(HASH, NOON + 10 * MINUTE))
    assert (standing(world, THERE), standing(world, HERE, BOB)) == (None, None)


def test_resend_ends_the_code_before(world: World) -> None:
    """The newest stands, even when both were sent in the same instant; another sign-in's is left alone."""
    add(world, new(9), new(5, THERE), new(2))

    assert (standing(world), standing(world, THERE)) == (UUID(int=2), UUID(int=5))


def test_code_is_used_once(world: World) -> None:
    """The second use finds none."""
    add(world, new(1))
    with world.writing() as call:
        uses = [store.use(call.sql, ALICE, UUID(int=1), NOON) for _ in range(2)]

    assert (uses, standing(world)) == ([True, False], None)


def test_of_two_racing_uses_one_is_told_so(world: World) -> None:
    """Two processes at the same moment: the code is used by one of them."""
    add(world, new(1))
    start, used = threading.Barrier(2), []

    def race() -> None:
        database = world.another_process()
        start.wait()
        with database.write() as sql:
            used.append(store.use(sql, ALICE, UUID(int=1), NOON))
        database.close()

    threads = [threading.Thread(target=race) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(used) == [False, True]


def test_sent_codes_are_told_whatever_became_of_them(world: World) -> None:
    """Used, replaced or standing: each was a mail; those of that instant and before do not count."""
    add(world, new(1, at=NOON), new(2, at=NOON + MINUTE), new(3, THERE, at=NOON + 2 * MINUTE), new(4, account=BOB))
    with world.writing() as call:
        store.use(call.sql, ALICE, UUID(int=3), NOON + 3 * MINUTE)
        sent = store.sent_since(call.sql, ALICE, NOON)

    assert sorted(sent) == [NOON + MINUTE, NOON + 2 * MINUTE]


def test_ended_codes_still_count_as_mail(world: World) -> None:
    """A reset ends codes of both kinds and forgives no mail."""
    add(world, new(1), new(2, THERE), new(3, account=BOB))
    with world.writing() as call:
        store.put_temporary(call.sql, NewTemporaryCode(ALICE, HASH, NOON, "grace", NOON + 15 * MINUTE))
        store.end_all(call.sql, ALICE, NOON)
        left = (store.temporary(call.sql, ALICE), len(store.sent_since(call.sql, ALICE, NOON - MINUTE)))

    assert left == (None, 2)
    assert (standing(world), standing(world, THERE), standing(world, HERE, BOB)) == (None, None, UUID(int=3))


def test_old_codes_are_forgotten(world: World) -> None:
    """Those that have expired and count no more; what misses either stays."""
    long = NewCode(ALICE, UUID(int=2), THERE, HASH, NOON, NOON + 60 * MINUTE)
    add(world, new(1, at=NOON), long, new(3, b"x" * 32, at=NOON + 12 * MINUTE), new(4, account=BOB))
    with world.writing() as call:
        store.forget(call.sql, ALICE, NOON + 10 * MINUTE, NOON + 25 * MINUTE)

    stand = (standing(world), standing(world, THERE), standing(world, b"x" * 32), standing(world, HERE, BOB))
    assert stand == (None, UUID(int=2), UUID(int=3), UUID(int=4))


def test_temporary_code_replaces_the_one_before(world: World) -> None:
    """An account has one at most, and the older one is of no use."""
    with world.writing() as call:
        store.put_temporary(call.sql, NewTemporaryCode(ALICE, b"1" * 32, NOON, "grace", NOON + 15 * MINUTE))
        store.put_temporary(call.sql, NewTemporaryCode(ALICE, b"2" * 32, NOON, "hugo", NOON + 20 * MINUTE))
        found = store.temporary(call.sql, ALICE)
        uses = [store.use_temporary(call.sql, ALICE, one) for one in (b"1" * 32, b"2" * 32, b"2" * 32)]

    assert found == StoredCode(b"2" * 32, NOON + 20 * MINUTE)
    assert uses == [False, True, False]


def test_browser_is_known_since_it_was_last_seen(world: World) -> None:
    """Each sign-in moves the time on; other accounts do not know it."""
    with world.writing() as call:
        before = store.see_browser(call.sql, ALICE, HASH, NOON)
        store.meet_browser(call.sql, NewBrowser(ALICE, HASH, NOON))
        again = [store.see_browser(call.sql, one, HASH, NOON + MINUTE) for one in (ALICE, BOB)]
        seen = (store.browser_seen_at(call.sql, ALICE, HASH), store.browser_seen_at(call.sql, BOB, HASH))

    assert (before, again) == (False, [True, False])
    assert seen == (NOON + MINUTE, None)


def test_places_that_were_told_of_are_listed(world: World) -> None:
    """Oldest first; those of the account alone, after the instant, and none of a browser that nobody was told of."""
    met = [
        NewBrowser(ALICE, b"1" * 32, NOON, b"old place".ljust(32)),
        NewBrowser(ALICE, b"2" * 32, NOON + 3 * MINUTE, b"second".ljust(32)),
        NewBrowser(ALICE, b"3" * 32, NOON + 2 * MINUTE),
        NewBrowser(ALICE, b"4" * 32, NOON + MINUTE, b"first".ljust(32)),
        NewBrowser(BOB, b"5" * 32, NOON + MINUTE, b"another's".ljust(32)),
    ]
    with world.writing() as call:
        for one in met:
            store.meet_browser(call.sql, one)
        store.see_browser(call.sql, ALICE, b"1" * 32, NOON + 4 * MINUTE)
        told = store.told_places(call.sql, ALICE, NOON)

    assert [place.strip() for place in told] == [b"first", b"second"]


def test_browsers_are_forgotten(world: World) -> None:
    """Those not seen since go."""
    with world.writing() as call:
        store.meet_browser(call.sql, NewBrowser(ALICE, HERE, NOON))
        store.meet_browser(call.sql, NewBrowser(ALICE, THERE, NOON + MINUTE))
        count = store.forget_browsers(call.sql, NOON)
        seen = [store.browser_seen_at(call.sql, ALICE, one) for one in (HERE, THERE)]

    assert (count, seen) == (1, [None, NOON + MINUTE])
