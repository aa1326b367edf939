"""One's own passkeys: adding, naming and removing them, and proving oneself with one (KEY-2, KEY-17).

Adding and removing ask for the fresh proof, and the owner is told. Removing moves the epoch and keeps this session, as
Regenerate does (KEY-6); adding ends no session, but forgets remembered devices (DEV-3). The last factor stays.
"""

from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import Standing
from doorward.features.devices import actions as devices
from doorward.features.notices.model import Kind
from doorward.features.otp import actions as otp
from doorward.features.passkeys import rules as passkey_rules
from doorward.features.passkeys.actions import ceremonies, keeping
from doorward.features.passkeys.model.acts import (
    AddPasskey,
    AskProof,
    BeginPasskey,
    GiveProof,
    ListPasskeys,
    NameUnchanged,
    PasskeyAdded,
    PasskeyAsked,
    PasskeyBegun,
    PasskeyRemoved,
    PasskeyRenamed,
    PasskeysListed,
    ProofGiven,
    RemovePasskey,
    RenamePasskey,
)
from doorward.features.passkeys.model.facts import ChallengeScope, Purpose, Rejected
from doorward.features.policy import actions as policy
from doorward.features.second_factor.actions import proof, states
from doorward.features.sessions import actions as sessions
from doorward.kernel.act import Needs, SessionFacts, Who, act
from doorward.kernel.outcome import Refused

_WHOLE = (Needs.WHOLE_SESSION,)
"""A session that a recovery code has opened makes a new secret key, and touches no passkey (KEY-1)."""


@act(who=Who.SELF, event=None, writes=False)
def list_own_passkeys(call: Call, command: ListPasskeys) -> PasskeysListed:
    """List one's own passkeys, and say whether others can be added here and now."""
    session = proof.own(call)
    return PasskeysListed(
        passkeys=keeping.facts_of(call, session.account),
        available=ceremonies.available(call.site.public_url),
        fresh=proof.fresh(call, session),
        has_key=otp.key_facts(call, session.account) is not None,
    )


@act(who=Who.SELF, event="passkeys.begun", needs=_WHOLE)
def begin_passkey(call: Call, command: BeginPasskey) -> PasskeyBegun | Refused:
    """Say what a browser is to make, for whoever has given a fresh proof or gives one now (KEY-2)."""
    session, standing = proof.own_account(call)
    refused = proof.prove_with_any(call, session, standing, command.code)
    if refused is not None:
        return refused
    issuer = policy.two_factor(call).issuer
    asked = keeping.ask_for_new(call, standing.account, _scope_of_new(session, standing), issuer)
    return asked if isinstance(asked, Refused) else PasskeyBegun(asked)


@act(who=Who.SELF, event="passkeys.added", needs=_WHOLE, changes=False)
def add_passkey(call: Call, command: AddPasskey) -> PasskeyAdded | Refused:
    """Make what the browser has made one's own; only the session that began it can, within five minutes."""
    session, standing = proof.own_account(call)
    name = passkey_rules.parse_name(command.name)
    if name is None:
        return _MALFORMED_NAME
    added = ceremonies.add(call, session.account, _scope_of_new(session, standing), command.given, name)
    if isinstance(added, Refused):
        return added
    devices.forget_devices_of(call, session.account)
    call.note.details["name"] = added.name
    states.tell_own(call, standing, Kind.PASSKEY_ADDED, passkey=added.name)
    return PasskeyAdded(added.facts)


@act(who=Who.SELF, event="passkeys.renamed", needs=_WHOLE)
def rename_passkey(call: Call, command: RenamePasskey) -> PasskeyRenamed | NameUnchanged | Refused:
    """Give one of one's own passkeys another name."""
    session, name = proof.own(call), passkey_rules.parse_name(command.name)
    if not name:
        return _MALFORMED_NAME
    passkey = keeping.find(call, session.account, command.passkey)
    if passkey is None:
        return Refused("passkeys.not_found")
    if passkey.name == name:
        return NameUnchanged()
    call.note.details.update(name=name, before=passkey.name)
    keeping.rename(call, passkey, name)
    return PasskeyRenamed()


@act(who=Who.SELF, event="passkeys.removed", needs=_WHOLE)
def remove_passkey(call: Call, command: RemovePasskey) -> PasskeyRemoved | Refused:
    """Remove one of one's own passkeys, and end every session but this one; the last factor stays (KEY-4)."""
    session, standing = proof.own_account(call)
    passkey = keeping.find(call, session.account, command.passkey)
    if passkey is None:
        return Refused("passkeys.not_found")
    refused = proof.prove_with_any(call, session, standing, command.code)
    if refused is not None:
        return refused
    if standing.state.factors <= 1:
        return Refused("passkeys.last_factor")
    keeping.remove(call, passkey)
    sessions.carry_over(call, session, accounts.move_epoch(call, session.account))
    call.note.details["name"] = passkey.name
    states.tell_own(call, standing, Kind.PASSKEY_REMOVED, passkey=passkey.name)
    return PasskeyRemoved()


@act(who=Who.SELF, event=None, writes=False)
def ask_proof(call: Call, command: AskProof) -> PasskeyAsked | Refused:
    """Say what a passkey is to sign as the fresh proof of this session (KEY-2)."""
    session = proof.own(call)
    asked = keeping.ask_for_one(call, session.account, proof.challenge_scope(session, Purpose.PROOF))
    return asked if isinstance(asked, Refused) else PasskeyAsked(asked)


@act(who=Who.SELF, event="passkeys.proof_given", needs=_WHOLE, changes=False)
def give_proof(call: Call, command: GiveProof) -> ProofGiven | Refused:
    """Give the fresh proof of this session: an assertion, or a code. It makes the session fresh, and nothing more."""
    session, standing = proof.own_account(call)
    if command.assertion is None:
        refused = proof.prove_with_any(call, session, standing, command.code)
        return ProofGiven() if refused is None else refused
    checked = proof.take_passkey(call, session, command.assertion)
    if not isinstance(checked, Rejected):
        return ProofGiven()
    tell_doubt(call, standing, checked)
    return ceremonies.refusal(checked.doubt)


def tell_doubt(call: Call, standing: Standing, rejected: Rejected) -> None:
    """Tell the owner of a passkey that looks like a copy, once a day at most."""
    if rejected.tell and rejected.passkey is not None:
        states.tell_own(call, standing, Kind.PASSKEY_DOUBTED, passkey=rejected.passkey.name)


def _scope_of_new(session: SessionFacts, standing: Standing) -> ChallengeScope:
    """Name the scope of a registration: one begun without a proof is not finished once the account is protected."""
    return ChallengeScope(Purpose.REGISTER, session.id.bytes + (b"protected" if standing.account.protected else b""))


_MALFORMED_NAME = Refused("passkeys.name_malformed", {"most": passkey_rules.NAME_LENGTH})
