"""Adding passkeys to one's own account, and proving oneself with them, as a browser does at the page."""

from typing import Any

from doorward.doors.web.passkey_json import creation_json, read_assertion, read_registration, request_json
from doorward.features.passkeys.model.acts import (
    AddPasskey,
    AskProof,
    BeginPasskey,
    GiveProof,
    ListPasskeys,
    PasskeyAdded,
    PasskeyAsked,
    PasskeyBegun,
    PasskeysListed,
    ProofGiven,
    RemovePasskey,
)
from doorward.features.passkeys.model.facts import GivenAssertion, GivenRegistration, PasskeyFacts
from doorward.features.second_factor.actions import own_passkeys
from doorward.features.sessions.actions import show_session
from doorward.features.sessions.model import SessionShown, ShowSession
from doorward.kernel.act import Bearer, SessionFacts
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Secret
from tests.authenticators import Authenticator
from tests.worlds import World

FRESH_CODE_REQUIRED = Refused("session.fresh_code_required")


def begin(world: World, session: Bearer, given: str | None = None) -> PasskeyBegun | Refused:
    """Begin adding a passkey."""
    command = BeginPasskey(None if given is None else Secret(given))
    return world.run(own_passkeys.begin_passkey, command, session)


def made(world: World, session: Bearer, phone: Authenticator) -> GivenRegistration:
    """Let an authenticator make what is asked for."""
    begun = begin(world, session)
    assert isinstance(begun, PasskeyBegun), begun
    given = read_registration(phone.create(creation_json(begun.options)))
    assert isinstance(given, GivenRegistration)
    return given


def add(world: World, session: Bearer, phone: Authenticator, name: str = "") -> PasskeyFacts:
    """Add a passkey in a fresh session."""
    added = world.run(own_passkeys.add_passkey, AddPasskey(made(world, session, phone), name), session)
    assert isinstance(added, PasskeyAdded), added
    return added.passkey


def listed(world: World, session: Bearer) -> PasskeysListed:
    """List one's own passkeys."""
    found = world.run(own_passkeys.list_own_passkeys, ListPasskeys(), session)
    assert isinstance(found, PasskeysListed)
    return found


def remove(world: World, session: Bearer, passkey: PasskeyFacts, given: str | None = None) -> Any:
    """Remove a passkey."""
    command = RemovePasskey(passkey.id, None if given is None else Secret(given))
    return world.run(own_passkeys.remove_passkey, command, session)


def signed(world: World, session: Bearer, phone: Authenticator) -> GivenAssertion:
    """Let an authenticator sign what is asked for as a proof."""
    asked = world.run(own_passkeys.ask_proof, AskProof(), session)
    assert isinstance(asked, PasskeyAsked), asked
    given = read_assertion(phone.get(request_json(asked.options)))
    assert isinstance(given, GivenAssertion)
    return given


def prove(world: World, session: Bearer, given: GivenAssertion) -> ProofGiven | Refused:
    """Give an assertion as the session's fresh proof."""
    return world.run(own_passkeys.give_proof, GiveProof(assertion=given), session)


def facts(world: World, session: Bearer) -> SessionFacts:
    """Read what a session says of itself."""
    shown = world.run(show_session, ShowSession(), session)
    assert isinstance(shown, SessionShown)
    return shown.session
