"""Somebody who signs in with a passkey, as a browser does, and what came of it."""

from dataclasses import dataclass
from typing import Any

from doorward.doors.web.passkey_json import read_assertion, request_json
from doorward.features.accounts import store as accounts_store
from doorward.features.sessions.actions import authenticate
from doorward.features.signin.actions.passkeys import ask_passkey, give_passkey
from doorward.features.signin.model import (
    AskPasskey,
    GivePasskey,
    PasskeyWanted,
    PendingToken,
    SignedIn,
)
from doorward.kernel.act import Bearer, Nobody, SessionFacts
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from doorward.kernel.tokens import parse_token
from tests.authenticators import Authenticator
from tests.features.signin.walking import Walk, token_of


@dataclass
class Person:
    """Somebody with a password, a secret key and a phone that holds a passkey."""

    walk: Walk
    account: AccountId
    phone: Authenticator

    def ask(self, sign_in: PendingToken | None = None) -> tuple[dict[str, Any], PendingToken]:
        """Ask what is to be signed, as nobody in particular."""
        asked = self.walk.world.run(ask_passkey, AskPasskey(sign_in), Nobody())
        assert isinstance(asked, PasskeyWanted), asked
        if sign_in is not None:
            return request_json(asked.options), sign_in
        assert asked.sign_in is not None
        parsed = parse_token(asked.sign_in.reveal())
        assert parsed is not None
        return request_json(asked.options), PendingToken(*parsed)

    def give(self, options: dict[str, Any], sign_in: PendingToken) -> Any:
        """Have it signed, and give it."""
        given = read_assertion(self.phone.get(options))
        assert not isinstance(given, Refused)
        return self.walk.take(give_passkey(GivePasskey(sign_in, given)))

    def sign_in(self) -> Any:
        """Sign in with the passkey alone."""
        return self.give(*self.ask())

    def beside_password(self) -> Any:
        """Sign in with password and passkey."""
        return self.give(*self.ask(token_of(self.walk.give_password("alice"))))


def session_of(person: Person, outcome: object) -> SessionFacts:
    """Look at the session that a complete sign-in has opened."""
    assert isinstance(outcome, SignedIn), outcome
    token = parse_token(outcome.token.reveal())
    assert token is not None
    with person.walk.world.reading() as call:
        facts = authenticate(call, Bearer(*token))
    assert isinstance(facts, SessionFacts)
    return facts


def refused(outcome: object) -> str:
    """Give the code of a refusal."""
    assert isinstance(outcome, Refused), outcome
    return outcome.code


def attempts(person: Person) -> list[tuple[str, str | None, object]]:
    """Read what was recorded of the passkey attempts."""
    entries = [one for one in person.walk.world.entries() if one.act == "signin.passkey"]
    return [(one.outcome, one.result, one.details.get("cause")) for one in entries]


def set_state(person: Person, **values: Any) -> None:
    """Set columns of the account's narrow state."""
    with person.walk.world.writing() as call:
        accounts_store.set_state(call.sql, person.account, **values)
