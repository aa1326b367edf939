"""The steps that take a code: of the secret key, from the mail, or a recovery code.

A code is judged, counted and recorded in one transaction: nothing is revealed before the commit, so no reservation is
needed for guesses to be counted exactly.
"""

import json
from dataclasses import replace
from datetime import datetime

from doorward.edges.call import Call, Resumed, Steps
from doorward.features.accounts import actions as accounts
from doorward.features.devices import actions as devices
from doorward.features.devices.model import CodeKind
from doorward.features.links import actions as links
from doorward.features.notices import actions as notices
from doorward.features.notices.model import Kind
from doorward.features.otp import actions as otp
from doorward.features.otp.model import OutOfStep, WrongCode
from doorward.features.passkeys.actions import keeping as passkeys
from doorward.features.passwords import actions as passwords
from doorward.features.recovery_codes import actions as recovery_codes
from doorward.features.second_factor.actions import hardware_tokens, key_failures
from doorward.features.sessions.model import OpenedWith
from doorward.features.signin import store
from doorward.features.signin.actions import admission, completion, pending
from doorward.features.signin.actions.pending import UnderWay
from doorward.features.signin.model import (
    GiveCode,
    GiveDeviceCode,
    GiveRecoveryCode,
    Next,
    PendingShown,
    PendingToken,
    ResendDeviceCode,
    ShowPending,
    SignedIn,
    SignInGoesOn,
)
from doorward.features.signin.rules import admission as rules
from doorward.features.signin.rules import machine
from doorward.kernel.events import Result
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Begin, Fact, Refused
from doorward.kernel.time import rfc3339


def show_pending(command: ShowPending) -> Steps:
    """Return where a pending sign-in stands."""
    resumed: Resumed = yield Begin(shared=True)
    found = pending.find_pending(resumed.call, command.sign_in)
    if isinstance(found, Refused):
        return found
    stored = passwords.find(resumed.call, found.account) if found.pending.step is Next.NEW_PASSWORD else None
    sent = devices.show_code(resumed.call, found.standing, found.pending.token_hash)
    seen = admission.look(resumed.call, found.standing)
    then = machine.after(machine.SignInState.AUTHORIZED, rules.authorized(seen, CodeKind.MAILED, set_up=False))
    return PendingShown(
        found.pending.step,
        found.standing.account.user_name,
        sent_to=sent.sent_to,
        code_expires_at=sent.expires_at,
        resend_at=sent.resend_at,
        then=machine.leads_to(then),
        has_key=otp.key_facts(resumed.call, found.account) is not None,
        has_passkey=passkeys.count_of(resumed.call, found.account) > 0,
        offers_set_up=rules.offers_set_up(seen),
        remember_days=admission.remember_days(resumed.call, found, command.devices),
        password_expired=stored is not None and not stored.must_change,
    )


def give_code(command: GiveCode) -> Steps:
    """Check a code of the secret key."""
    resumed: Resumed = yield Begin(shared=True)
    return _code(resumed.call, command)


def give_recovery_code(command: GiveRecoveryCode) -> Steps:
    """Check a recovery code; the session that follows reaches the own account page only (KEY-1)."""
    resumed: Resumed = yield Begin(shared=True)
    return _recovery_code(resumed.call, command)


def give_device_code(command: GiveDeviceCode) -> Steps:
    """Check the e-mailed code, or a temporary access code in its place; it is no factor, and goes on to one (DEV-2).

    Only where the rules let an account in without a factor does the mailed code open the session.
    """
    resumed: Resumed = yield Begin(shared=True)
    return _device_code(resumed.call, command)


def resend_device_code(command: ResendDeviceCode) -> Steps:
    """Send another code by e-mail, which voids the one before; too soon, it tells from when it works (DEV-1)."""
    resumed: Resumed = yield Begin(shared=True)
    call = resumed.call
    found = pending.find_at(call, command.sign_in, machine.Input.DEVICE_CODE_RIGHT)
    if isinstance(found, Refused):
        return found
    issued = devices.issue_code(call, found.standing, found.pending.token_hash)
    extended = pending.extend(call, found.pending, issued.expires_at)
    return SignInGoesOn(
        Next.DEVICE_CODE, expires_at=extended.expires_at, sent_to=issued.sent_to, resend_at=issued.resend_at
    )


def _code(call: Call, command: GiveCode) -> SignedIn | SignInGoesOn | Refused:
    found = _with_key(call, command.sign_in, machine.Input.CODE_RIGHT)
    if isinstance(found, Refused):
        return pending.record_unchecked(call, command.sign_in, "signin.code", found)
    if barred := pending.admit_guess(call, found, "signin.code"):
        return barred
    result = otp.check_code(call, found.account, command.code)
    pending.record_attempt(call, found.standing, "signin.code", result)
    match result:
        case Result.RIGHT:
            wished = pending.wishing(found, remember_device=command.remember_device)
            return completion.proven(call, wished, OpenedWith.SECRET_KEY)
        case Result.USED:
            return Refused("otp.used")
        case _:
            return _count_wrong(call, found) or _wrong(call, found, WrongCode(command.code, call.now))


