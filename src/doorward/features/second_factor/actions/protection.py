"""Account protection: what a change to a protected account asks of its actor (PROT-1, PROT-2).

A proof travels in the request of its change and is kept nowhere. Its password is an attempt like any other: reserved,
compared outside any transaction, concluded. Its code is judged and used up in the change's own transaction, in which
the guard is asked anew: without the change the code is not used, without the code nothing is changed. An assertion of a
passkey can stand for both: see `assertions`.
"""

from dataclasses import dataclass, field, replace
from typing import Any

from doorward.edges.call import BUSY, Call, Resumed, Steps
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import Standing
from doorward.features.lockout import rules as lockout_rules
from doorward.features.lockout.actions import attempts as lockout
from doorward.features.lockout.model import Context, Reservation
from doorward.features.notices.model import Kind
from doorward.features.otp import actions as otp
from doorward.features.otp.rules import codes
from doorward.features.passkeys.model.facts import SignedChange
from doorward.features.passwords import actions as passwords
from doorward.features.passwords.model import StoredPassword
from doorward.features.recovery_codes import actions as recovery_codes
from doorward.features.second_factor.actions import assertions, key_failures, proving, states
from doorward.features.second_factor.actions.proving import ASKED, NO_GUESS_LEFT, Proven
from doorward.features.second_factor.model import PasswordAndCode, Proof
from doorward.features.sessions import actions as sessions
from doorward.kernel.act import Act, Caller, Denied, Granted, Prover, SessionFacts, unproven
from doorward.kernel.events import Result
from doorward.kernel.outcome import Hash, Refused
from doorward.kernel.ports import Secret, Verify


@dataclass(frozen=True, slots=True)
class _Attempt:
    """A reserved proof: the session that gives it, and what its password is compared with."""

    session: SessionFacts
    reservation: Reservation
    stored: StoredPassword = field(repr=False)


def prove(act: Act, command: object, caller: Caller, proof: Proof) -> Steps:
    """Compare a proof's password, if the change asks for one; give the prover that judges the rest with the change.

    On an account that is not protected, or where the guard says no, nothing is compared and nothing is used up.
    """
    if isinstance(proof, SignedChange):
        return assertions.prove(act, command, caller, proof)
    return _prove(act, command, caller, proof)


def _prove(act: Act, command: object, caller: Caller, proof: PasswordAndCode) -> Steps:
    def reserve(call: Call) -> _Attempt | Prover | lockout_rules.WaitForOthers:
        verdict = sessions.guard(call, act, command, caller)
        session = verdict.actor.session
        if isinstance(verdict, Denied) or not verdict.protected or session is None:
            return unproven
        return _reserve(call, session, proof)

    found = yield from lockout.reserved(act.event or act.name, reserve)
    if isinstance(found, lockout_rules.WaitForOthers):
        return _Refusing(BUSY)
    if not isinstance(found, _Attempt):
        return found
    compared = found.stored.hash if found.reservation.counted else None
    resumed: Resumed = yield Hash(Verify(proof.password, compared))
    return Compared(found.session, found, proof, right=resumed.answer.right)


