"""Changing protected accounts with a passkey: what a browser asks for, has signed, and sends with the change."""

from dataclasses import dataclass, replace
from typing import Any

from doorward.doors.web.passkey_json import read_assertion, request_json
from doorward.doors.web.requested import Requested
from doorward.edges.steps import PlainDriver
from doorward.features.lockout.actions.locking import lock_account
from doorward.features.passkeys.model.acts import AskProtection, PasskeyAsked
from doorward.features.passkeys.model.facts import GivenAssertion, SignedChange
from doorward.features.second_factor.actions.assertions import ask_protection
from doorward.features.second_factor.actions.protection import prove
from doorward.kernel.act import Action, Bearer, Caller
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.authenticators import Authenticator
from tests.features.second_factor.protecting import lock
from tests.features.signin.walking import hash_now
from tests.worlds import API, World


def named(account: AccountId, act: str = "lock", reason: str = "left") -> bytes:
    """Name a change by its digest, as a door does."""
    return Requested("POST", f"/api/v1/accounts/{account}/{act}", {"reason": reason}).digest


def ask(world: World, session: Bearer, change: bytes) -> PasskeyAsked | Refused:
    """Ask what is to be signed."""
    return world.run(ask_protection, AskProtection(change), session)


def sign(world: World, session: Bearer, phone: Authenticator, change: bytes) -> SignedChange:
    """Let an authenticator sign for a change."""
    asked = ask(world, session, change)
    assert isinstance(asked, PasskeyAsked), asked
    given = read_assertion(phone.get(request_json(asked.options)))
    assert isinstance(given, GivenAssertion)
    return SignedChange(given, change)


def turned(given: SignedChange, change: bytes) -> SignedChange:
    """Send an assertion with another change than it was made for."""
    return replace(given, change=change)


def send(world: World, action: Action[Any, Any], command: object, by: Caller, given: SignedChange) -> Any:
    """Send a change with what was signed."""
    prover = PlainDriver(world.runtime, hash_now).drive(prove(action.act, command, by, given), API)
    return world.runtime.run(action, command, by, API, prover)


@dataclass(frozen=True)
class Desk:
    """Grace, an administrator with a passkey in her phone, and Bram, whose account is protected."""

    world: World
    grace: Bearer
    phone: Authenticator
    bram: AccountId

    def signed(self, session: Bearer | None = None, phone: Authenticator | None = None) -> SignedChange:
        """Have Bram's lock signed for."""
        return sign(self.world, session or self.grace, phone or self.phone, named(self.bram))

    def lock(self, given: SignedChange, by: Caller | None = None) -> Any:
        """Lock Bram."""
        return send(self.world, lock_account, lock(self.bram), by or self.grace, given)
