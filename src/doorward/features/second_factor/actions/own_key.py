"""Replacing one's own secret key: begin, check, save or discard (KEY-2); after a recovery code too (KEY-1).

The old key stays valid until the new one is proven and saved. Ten new recovery codes come with it: the set before ends
with the key that it stood in for, so a used one is replaced as well (NIST SP 800-63B-4 section 4.2.1.1).

On a protected account the beginning asks for account protection, and the three steps are the one change that it is good
for: they belong to the session that gave it, and what was begun before the account was protected is forgotten.
"""

from datetime import datetime

from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.notices.model import Kind
from doorward.features.otp import actions as otp
from doorward.features.otp.model import Candidate, CodeAccepted
from doorward.features.otp.rules import codes, provisioning
from doorward.features.policy import actions as policy
from doorward.features.recovery_codes import actions as recovery_codes
from doorward.features.second_factor.actions import proof, states
from doorward.features.second_factor.model import (
    CheckNewKey,
    DiscardNewKey,
    KeyDiscarded,
    KeyHeld,
    KeySaved,
    KeyShown,
    NewKey,
    NothingToDiscard,
    SaveNewKey,
    ShowNewKey,
)
from doorward.features.sessions import actions as sessions
from doorward.kernel.act import SessionFacts, Who, act
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Secret


@act(who=Who.SELF, event="second_factor.new_key_begun")
def begin_new_key(call: Call, command: NewKey) -> KeyShown | Refused:
    """Draw a new key to set up, for whoever has given a fresh proof or gives one now (KEY-2)."""
    session, standing = proof.own_account(call)
    refused = proof.prove(call, session, standing, command.code)
    if refused is not None:
        return refused
    return _shown(call, session, otp.begin_candidate(call, session))


@act(who=Who.SELF, event=None, writes=False)
def show_new_key(call: Call, command: ShowNewKey) -> KeyShown | Refused:
    """Show the key that this session is setting up once more: a wrong code keeps the page and the key (KEY-1)."""
    session = proof.own(call)
    candidate = otp.find_candidate(call, session)
    return Refused("second_factor.no_new_key") if candidate is None else _shown(call, session, candidate)


@act(who=Who.SELF, event="second_factor.new_key_checked", changes=False)
def check_new_key(call: Call, command: CheckNewKey) -> KeyHeld | Refused:
    """Prove the new key by a code made from it; a wrong one changes nothing (*Check and apply*)."""
    session = proof.own(call)
    candidate = otp.find_candidate(call, session)
    if candidate is None:
        return Refused("second_factor.no_new_key")
    code = codes.parse_code(command.code)
    if code is None:
        return Refused("otp.malformed")
    verdict = otp.check_candidate(call, candidate, code)
    return KeyHeld(_ends_at(candidate)) if isinstance(verdict, CodeAccepted) else verdict


@act(who=Who.SELF, event="second_factor.regenerated", changes=False)
def save_new_key(call: Call, command: SaveNewKey) -> KeySaved | Refused:
    """Put the proven key in the old one's place, and end every session but this one (KEY-2, KEY-6).

    A session that a recovery code opened ends too: the person signs in with the new key (KEY-1).
    """
    session, standing = proof.own_account(call)
    candidate = otp.find_candidate(call, session)
    if candidate is None or candidate.confirmed_step is None:
        return Refused("second_factor.not_confirmed")
    otp.bind_key(call, session.account, candidate.secret, candidate.confirmed_step)
    codes = recovery_codes.make_codes(call, session.account)
    epoch = accounts.move_epoch(call, session.account)
    if not session.own_page_only:
        sessions.carry_over(call, session, epoch)
    states.tell_own(call, standing, Kind.SECOND_FACTOR_REGENERATED)
    return KeySaved(session.own_page_only, codes)


@act(who=Who.SELF, event="second_factor.new_key_discarded", changes=False)
def discard_new_key(call: Call, command: DiscardNewKey) -> KeyDiscarded | NothingToDiscard:
    """Forget a key that was not saved; the old one was valid all along."""
    return KeyDiscarded() if otp.drop_candidate(call, proof.own(call)) else NothingToDiscard()


def _shown(call: Call, session: SessionFacts, candidate: Candidate) -> KeyShown:
    issuer = policy.two_factor(call).issuer
    uri = provisioning.otpauth_uri(candidate.secret, issuer, session.user_name)
    return KeyShown(Secret(provisioning.base32(candidate.secret)), Secret(uri), issuer, _ends_at(candidate))


def _ends_at(candidate: Candidate) -> datetime:
    return candidate.made_at + provisioning.CANDIDATE_LIFETIME
