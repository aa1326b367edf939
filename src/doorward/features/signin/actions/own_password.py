"""Changing one's own password, inside one's own session (PASS-1).

The present password is asked for, so that an open screen is not enough, and its check is an attempt like any other:
reserved, hashed outside, concluded. It counts in the context of the session, which no stranger can fill (PROT-1).

On a protected account it is half of the proof: the other half, a code, is judged and used up where the new password is
written, and both count under the second factor. A passkey can take the code's place, never the present password's.
"""

from collections.abc import Generator
from dataclasses import dataclass, field, replace
from typing import Any

from doorward.edges.call import BUSY, Call, Resumed, Steps
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import Standing
from doorward.features.audit import actions as audit
from doorward.features.lockout import rules as lockout_rules
from doorward.features.lockout.actions import attempts as lockout
from doorward.features.lockout.model import Context, Factor, Reservation
from doorward.features.passwords import actions as passwords
from doorward.features.passwords.model import Chooser, StoredPassword
from doorward.features.second_factor.actions import protection
from doorward.features.second_factor.model import PasswordAndCode
from doorward.features.sessions import actions as sessions
from doorward.features.sessions.model import EndSession
from doorward.features.signin.actions.new_password import ACT, hash_new, write
from doorward.features.signin.model import ChangeOwnPassword, PasswordSet
from doorward.kernel.act import Actor, Bearer, SessionFacts
from doorward.kernel.events import Event
from doorward.kernel.outcome import Hash, Refused
from doorward.kernel.ports import Verify


@dataclass(frozen=True, slots=True)
class _Own:
    """Whoever changes their password, as one transaction has found them."""

    session: SessionFacts
    standing: Standing
    stored: StoredPassword = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Attempt:
    """The reserved check of the present password: in which session, and what it is compared with."""

    session: SessionFacts
    stored: StoredPassword = field(repr=False)
    reservation: Reservation
    locked: bool
    """An automatic lock stood already; it does not stop the proofs of an earlier session."""


def change_own_password(command: ChangeOwnPassword) -> Steps:
    """Take the present password and a new one; every other session ends, and this one goes on."""
    refused = yield from _prove(command)
    if refused is not None:
        return refused

    def whose(call: Call) -> Chooser | Refused:
        found = _find(call, command.session)
        return found if isinstance(found, Refused) else passwords.chooser(found.standing.account)

    hashed = yield from hash_new(command.new_password, whose)
    return hashed if isinstance(hashed, Refused) else _finish(*hashed, command)


def _prove(command: ChangeOwnPassword) -> Generator[Any, Resumed, Refused | None]:
    """Check the present password: reserve, hash, conclude (LOCK-2)."""

    def reserve(call: Call) -> _Attempt | Refused | lockout_rules.WaitForOthers:
        return _reserve(call, command)

    attempt = yield from lockout.reserved(ACT, reserve)
    if isinstance(attempt, lockout_rules.WaitForOthers):
        return BUSY
    if isinstance(attempt, Refused):
        return attempt
    compared = attempt.stored.hash if attempt.reservation.counted else None
    resumed: Resumed = yield Hash(Verify(command.password, compared))
    return _conclude(resumed.call, attempt, right=resumed.answer.right and _same_password(command))


def _find(call: Call, bearer: Bearer) -> _Own | Refused:
    """Find who asks, and whether they may change their password now; asked in every transaction anew."""
    session = sessions.authenticate(call, bearer)
    if isinstance(session, Refused):
        return session
    if session.own_page_only:
        return Refused("session.second_factor_required")
    standing, stored = accounts.load(call, session.account), passwords.find(call, session.account)
    if standing is None or stored is None:
        return Refused("session.required", cause="no password")
    return passwords.refuse_moment(call, stored) or _Own(session, standing, stored)


def _reserve(call: Call, command: ChangeOwnPassword) -> _Attempt | lockout_rules.WaitForOthers | Refused:
    own = _find(call, command.session)
    if isinstance(own, Refused):
        return own
    if own.standing.account.protected and (refused := _judge_proof(own, command)):
        return _refuse(call, own.session, refused)
    locked = lockout_rules.standing_lock(own.standing.state.lock, call.now) is not None
    account = own.standing.account.id
    factor = Factor.SECOND_FACTOR if own.standing.account.protected else Factor.PASSWORD
    reserved = lockout.reserve_attempt(call, account, factor, own.standing, Context.SESSION)
    return _Attempt(own.session, own.stored, reserved, locked) if isinstance(reserved, Reservation) else reserved


def _judge_proof(own: _Own, command: ChangeOwnPassword) -> Refused | None:
    """Refuse a change of a protected account's password without a proof, or with a code that can be none."""
    if command.proof is None:
        return Refused("protection.required")
    return protection.judge_form(own.session, command.proof)


def _conclude(call: Call, attempt: _Attempt, *, right: bool) -> Refused | None:
    """Count the attempt or give it back; at the limit the account locks and the session ends (PROT-1)."""
    account, asked = attempt.session.account, attempt.reservation
    stored = passwords.find(call, account)
    unchanged = stored is not None and stored.changed_at == attempt.stored.changed_at
    right = asked.counted and right and unchanged
    standing = accounts.load(call, account)
    there = lockout.release_attempt(call, asked)
    if right and there:
        return None
    if there:
        lockout.conclude_attempt(call, asked, standing, right=right)
    after = accounts.load(call, account)
    lock = None if after is None else lockout_rules.standing_lock(after.state.lock, call.now)
    if asked.counted and (lock is None or attempt.locked):
        code = "protection.wrong" if asked.factor is Factor.SECOND_FACTOR else "session.wrong_password"
        return _refuse(call, attempt.session, Refused(code))
    sessions.end_session(_as_own(call, attempt.session), EndSession())
    return _refuse(call, attempt.session, Refused("session.required", cause="no guess is left in the session"))


def _finish(call: Call, encoded: str, command: ChangeOwnPassword) -> PasswordSet | Refused:
    """Write the new password; other sessions end by the epoch, which this one is carried over to."""
    own = _find(call, command.session)
    if isinstance(own, Refused):
        return own
    account = own.standing.account
    if account.protected and (refused := _use_proof(call, own, command)):
        return _refuse(call, own.session, refused)
    write(call, own.standing, encoded)
    passwords.note_chosen(call, account.id)
    sessions.carry_over(call, own.session, accounts.move_epoch(call, account.id))
    return PasswordSet(account.user_name)


def _use_proof(call: Call, own: _Own, command: ChangeOwnPassword) -> Refused | None:
    """Judge the other half of the proof; an account that was protected meanwhile asks for a whole one."""
    if command.proof is None or not _same_password(command):
        return Refused("protection.required")
    return protection.judge_rest(_as_own(call, own.session), own.session, own.standing, command.proof)


def _same_password(command: ChangeOwnPassword) -> bool:
    """Return whether a proof that holds a password holds the present one, as the form has it besides."""
    return not isinstance(command.proof, PasswordAndCode) or command.proof.password == command.password


def _refuse(call: Call, session: SessionFacts, refused: Refused) -> Refused:
    """Record a wrong guess: somebody may sit at another's screen."""
    account, name = session.account, session.user_name
    details = {} if refused.cause is None else {"cause": refused.cause}
    event = Event(ACT, "refused", code=refused.code, target=account, target_name=name, details=details)
    audit.record(_as_own(call, session), event)
    return refused


def _as_own(call: Call, session: SessionFacts) -> Call:
    return replace(call, actor=Actor(session.account, session.user_name, session))