@dataclass(frozen=True, slots=True)
class Compared(Proven):
    """A proof whose password has been compared; a prover, good for the transaction of one change."""

    attempt: _Attempt
    proof: PasswordAndCode = field(repr=False)
    right: bool
    """The password was right."""

    def __call__(self, call: Call, verdict: Granted | Denied) -> Granted | Denied:
        """Conclude the attempt; where the account is protected still, judge the proof as a whole."""
        there = lockout.release_attempt(call, self.attempt.reservation)
        standing = accounts.load(call, self.attempt.session.account)
        if isinstance(verdict, Denied) or not verdict.protected or standing is None:
            if there and not self._password_right(call):
                lockout.conclude_attempt(call, self.attempt.reservation, standing, right=False)
            return verdict
        refused = self._judge(replace(call, actor=verdict.actor), standing, there=there)
        if refused is not None:
            return Denied(verdict.actor, verdict.target, refused)
        return proving.accept(call, verdict, given=True)

    def _judge(self, call: Call, standing: Standing, *, there: bool) -> Refused | None:
        if not self.attempt.reservation.counted:
            return proving.end(call, NO_GUESS_LEFT)
        if not there:
            return Refused("protection.wrong", cause="it took too long, and was counted as wrong")
        if not self._password_right(call):
            lockout.conclude_attempt(call, self.attempt.reservation, standing, right=False)
            return proving.wrong(call, standing.account.id, "wrong password")
        return _judge_code(call, self.attempt.session, standing, self.proof.code)

    def _password_right(self, call: Call) -> bool:
        """Return whether the password was right, and is still the one that was compared."""
        stored = passwords.find(call, self.attempt.session.account)
        unchanged = stored is not None and stored.changed_at == self.attempt.stored.changed_at
        return self.attempt.reservation.counted and self.right and unchanged


def judge_rest(call: Call, session: SessionFacts, standing: Standing, proof: Proof) -> Refused | None:
    """Judge what a proof holds beside the password, and use it up: the call is the change's own."""
    if isinstance(proof, SignedChange):
        return assertions.judge(call, session, standing, proof)
    return _judge_code(call, session, standing, proof.code)


def _judge_code(call: Call, session: SessionFacts, standing: Standing, code: Secret) -> Refused | None:
    """Judge the code of a proof whose password was right, and use it up: the call is the change's own.

    In a session of a recovery code it is one more of them (KEY-1).
    """
    use = _use_recovery_code if session.own_page_only else _use_key_code
    match use(call, standing, code.reveal()):
        case Result.RIGHT:
            return None
        case Result.USED:
            return Refused("protection.wrong", cause="code used already")
        case _:
            return proving.wrong(call, standing.account.id, "wrong code")


@dataclass(frozen=True, slots=True)
class _Refusing:
    """A prover that denies a change for which nothing was compared."""

    refused: Refused

    def __call__(self, call: Call, verdict: Granted | Denied) -> Granted | Denied:
        """Deny what asks for a proof still."""
        del call
        if isinstance(verdict, Granted) and verdict.protected:
            return Denied(verdict.actor, verdict.target, self.refused)
        return verdict


def judge_form(session: SessionFacts, proof: Proof) -> Refused | None:
    """Refuse a code that can be none, uncounted (KEY-9)."""
    if session.own_page_only or not isinstance(proof, PasswordAndCode):
        return None
    return Refused("otp.malformed") if codes.parse_code(proof.code.reveal()) is None else None


def _reserve(
    call: Call, session: SessionFacts, proof: PasswordAndCode
) -> _Attempt | Prover | lockout_rules.WaitForOthers:
    if refused := judge_form(session, proof):
        return _Refusing(refused)
    standing, stored = accounts.load(call, session.account), passwords.find(call, session.account)
    if standing is None or stored is None:
        return _Refusing(Refused("protection.wrong", cause="no password"))
    factor, context = ASKED
    reserved = lockout.reserve_attempt(call, session.account, factor, standing, context)
    return _Attempt(session, reserved, stored) if isinstance(reserved, Reservation) else reserved


def _use_key_code(call: Call, standing: Standing, code: str) -> Result:
    result = otp.check_code(call, standing.account.id, code)
    if result is Result.WRONG:
        key_failures.count_wrong_code(call, standing, Context.SESSION)
    return result


def _use_recovery_code(call: Call, standing: Standing, code: str) -> Result:
    account = standing.account.id
    result = recovery_codes.use_code(call, account, code)
    if result is Result.WRONG:
        factor, context = ASKED
        lockout.count_failures(call, account, factor, standing, context=context)
    if result is Result.RIGHT:
        facts: dict[str, Any] = {"address": call.origin.address, "user_agent": call.origin.user_agent}
        states.tell(call, standing, Kind.RECOVERY_CODE_USED, left=recovery_codes.left(call, account), **facts)
    return result
