import pytest

from doorward.features.recovery_codes import actions as recovery_codes
from doorward.features.second_factor.actions import own_codes
from doorward.features.second_factor.model import MakeRecoveryCodes, RecoveryCodesMade
from doorward.features.sessions.model import OpenedWith
from doorward.kernel.act import Bearer
from doorward.kernel.events import Result
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Secret
from tests.features.second_factor.regenerating import alive
from tests.keys import SECRET, bind, code
from tests.worlds import OWNER, World


@pytest.fixture
def alice(world: World) -> AccountId:
    """Add Alice, who has a key of a while ago."""
    account = world.add("alice")
    bind(world, account)
    return account


def make(world: World, session: Bearer, given: str | None = None) -> RecoveryCodesMade | Refused:
    """Make new codes, with a code of the present key where it is given."""
    command = MakeRecoveryCodes(None if given is None else Secret(given))
    return world.run(own_codes.make_recovery_codes, command, session)


def used(world: World, account: AccountId, typed: str) -> Result:
    """Use a recovery code up."""
    with world.writing() as call:
        return recovery_codes.use_code(call, account, typed)


def test_new_codes_end_those_of_before(world: World, alice: AccountId) -> None:
    """Ten, shown once; the session goes on, and so does every other (KEY-1)."""
    session, other = world.sign_in(alice), world.sign_in(alice)
    first, second = make(world, session), make(world, session)
    assert isinstance(first, RecoveryCodesMade)
    assert isinstance(second, RecoveryCodesMade)

    assert [len(set(made.recovery_codes)) for made in (first, second)] == [10, 10]
    assert used(world, alice, first.recovery_codes[0]) is Result.WRONG
    assert used(world, alice, second.recovery_codes[0]) is Result.RIGHT
    assert [alive(world, one) for one in (session, other)] == [True, True]
    assert first.recovery_codes[0] not in repr(first)


def test_new_codes_are_recorded_and_told(world: World, alice: AccountId) -> None:
    """The entry and the mail name the account, and no code."""
    made = make(world, world.sign_in(alice))
    assert isinstance(made, RecoveryCodesMade)
    (entry,) = world.entries()
    ((recipient, letter),) = world.collect_mail()

    assert (entry.act, entry.outcome, entry.actor_name, entry.target_name, entry.details) == (
        "second_factor.recovery_codes_made", "done", "alice", "alice", {},
    )  # fmt: skip
    assert (recipient, letter.kind, letter.facts["user_name"]) == (
        "alice@example.org", "recovery_codes_made", "alice",
    )  # fmt: skip
    assert not any(one in str(letter.facts) for one in made.recovery_codes)


def test_an_old_session_gives_a_fresh_code_first(world: World, alice: AccountId) -> None:
    """Five minutes after its code a session proves itself again (KEY-2)."""
    session = world.sign_in(alice)
    world.pass_time(minutes=6)
    outcomes = [make(world, session), make(world, session, "12 34"), make(world, session, "000000")]
    made = make(world, session, code(SECRET, world.clock.now()))

    assert outcomes == [Refused("session.fresh_code_required"), Refused("otp.malformed"), Refused("otp.wrong")]
    assert isinstance(made, RecoveryCodesMade)


def test_one_recovery_code_does_not_bring_ten(world: World, alice: AccountId) -> None:
    """A session that one opened sets up a new key instead, which brings its own codes (KEY-1)."""
    session = world.sign_in(alice, OpenedWith.RECOVERY_CODE)

    assert make(world, session) == Refused("session.second_factor_required")


def test_nobody_makes_codes_without_a_session(world: World) -> None:
    """The server's owner has no own second factor."""
    outcome = world.run(own_codes.make_recovery_codes, MakeRecoveryCodes(), OWNER)

    assert outcome == Refused("session.required")
