import pytest

from doorward.features.policy.actions import change_password_rules
from doorward.features.policy.model import ChangePasswordRules
from doorward.features.second_factor.actions.exclusions import exclude_account
from doorward.features.second_factor.model import ExcludeAccount
from doorward.features.sessions import actions as sessions
from doorward.features.sessions.model import OpenedWith, SessionShown, ShowSession
from doorward.features.signin.actions import completion
from doorward.features.signin.actions.pending import find_pending
from doorward.features.signin.model import SignedIn
from doorward.kernel.act import Bearer
from doorward.kernel.outcome import Refused
from doorward.kernel.tokens import parse_token
from tests.features.signin.walking import Walk, token_of
from tests.worlds import World


@pytest.fixture
def walk(world: World) -> Walk:
    """Begin with nobody there."""
    return Walk(world)


def one_at_a_time(world: World) -> None:
    """Switch *Prevent multiple sessions* on."""
    world.run(change_password_rules, ChangePasswordRules({"prevent_multiple_sessions": True}))


def signed_in(walk: Walk, key: str) -> Bearer:
    """Sign Alice in with password and code."""
    walk.world.pass_time(seconds=60)
    outcome = walk.code_for(token_of(walk.give_password("alice")), key)
    assert isinstance(outcome, SignedIn)
    token = parse_token(outcome.token.reveal())
    assert token is not None
    return Bearer(*token)


def stands(world: World, bearer: Bearer) -> bool:
    """Tell whether a session is still good for anything."""
    return isinstance(world.run(sessions.show_session, ShowSession(), bearer), SessionShown)


def test_somebody_may_be_signed_in_more_than_once(walk: Walk) -> None:
    """Unless the rules say otherwise."""
    key = walk.with_key("alice")
    both = [signed_in(walk, key), signed_in(walk, key)]

    assert [stands(walk.world, one) for one in both] == [True, True]


def test_sess_1_a_new_sign_in_ends_the_other_sessions(walk: Walk) -> None:
    """*Prevent multiple sessions*: the newest stays, nobody else's ends, and the entry says why."""
    key, carl = walk.with_key("alice"), walk.world.add_operator("carl")
    before = [signed_in(walk, key), signed_in(walk, key)]
    one_at_a_time(walk.world)
    now = signed_in(walk, key)

    assert [stands(walk.world, one) for one in (*before, now, carl)] == [False, False, True, True]
    last = walk.world.entries()[-1]
    assert (last.act, last.actor_name, last.target_name) == ("sessions.ended", "alice", "alice")
    assert last.details == {"count": 3, "cause": "a new sign-in"}


def test_sess_1_a_sign_in_that_ends_nothing_records_nothing(walk: Walk) -> None:
    """The first session of all has no others."""
    one_at_a_time(walk.world)
    account = walk.person("alice")
    walk.world.run(exclude_account, ExcludeAccount(account, "a machine"))
    outcome = walk.give_password("alice")

    assert isinstance(outcome, SignedIn)
    assert walk.world.entries()[-1].act == "signin.completed"


def test_sess_1_a_sign_in_that_is_not_complete_ends_nothing(walk: Walk) -> None:
    """Whoever knows the password alone throws nobody out."""
    key = walk.with_key("alice")
    here = signed_in(walk, key)
    one_at_a_time(walk.world)
    walk.give_password("alice")

    assert stands(walk.world, here)


def test_no_session_is_opened_at_a_step(walk: Walk) -> None:
    """Nobody is signed in but where the table has led them; another way there would be a bug."""
    walk.with_key("alice")
    token = token_of(walk.give_password("alice"))
    with walk.world.writing() as call:
        found = find_pending(call, token)
        assert not isinstance(found, Refused)
        with pytest.raises(ValueError, match="no session is opened at code"):
            completion.complete(call, found, OpenedWith.SECRET_KEY)
