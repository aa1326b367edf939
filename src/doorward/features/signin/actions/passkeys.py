"""Signing in with a passkey: beside the right password, or in place of password and code (KEY-17, LOCK-15).

The whole sign-in types no name, so there is none to learn; a passkey names its account itself. It goes on during an
automatic lock, lifts none, and clears no counter, for it uses neither password nor code. A wrong assertion is no guess
at a secret: it counts towards no lock, and an address that sends many is slowed down and refused (LOCK-17).
"""

import hashlib
from dataclasses import dataclass, replace

from doorward.edges.call import BUSY, Call, Resumed, Steps
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import Standing
from doorward.features.lockout import rules as lockout_rules
from doorward.features.lockout.actions import locking as lockout
from doorward.features.passkeys.actions import ceremonies, keeping
from doorward.features.passkeys.actions.ceremonies import Question
from doorward.features.passkeys.model.facts import (
    AssertionAccepted,
    ChallengeScope,
    Doubt,
    GivenAssertion,
    Purpose,
    Rejected,
)
from doorward.features.policy import actions as policy
from doorward.features.second_factor.actions.own_passkeys import tell_doubt
from doorward.features.sessions import actions as sessions
from doorward.features.sessions import rules as session_rules
from doorward.features.sessions.model import OpenedWith
from doorward.features.signin import store
from doorward.features.signin.actions import completion, pending, spraying
from doorward.features.signin.model import (
    AskPasskey,
    GivePasskey,
    PasskeyWanted,
    PendingToken,
    SignedIn,
    SignInGoesOn,
)
from doorward.features.signin.rules import machine
from doorward.features.signin.rules.spraying import SLOWED_SECONDS, Entered
from doorward.kernel.act import Who, act
from doorward.kernel.events import Result
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Begin, Refused, Wait
from doorward.kernel.tokens import make_token

ACT = "signin.passkey"


@dataclass(frozen=True, slots=True)
class _Entered:
    """Whom an assertion names, and for whom that is counted; never how the account stands, which a wait makes old."""

    account: AccountId
    spot: Entered


@act(who=Who.ANYBODY, event=None, writes=False)
def ask_passkey(call: Call, command: AskPasskey) -> PasskeyWanted | Refused:
    """Say what a browser is to sign; opening a page writes nothing.

    Beside a password the account's passkeys are named, alone none is (LOCK-11).
    """
    if command.sign_in is not None:
        return _ask_beside_password(call, command.sign_in)
    token, token_hash = make_token(machine.NOBODY, call.entropy)
    asked = keeping.ask_for_any(call, ChallengeScope(Purpose.SIGN_IN, token_hash))
    return asked if isinstance(asked, Refused) else PasskeyWanted(asked, token)


def give_passkey(command: GivePasskey) -> Steps:
    """Take an assertion: as the second factor of a pending sign-in, or as the whole sign-in."""
    resumed: Resumed = yield Begin(shared=True)
    if command.sign_in.account != machine.NOBODY:
        return _beside_password(resumed.call, command)
    entered = _enter(resumed.call, command.assertion)
    if not isinstance(entered, _Entered):
        return entered
    if entered.spot.slowed:
        resumed = yield Wait(SLOWED_SECONDS, shared=True)
    return _alone(resumed.call, command, entered)


def _ask_beside_password(call: Call, token: PendingToken) -> PasskeyWanted | Refused:
    found = store.find(call.sql, token.account, token.token_hash)
    standing = accounts.load(call, token.account) if found is not None else None
    if found is None or standing is None or not machine.alive(found, standing.state.epoch, call.now):
        return Refused("signin.expired")
    if not machine.takes(found, machine.Input.PASSKEY_RIGHT):
        return Refused("signin.expired", cause=f"the sign-in waits for {found.step}")
    asked = keeping.ask_for_one(call, token.account, _scope(token, Purpose.SECOND_FACTOR))
    return asked if isinstance(asked, Refused) else PasskeyWanted(asked)


