"""What the tests of passkeys share: an account, an authenticator, and the two ceremonies between them."""

from doorward.doors.web.passkey_json import creation_json, read_assertion, read_registration, request_json
from doorward.features.accounts import actions as accounts
from doorward.features.passkeys.actions import ceremonies, keeping
from doorward.features.passkeys.actions.ceremonies import Question
from doorward.features.passkeys.model.facts import (
    AssertionAccepted,
    ChallengeScope,
    CreationOptions,
    Doubt,
    GivenAssertion,
    GivenRegistration,
    Passkey,
    Purpose,
    Rejected,
    RelyingParty,
    RequestOptions,
)
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.authenticators import Authenticator
from tests.worlds import World

HERE = b"this session"
REGISTER, PROOF = ChallengeScope(Purpose.REGISTER, HERE), ChallengeScope(Purpose.PROOF, HERE)
SECOND, ALONE = ChallengeScope(Purpose.SECOND_FACTOR, HERE), ChallengeScope(Purpose.SIGN_IN, HERE)
PARTY = RelyingParty("login.example.org", "https://login.example.org")


def made(world: World, account: AccountId, authenticator: Authenticator) -> GivenRegistration:
    """Let an authenticator make what an account is asked to make now."""
    with world.reading() as call:
        standing = accounts.load(call, account)
        assert standing is not None
        options = keeping.ask_for_new(call, standing.account, REGISTER, "Doorward")
    assert isinstance(options, CreationOptions), options
    given = read_registration(authenticator.create(creation_json(options)))
    assert isinstance(given, GivenRegistration)
    return given


def add(world: World, account: AccountId, given: GivenRegistration, name: str = "") -> Passkey | Refused:
    """Give what an authenticator has made."""
    with world.writing() as call:
        return ceremonies.add(call, account, REGISTER, given, name)


def register(world: World, account: AccountId, authenticator: Authenticator, name: str = "") -> Passkey:
    """Add a passkey to an account."""
    added = add(world, account, made(world, account, authenticator), name)
    assert isinstance(added, Passkey), added
    return added


def signed(world: World, authenticator: Authenticator, scope: ChallengeScope = PROOF) -> GivenAssertion:
    """Let an authenticator sign a challenge that is made now."""
    with world.reading() as call:
        challenge = ceremonies.make_challenge(call, scope)
    options = RequestOptions(PARTY, challenge, (), verified=False)
    given = read_assertion(authenticator.get(request_json(options)))
    assert isinstance(given, GivenAssertion)
    return given


def check(
    world: World, account: AccountId, given: GivenAssertion, scope: ChallengeScope = PROOF, *, verified: bool = False
) -> AssertionAccepted | Rejected:
    """Give an assertion in a transaction of its own."""
    with world.writing() as call:
        return ceremonies.check(call, Question(account, scope, verified), given)


def doubt_of(answer: AssertionAccepted | Rejected) -> Doubt | None:
    """Say why an assertion proves nothing."""
    return answer.doubt if isinstance(answer, Rejected) else None


def kept(world: World, account: AccountId) -> list[Passkey]:
    """Load an account's passkeys."""
    with world.reading() as call:
        found = [keeping.find(call, account, one.id) for one in keeping.facts_of(call, account)]
    return [one for one in found if one is not None]
