"""Replacing one's own key, step by step, as a person at their own page does."""

import base64

from doorward.features.otp import actions as otp
from doorward.features.second_factor.actions import own_key
from doorward.features.second_factor.model import CheckNewKey, KeyHeld, KeySaved, KeyShown, NewKey, SaveNewKey
from doorward.features.sessions import actions as sessions
from doorward.features.sessions.model import SessionShown, ShowSession
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Secret
from tests.keys import code
from tests.worlds import World

NO_NEW_KEY = Refused("second_factor.no_new_key")
WRONG = Refused("otp.wrong")


def begin(world: World, session: Bearer, given: str | None = None) -> KeyShown | Refused:
    """Begin a new key, with a code of the present one where it is given."""
    return world.run(own_key.begin_new_key, NewKey(None if given is None else Secret(given)), session)


def begun(world: World, session: Bearer) -> bytes:
    """Begin a new key by a fresh session, and read it."""
    shown = begin(world, session)
    assert isinstance(shown, KeyShown)
    return base64.b32decode(shown.secret_key.reveal())


def check(world: World, session: Bearer, given: str) -> KeyHeld | Refused:
    """Give a code made from the new key."""
    return world.run(own_key.check_new_key, CheckNewKey(given), session)


def save(world: World, session: Bearer) -> KeySaved | Refused:
    """Save the new key."""
    return world.run(own_key.save_new_key, SaveNewKey(), session)


def saved(world: World, session: Bearer) -> tuple[bytes, KeySaved]:
    """Replace the key from beginning to end."""
    secret = begun(world, session)
    check(world, session, code(secret, world.clock.now()))
    outcome = save(world, session)
    assert isinstance(outcome, KeySaved)
    return secret, outcome


def alive(world: World, session: Bearer) -> bool:
    """Tell whether a session still stands."""
    shown = world.run(sessions.show_session, ShowSession(), session)
    return isinstance(shown, SessionShown)


def key_of(world: World, account: AccountId) -> bytes | None:
    """Load the secret of the account's key."""
    with world.reading() as call:
        key = otp.find_key(call, account)
    return None if key is None else key.secret
