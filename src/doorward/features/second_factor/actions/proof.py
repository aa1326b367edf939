"""The fresh proof that a change of one's own second factor asks for (KEY-2)."""

from datetime import datetime

from doorward.edges.call import BUSY, Call
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import Standing
from doorward.features.lockout import rules as lockout_rules
from doorward.features.lockout.actions import attempts as lockout
from doorward.features.lockout.model import Context, Factor
from doorward.features.otp import actions as otp
from doorward.features.otp.rules import codes
from doorward.features.passkeys.actions import ceremonies
from doorward.features.passkeys.actions.ceremonies import Question
from doorward.features.passkeys.model.facts import AssertionAccepted, ChallengeScope, GivenAssertion, Purpose, Rejected
from doorward.features.policy import actions as policy
from doorward.features.second_factor import rules
from doorward.features.second_factor.actions import key_failures
from doorward.features.sessions import actions as sessions
from doorward.features.sessions.model import EndSession
from doorward.kernel.act import SessionFacts
from doorward.kernel.events import Result
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Secret


def own(call: Call) -> SessionFacts:
    """Return the session, and note its account as the one that the act is about."""
    session = call.own_session
    call.note.target, call.note.target_name = session.account, session.user_name
    return session


def own_account(call: Call) -> tuple[SessionFacts, Standing]:
    """Return the session with its account, noted as the one that the act is about."""
    session = own(call)
    return session, accounts.existing(call, session.account)


def prove(call: Call, session: SessionFacts, standing: Standing, given: Secret | None) -> Refused | None:
    """Ask for a code of the present key unless the session gave one just now; None when the proof is there (KEY-2)."""
    if otp.disabled_at(call, session.account) is not None:
        return Refused("second_factor.blocked", {"contact": policy.default_rules(call).lock_contact})
    return None if fresh(call, session) else _take(call, session, standing, given)


def fresh(call: Call, session: SessionFacts) -> bool:
    """Return whether the session has given its fresh proof just now."""
    return rules.fresh(session, call.now)


def fresh_until(session: SessionFacts) -> datetime | None:
    """Return when the session's fresh proof ends, for its own page; None where it has given none."""
    return rules.fresh_until(session)


def prove_with_any(call: Call, session: SessionFacts, standing: Standing, given: Secret | None) -> Refused | None:
    """Ask for the fresh proof of an account whose secret key may be disabled, as long as another factor is left."""
    if not standing.state.factors:
        return Refused("second_factor.blocked", {"contact": policy.default_rules(call).lock_contact})
    return None if fresh(call, session) else _take(call, session, standing, given)


def take_passkey(call: Call, session: SessionFacts, given: GivenAssertion) -> AssertionAccepted | Rejected:
    """Take an assertion of one of the account's passkeys as the fresh proof; a wrong one is no guess: not counted."""
    checked = ceremonies.check(call, Question(session.account, challenge_scope(session, Purpose.PROOF)), given)
    if isinstance(checked, AssertionAccepted):
        sessions.note_fresh(call, session)
    return checked


def challenge_scope(session: SessionFacts, purpose: Purpose) -> ChallengeScope:
    """Name the scope of a challenge that is made in a session: good there alone."""
    return ChallengeScope(purpose, session.id.bytes)


def _take(call: Call, session: SessionFacts, standing: Standing, given: Secret | None) -> Refused | None:
    """Take a code of the present key as the fresh proof.

    Wrong ones count in the session's own context, which no stranger can fill; at the limit the account locks and the
    session ends (PROT-1).
    """
    if given is None:
        return Refused("session.fresh_code_required")
    code = codes.parse_code(given.reveal())
    if code is None:
        return Refused("otp.malformed")
    if refused := barred(call, standing):
        return refused
    match otp.check_code(call, session.account, code):
        case Result.RIGHT:
            sessions.note_fresh(call, session)
            return None
        case Result.USED:
            return Refused("otp.used")
        case _:
            return count_wrong(call, standing)


def barred(call: Call, standing: Standing) -> Refused | None:
    """Refuse a guess that may not be compared: proofs under way, or none is left and the session ends (LOCK-2)."""
    match lockout.admission(call, standing, Factor.SECOND_FACTOR, Context.SESSION):
        case lockout_rules.WaitForOthers():
            return BUSY
        case lockout_rules.LockNow():
            return _ended(call, "no guess is left in the account's own sessions")
        case _:
            return None


def count_wrong(call: Call, standing: Standing) -> Refused:
    """Count a wrong guess that the key has counted already; at the limit the account locks and the session ends."""
    counted = key_failures.count_wrong_code(call, standing, Context.SESSION)
    return Refused("otp.wrong") if counted.lock is None else _ended(call, "the last guess was wrong")


def _ended(call: Call, cause: str) -> Refused:
    sessions.end_session(call, EndSession())
    return Refused("session.required", cause=cause)