def _beside_password(call: Call, command: GivePasskey) -> SignedIn | SignInGoesOn | Refused:
    """Take a passkey or a security key as the second factor; whether the person was verified is not asked (KEY-17)."""
    found = pending.find_at(call, command.sign_in, machine.Input.PASSKEY_RIGHT)
    if isinstance(found, Refused):
        return pending.record_unchecked(call, command.sign_in, ACT, found)
    if barred := pending.admit_guess(call, found, ACT):
        return barred
    question = Question(found.account, _scope(command.sign_in, Purpose.SECOND_FACTOR))
    checked = ceremonies.check(call, question, command.assertion)
    _record(call, found.standing, checked)
    if isinstance(checked, Rejected):
        return _refuse(call, checked.doubt)
    wished = pending.wishing(found, remember_device=command.remember_device)
    return completion.proven(call, wished, OpenedWith.PASSWORD_AND_PASSKEY)


def _enter(call: Call, given: GivenAssertion) -> _Entered | Refused:
    """Find whom an assertion names, and enter the name for whoever gives it, as a password's is (LOCK-17)."""
    account = machine.account_of(given.user_handle)
    if account is None or accounts.load(call, account) is None:
        account = _pseudo(given)
    call.hold(account)
    spot = spraying.enter(call, account)
    if isinstance(spot, Entered):
        return _Entered(account, spot)
    refused = spot if isinstance(spot, Refused) else BUSY
    pending.record_attempt(call, None, ACT, None, cause=refused.cause or "busy")
    return refused


def _alone(call: Call, command: GivePasskey, entered: _Entered) -> SignedIn | SignInGoesOn | Refused:
    """Take a passkey that has verified its person as the whole sign-in."""
    call.hold(entered.account)
    standing = accounts.load(call, entered.account)
    question = Question(entered.account, _scope(command.sign_in, Purpose.SIGN_IN), verified=True)
    checked = ceremonies.check(call, question, command.assertion)
    spraying.leave(call, entered.spot.source, entered.account, right=isinstance(checked, AssertionAccepted))
    _record(call, standing, checked)
    if standing is None or isinstance(checked, Rejected):
        return _refuse(call, checked.doubt if isinstance(checked, Rejected) else Doubt.UNKNOWN)
    if lockout.clear_lapsed(call, standing):
        standing = accounts.load(call, entered.account) or standing
    lock = lockout_rules.standing_lock(standing.state.lock, call.now)
    if (
        lock is not None
        and session_rules.barred(OpenedWith.PASSKEY, lock)
        and pending.may_see_lock(call, entered.account)
    ):
        return pending.locked_page(call, lock)
    return _go_in(call, standing)


def _go_in(call: Call, standing: Standing) -> SignedIn | SignInGoesOn | Refused:
    """Open the session, or ask for the new password that is due; an account that may not come in is told no more."""
    if not sessions.may_open(call, standing, OpenedWith.PASSKEY):
        return _refused(call, "the account may not come in")
    return completion.enter(call, standing, machine.Input.PASSKEY_ALONE)


def _record(call: Call, standing: Standing | None, checked: AssertionAccepted | Rejected) -> None:
    """Write the entry of the attempt: checked where a signature was compared, with what came of it; tell of a copy."""
    if isinstance(checked, AssertionAccepted):
        pending.record_attempt(call, standing, ACT, Result.RIGHT, passkey=checked.passkey.name)
        return
    result = Result.WRONG if checked.doubt.compared else None
    result = Result.USED if checked.doubt is Doubt.USED else result
    pending.record_attempt(call, standing, ACT, result, cause=checked.doubt.value)
    if standing is not None:
        tell_doubt(call, standing, checked)


def _refuse(call: Call, doubt: Doubt) -> Refused:
    return replace(ceremonies.refusal(doubt), facts=_contact(call))


def _refused(call: Call, cause: str) -> Refused:
    return Refused("passkeys.refused", _contact(call), cause=cause)


def _contact(call: Call) -> dict[str, str]:
    return {"contact": policy.default_rules(call).lock_contact}


def _scope(token: PendingToken, purpose: Purpose) -> ChallengeScope:
    return ChallengeScope(purpose, token.token_hash)


def _pseudo(given: GivenAssertion) -> AccountId:
    return machine.pseudo_account(hashlib.sha256(b"passkey" + given.credential_id).digest())
