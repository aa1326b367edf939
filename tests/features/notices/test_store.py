import threading
from datetime import timedelta
from uuid import UUID

import pytest

from doorward.features.notices import store
from doorward.features.notices.model import Kind, Mail, MailState
from doorward.kernel.ids import AccountId
from tests.plans import plans_of
from tests.worlds import NOON, World

BRAM = AccountId(UUID(int=11))
UNTIL = NOON + timedelta(minutes=2)
LATER = NOON + timedelta(hours=1)


def add(world: World, *numbers: int, account: AccountId = BRAM) -> None:
    """Queue mails with these numbers as their ids, one second after another."""
    with world.database.write() as sql:
        for number in numbers:
            at = NOON - timedelta(minutes=1) + timedelta(seconds=number)
            body = f"body {number}".encode()
            mail = store.NewMail(account, UUID(int=number), Kind.ACCOUNT_LOCKED, "b@example.org", body, at, LATER)
            store.add(sql, [mail])


def claim(world: World, most: int = 10) -> list[store.Claimed]:
    """Claim what is due at noon."""
    with world.database.write() as sql:
        return store.claim(sql, NOON, UNTIL, most)


def settle(world: World, claimed: store.Claimed, state: MailState, *, erase: bool = False) -> bool:
    """Settle a claimed mail, due again in an hour."""
    over = None if state is MailState.QUEUED else NOON
    result = {"to_state": state.value, "due_at": LATER, "why": "421 busy", "tries": 1, "over_at": over}
    with world.database.write() as sql:
        return store.settle(sql, claimed, UNTIL, result, erase=erase)


def numbers(mails: list[Mail]) -> list[int]:
    """Give the numbers of mails."""
    return [mail.id.int for mail in mails]


def found(world: World, **conditions: object) -> list[Mail]:
    """Read the mails that meet these conditions."""
    with world.database.read() as sql:
        return store.page(sql, conditions, 50)


def test_queued_mail_is_due_and_shown(world: World) -> None:
    """A new mail waits, tried never."""
    add(world, 1)

    queued_at = NOON - timedelta(seconds=59)
    assert found(world) == [
        Mail(
            UUID(int=1),
            BRAM,
            Kind.ACCOUNT_LOCKED,
            "b@example.org",
            MailState.QUEUED,
            None,
            0,
            queued_at,
            queued_at,
            None,
        )
    ]


def test_claimed_mail_is_nobody_elses_until_its_lease_ends(world: World) -> None:
    """Another process finds nothing due, and finds it again when the lease is over."""
    add(world, 1)
    first, second = claim(world), claim(world)
    with world.database.write() as sql:
        third = store.claim(sql, UNTIL, UNTIL + timedelta(minutes=2), 10)

    assert [one.id.int for one in first] == [1]
    assert second == []
    assert [one.id.int for one in third] == [1]


def test_longest_due_is_claimed_first(world: World) -> None:
    """A batch takes the oldest, in their order and of whatever state."""
    add(world, 3, 1, 2)
    settle(world, claim(world, most=1)[0], MailState.FAILED)
    with world.database.write() as sql:
        few = store.claim(sql, NOON, LATER + timedelta(minutes=1), 1)
        others = store.claim(sql, LATER, LATER + timedelta(minutes=2), 9)

    assert [one.id.int for one in (*few, *others)] == [2, 3, 1]


@pytest.mark.sqlite("SQLite's own plan is read")
def test_what_is_due_is_not_sorted_for_each_claim(world: World) -> None:
    """After an act on many accounts a hundred thousand are due: each state gives its first ones in their order."""
    add(world, 3, 1, 2)
    with world.database.write() as sql:
        looked, taken = plans_of(sql, lambda: store.claim(sql, LATER, LATER, 2))

    assert looked.count("ix_outbox_due (state=? AND next_attempt_at<?)") == 3
    assert "next_attempt_at<?)\nUSE TEMP B-TREE" not in looked, "nothing but the few of each is sorted"
    assert "(account_id=? AND message_id=?)" in taken


def test_claimed_mail_carries_what_sending_needs(world: World) -> None:
    """Recipient, body, and the times that decide about the next try."""
    add(world, 1)

    queued_at = NOON - timedelta(seconds=59)
    assert claim(world) == [store.Claimed(BRAM, UUID(int=1), "b@example.org", b"body 1", 0, queued_at, LATER, None)]


def test_mail_under_way_is_shown_as_queued(world: World) -> None:
    """Operators see four states, and an instant only for what waits."""
    add(world, 1)
    claim(world)

    assert [mail.state for mail in found(world, waiting=True)] == [MailState.QUEUED]