def _with_key(call: Call, token: PendingToken, happened: machine.Input) -> UnderWay | Refused:
    """Find a sign-in whose account still has its key: one that was disabled meanwhile opens nothing (LOCK-14)."""
    found = pending.find_at(call, token, happened)
    if isinstance(found, UnderWay) and not found.standing.state.factors:
        return pending.end_without_set_up(call, found)
    return found


def _count_wrong(call: Call, found: UnderWay) -> Refused | None:
    """Count a wrong code of the key; the sign-in is over when account or key has had its last one."""
    counted = key_failures.count_wrong_code(call, found.standing)
    if counted.lock is not None:
        return pending.end_locked(call, found, counted.lock)
    standing = accounts.load(call, found.account) if counted.key_disabled else None
    return None if standing is None or standing.state.factors else pending.end_without_set_up(call, found)


def _wrong(call: Call, found: UnderWay, given: WrongCode) -> Refused:
    """Answer a wrong code; when it and the one before fit the same wrong clock, say so (KEY-15)."""
    earlier = _earlier(call, found)
    error = None if earlier is None else otp.note_clock_error(call, found.account, earlier, given)
    if error is not None and error.token is not None:
        hardware_tokens.record_in_step(call, found.standing)
    sealed = call.sealer.seal(json.dumps([given.code, rfc3339(given.at)]).encode(), _place(found))
    store.save(call.sql, replace(found.pending, sealed_wrong_code=sealed))
    return Refused("otp.wrong", _shown_by(call, found.account) if error is None else _shown_by_two(error))


def _shown_by_two(error: OutOfStep) -> dict[str, Fact]:
    return {"clock_error_minutes": error.clock_error_minutes, "token_in_step": error.token is not None}


def _shown_by(call: Call, account: AccountId) -> dict[str, Fact]:
    """Tell that the token has expired, if it has: no code of it is right any more."""
    expired_at = otp.token_expired_at(call, account)
    return {} if expired_at is None else {"token_expired_at": rfc3339(expired_at)}


def _earlier(call: Call, found: UnderWay) -> WrongCode | None:
    sealed = found.pending.sealed_wrong_code
    if sealed is None:
        return None
    code, at = json.loads(call.sealer.open(sealed, _place(found)))
    return WrongCode(code, datetime.fromisoformat(at))


def _place(found: UnderWay) -> str:
    return f"pending_sign_ins|sealed_wrong_code|{found.pending.token_hash.hex()}"


def _recovery_code(call: Call, command: GiveRecoveryCode) -> SignedIn | SignInGoesOn | Refused:
    found = _with_key(call, command.sign_in, machine.Input.RECOVERY_CODE_RIGHT)
    if isinstance(found, Refused):
        return pending.record_unchecked(call, command.sign_in, "signin.recovery_code", found)
    if barred := pending.admit_guess(call, found, "signin.recovery_code"):
        return barred
    right = recovery_codes.use_code(call, found.account, command.code) is Result.RIGHT
    pending.record_attempt(call, found.standing, "signin.recovery_code", Result.RIGHT if right else Result.WRONG)
    if not right:
        return pending.count_wrong(call, found) or Refused("recovery_codes.wrong")
    account = found.standing.account
    facts = {**notices.about_own(call, account.user_name), "left": recovery_codes.left(call, account.id)}
    links.tell_with_not_me(call, account.id, account.email, Kind.RECOVERY_CODE_USED, facts)
    return completion.proven(call, found, OpenedWith.RECOVERY_CODE)


def _device_code(call: Call, command: GiveDeviceCode) -> SignedIn | SignInGoesOn | Refused:
    found = pending.find_at(call, command.sign_in, machine.Input.DEVICE_CODE_RIGHT)
    if isinstance(found, Refused):
        return pending.record_unchecked(call, command.sign_in, "signin.device_code", found)
    kind = devices.kind_of(command.code)
    happened = rules.authorized(admission.look(call, found.standing), kind, set_up=command.set_up)
    then = machine.after(found.state, happened)
    if then is machine.SignInState.REFUSED:
        refused = pending.end_without_set_up(call, found)
        return pending.record_unchecked(call, command.sign_in, "signin.device_code", refused)
    if barred := pending.admit_guess(call, found, "signin.device_code"):
        return barred
    right = devices.check_device_code(call, found.account, found.pending.token_hash, command.code) is Result.RIGHT
    pending.record_attempt(call, found.standing, "signin.device_code", Result.RIGHT if right else Result.WRONG)
    if not right:
        return pending.count_wrong(call, found) or Refused("devices.wrong_code")
    wished = pending.wishing(found, remember_device=command.remember_device)
    if then is machine.SignInState.PROVEN:
        return completion.proven(call, replace(wished, state=then), OpenedWith.DEVICE_CODE)
    step = machine.step_of(then)
    moved = replace(wished.pending, step=step, expires_at=call.now + machine.LIFE)
    store.save(call.sql, moved)
    passkey = step is Next.CODE and passkeys.count_of(call, found.account) > 0
    return SignInGoesOn(step, expires_at=moved.expires_at, passkey=passkey)
