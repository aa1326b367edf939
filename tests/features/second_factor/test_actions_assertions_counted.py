import pytest

from doorward.features.accounts.model import LockReason
from doorward.features.lockout.actions import attempts as lockout
from doorward.features.lockout.model import (
    AccountLocked,
    Context,
    Factor,
    Reservation,
)
from tests.authenticators import PRESENT, Authenticator
from tests.features.second_factor.adding import add
from tests.features.second_factor.protecting import (
    limit,
    lock_reason,
    operator,
    protect,
    wrong,
)
from tests.features.second_factor.regenerating import alive
from tests.features.second_factor.signing import Desk
from tests.worlds import World

NOT_OURS = "an answer to no challenge of ours"


@pytest.fixture
def desk(world: World) -> Desk:
    """Put everybody in place."""
    grace, phone = operator(world, "grace", "administrator"), Authenticator()
    add(world, grace, phone, "Phone")
    return Desk(world, grace, phone, protect(world, world.add("bram", factors=1)))


def test_copied_passkey_is_refused_and_its_owner_told(world: World) -> None:
    """A count that does not rise (KEY-17)."""
    grace, phone = operator(world, "grace", "administrator"), Authenticator(count=7)
    desk = Desk(world, grace, phone, protect(world, world.add("bram")))
    add(world, grace, phone)
    phone.count = 3

    assert desk.lock(desk.signed()) == wrong("its count went backwards")
    assert "passkey_doubted" in [mail.kind for _, mail in world.collect_mail()]


def test_so_many_wrong_ones_lock_the_actor(desk: Desk) -> None:
    """Counted where wrong codes are; with the last one the session is over (PROT-1)."""
    desk.world.add("olga", "administrator", factors=1)
    limit(desk.world, second_factor_failures_before_lock=3)
    desk.phone.flags = PRESENT
    answers = [desk.lock(desk.signed()) for _ in range(3)]

    assert [one.code for one in answers] == ["protection.wrong"] * 3
    assert lock_reason(desk.world, desk.grace.account) is LockReason.FAILURES
    assert not alive(desk.world, desk.grace)


def test_no_guess_left_ends_another_session(desk: Desk) -> None:
    """A right assertion comes too late where the counter of the own sessions is full; the change is refused."""
    desk.world.add("olga", "administrator", factors=1)
    limit(desk.world, second_factor_failures_before_lock=1)
    other = desk.world.sign_in(desk.grace.account)
    right = desk.signed(other)
    desk.phone.flags = PRESENT
    desk.lock(desk.signed())

    assert desk.lock(right, other).code == "session.required"
    assert lock_reason(desk.world, desk.bram) is None
    assert not alive(desk.world, other)


def test_place_in_flight_is_waited_for(desk: Desk) -> None:
    """Where proofs under way take the last guess, the answer is to try again; nothing is spent."""
    limit(desk.world, second_factor_failures_before_lock=1)
    given = desk.signed()
    with desk.world.writing() as call:
        held = lockout.reserve_attempt(
            call, desk.grace.account, Factor.SECOND_FACTOR, desk.world.standing(desk.grace.account), Context.SESSION
        )
        assert isinstance(held, Reservation)
    busy = desk.lock(given)
    with desk.world.writing() as call:
        lockout.release_attempt(call, held)

    assert busy.code == "signin.busy"
    assert isinstance(desk.lock(given), AccountLocked)
