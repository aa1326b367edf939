"""Account protection by a passkey: an assertion that was made for one change, in place of password and code (PROT-1).

What is signed names the session, the account's epoch and the change, so that an assertion serves no other (T37). It is
judged, and its challenge is spent, in the change's own transaction.
"""

from dataclasses import dataclass, field, replace

from doorward.edges.call import BUSY, Call, Resumed, Steps
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import Standing
from doorward.features.lockout import rules as lockout_rules
from doorward.features.lockout.actions import attempts as lockout
from doorward.features.passkeys.actions import ceremonies, keeping
from doorward.features.passkeys.actions.ceremonies import Question
from doorward.features.passkeys.model.acts import AskProtection, PasskeyAsked
from doorward.features.passkeys.model.facts import (
    AssertionAccepted,
    ChallengeScope,
    Doubt,
    Purpose,
    Rejected,
    SignedChange,
)
from doorward.features.second_factor.actions import own_passkeys, proof, proving
from doorward.features.sessions import actions as sessions
from doorward.kernel.act import Act, Caller, Denied, Granted, Needs, SessionFacts, Who, act, unproven
from doorward.kernel.outcome import Begin, Refused

_EPOCH_BYTES = 8


@act(who=Who.SELF, event=None, writes=False, needs=(Needs.WHOLE_SESSION,))
def ask_protection(call: Call, command: AskProtection) -> PasskeyAsked | Refused:
    """Say what a passkey is to sign for one change to a protected account; its person must be verified."""
    session, standing = proof.own_account(call)
    scope = _scope(session, standing, command.change)
    asked = keeping.ask_for_one(call, session.account, scope, verified=True)
    return asked if isinstance(asked, Refused) else PasskeyAsked(asked)


def prove(act: Act, command: object, caller: Caller, given: SignedChange) -> Steps:
    """Return the prover that judges an assertion with its change, if the change asks for one."""
    resumed: Resumed = yield Begin()
    verdict = sessions.guard(resumed.call, act, command, caller)
    session = verdict.actor.session
    if isinstance(verdict, Denied) or not verdict.protected or session is None:
        return unproven
    return Signed(session, given)


@dataclass(frozen=True, slots=True)
class Signed(proving.Proven):
    """An assertion that nobody has looked at yet; a prover, good for the transaction of one change."""

    given: SignedChange = field(repr=False)

    def __call__(self, call: Call, verdict: Granted | Denied) -> Granted | Denied:
        """Judge the assertion where the account is protected still, and spend its challenge."""
        session = verdict.actor.session
        standing = None if session is None else accounts.load(call, session.account)
        if isinstance(verdict, Denied) or not verdict.protected or session is None or standing is None:
            return unproven(call, verdict)
        refused = judge(replace(call, actor=verdict.actor), session, standing, self.given)
        if refused is not None:
            return Denied(verdict.actor, verdict.target, refused)
        return proving.accept(call, verdict, "passkey")


def judge(call: Call, session: SessionFacts, standing: Standing, given: SignedChange) -> Refused | None:
    """Judge an assertion and spend its challenge; a wrong one counts like a wrong code (PROT-1).

    A session that a recovery code has opened touches no passkey (KEY-1).
    """
    if session.own_page_only:
        return Refused("session.second_factor_required")
    match lockout.admission(call, standing, *proving.ASKED):
        case lockout_rules.WaitForOthers():
            return BUSY
        case lockout_rules.LockNow():
            return proving.end(call, proving.NO_GUESS_LEFT)
        case _:
            asked = Question(session.account, _scope(session, standing, given.change), verified=True)
            checked = ceremonies.check(call, asked, given.assertion)
            return None if isinstance(checked, AssertionAccepted) else _doubted(call, standing, checked)


def _scope(session: SessionFacts, standing: Standing, change: bytes) -> ChallengeScope:
    """Name the one scope of a challenge: this session, until the account's epoch moves, and this change."""
    epoch = standing.state.epoch.to_bytes(_EPOCH_BYTES)
    return ChallengeScope(Purpose.PROTECTION, session.id.bytes + epoch + change)


def _doubted(call: Call, standing: Standing, rejected: Rejected) -> Refused:
    """Refuse an assertion: whoever was too slow, or sends it twice, has guessed nothing; everybody else is counted."""
    match rejected.doubt:
        case Doubt.EXPIRED:
            return ceremonies.refusal(rejected.doubt)
        case Doubt.USED:
            return Refused("protection.wrong", cause=rejected.doubt.value)
        case _:
            own_passkeys.tell_doubt(call, standing, rejected)
            account, (factor, context) = standing.account.id, proving.ASKED
            lockout.count_failures(call, account, factor, standing, context=context)
            return proving.wrong(call, account, rejected.doubt.value)