def test_settling_erases_the_body_where_asked(world: World) -> None:
    """A delivered mail has no body any more."""
    add(world, 1)
    (claimed,) = claim(world)
    settle(world, claimed, MailState.DELIVERED, erase=True)
    with world.database.read() as sql:
        body = sql.exec_driver_sql("SELECT sealed_body FROM outbox").scalar_one()

    assert body is None
    (mail,) = found(world)
    assert (mail.state, mail.attempts, mail.error, mail.next_attempt_at, mail.finished_at) == (
        MailState.DELIVERED, 1, "421 busy", None, NOON,
    )  # fmt: skip


def test_lease_that_was_lost_settles_nothing(world: World) -> None:
    """Whoever took longer than its lease leaves the mail to the one who has it now."""
    add(world, 1)
    (claimed,) = claim(world)
    with world.database.write() as sql:
        store.claim(sql, UNTIL, UNTIL + timedelta(minutes=2), 10)

    assert settle(world, claimed, MailState.DELIVERED) is False


def test_mail_given_back_is_due_at_once(world: World) -> None:
    """What there was no time for waits as before."""
    add(world, 1)
    claimed = claim(world)
    with world.database.write() as sql:
        store.give_back(sql, claimed, UNTIL, NOON)

    assert [one.id.int for one in claim(world)] == [1]


def test_anything_due_is_told_without_writing(world: World) -> None:
    """An idle worker only reads."""
    add(world, 1)
    with world.database.read() as sql:
        due_then = store.any_due(sql, NOON)
    claim(world)
    with world.database.read() as sql:
        due_now = store.any_due(sql, NOON)

    assert (due_then, due_now) == (True, False)


def test_retry_makes_what_failed_due(world: World) -> None:
    """Mail that waits for its next try, and mail that was given up, are due now."""
    add(world, 1, 2)
    for claimed in claim(world):
        settle(world, claimed, MailState.FAILED if claimed.id.int == 1 else MailState.QUEUED)
    with world.database.write() as sql:
        count = store.retry(sql, None, NOON)

    assert count == 2
    assert [one.id.int for one in claim(world)] == [1, 2]


def test_retry_leaves_alone_what_is_under_way(world: World) -> None:
    """Else a mail could go twice."""
    add(world, 1)
    claim(world)
    with world.database.write() as sql:
        assert store.retry(sql, None, NOON) == 0


def test_retry_leaves_alone_what_is_over(world: World) -> None:
    """Delivered and expired mail stays so, and failed mail that is of no use any more too."""
    add(world, 1, 2, 3)
    states = {1: MailState.DELIVERED, 2: MailState.EXPIRED, 3: MailState.FAILED}
    for claimed in claim(world):
        settle(world, claimed, states[claimed.id.int])
    with world.database.write() as sql:
        assert store.retry(sql, None, LATER) == 0


def test_retry_of_one_leaves_the_others(world: World) -> None:
    """An operator may pick one mail."""
    add(world, 1, 2)
    for claimed in claim(world):
        settle(world, claimed, MailState.FAILED)
    with world.database.write() as sql:
        store.retry(sql, UUID(int=2), NOON)

    assert [one.id.int for one in claim(world)] == [2]


def test_conditions_narrow_each_other_down(world: World) -> None:
    """By state, by account, by what has not arrived, and from an id on."""
    add(world, 1, 2, 3)
    add(world, 4, account=AccountId(UUID(int=12)))
    states = {1: MailState.DELIVERED, 2: MailState.FAILED, 3: MailState.QUEUED, 4: MailState.EXPIRED}
    for claimed in claim(world):
        settle(world, claimed, states[claimed.id.int])
    add(world, 5)

    assert numbers(found(world)) == [5, 4, 3, 2, 1]
    assert numbers(found(world, waiting=True)) == [5, 3]
    assert numbers(found(world, undelivered=True)) == [3, 2]
    assert numbers(found(world, state="expired")) == [4]
    assert numbers(found(world, account=BRAM, before_id=UUID(int=3))) == [2, 1]


def test_mail_knows_whose_it_is(world: World) -> None:
    """By its id alone; None when there is no such mail."""
    add(world, 1)
    with world.database.read() as sql:
        assert store.whose(sql, UUID(int=1)) == BRAM
        assert store.whose(sql, UUID(int=9)) is None


def test_two_racing_processes_claim_each_mail_once(world: World) -> None:
    """No mail is in two hands."""
    add(world, *range(1, 41))
    start = threading.Barrier(2)
    taken: list[int] = []

    def race() -> None:
        start.wait()
        for _ in range(10):
            taken.extend(one.id.int for one in claim(world, most=3))

    threads = [threading.Thread(target=race) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(taken) == list(range(1, 41))
