"""The set-up page: a key is shown, and becomes the account's only when a code made from it is accepted (KEY-1)."""

import json
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from doorward.edges.call import Call, Resumed, Steps
from doorward.features.devices import actions as devices
from doorward.features.links import actions as links
from doorward.features.notices import actions as notices
from doorward.features.notices.model import Kind
from doorward.features.otp import actions as otp
from doorward.features.otp.model import NO_STEP, CodeAccepted, OtpKey, WrongCode
from doorward.features.otp.rules import clock_errors, codes, provisioning
from doorward.features.policy import actions as policy
from doorward.features.recovery_codes import actions as recovery_codes
from doorward.features.second_factor.actions import states as second_factor
from doorward.features.second_factor.model import FactorState, KeyShown
from doorward.features.sessions.model import OpenedWith
from doorward.features.signin import store
from doorward.features.signin.actions import completion, pending
from doorward.features.signin.actions.pending import UnderWay
from doorward.features.signin.model import ConfirmSetUp, PendingToken, ShowSetUp, SignedIn, SignInGoesOn
from doorward.features.signin.rules import machine
from doorward.kernel.events import Result
from doorward.kernel.outcome import Begin, Fact, Refused
from doorward.kernel.ports import Secret
from doorward.kernel.time import rfc3339

ACT = "signin.code"
_NO_KEY = UUID(int=0)
"""The id of a key that is nobody's yet (RFC 9562 section 5.9)."""


def show_set_up(command: ShowSetUp) -> Steps:
    """Show the key of a set-up: made once, and the same until it is confirmed."""
    resumed: Resumed = yield Begin(shared=True)
    call = resumed.call
    found = _at_set_up(call, command.sign_in)
    if isinstance(found, Refused):
        return found
    secret = _secret(call, found)
    if secret is None:
        secret = provisioning.new_secret(call.entropy)
        sealed = call.sealer.seal(secret, _place(found))
        store.save(call.sql, replace(found.pending, sealed_secret=sealed))
    issuer = policy.two_factor(call).issuer
    uri = provisioning.otpauth_uri(secret, issuer, found.standing.account.user_name)
    return KeyShown(Secret(provisioning.base32(secret)), Secret(uri), issuer, found.pending.expires_at)


def confirm_set_up(command: ConfirmSetUp) -> Steps:
    """Take the first code of the new key: it makes the key the account's, and opens the session."""
    resumed: Resumed = yield Begin(shared=True)
    return _confirm(resumed.call, command)


def _confirm(call: Call, command: ConfirmSetUp) -> SignedIn | SignInGoesOn | Refused:
    found = _at_set_up(call, command.sign_in)
    if isinstance(found, Refused):
        return pending.record_unchecked(call, command.sign_in, ACT, found)
    secret = _secret(call, found)
    if secret is None:
        return pending.record_unchecked(
            call, command.sign_in, ACT, Refused("signin.expired", cause="the key was never shown")
        )
    if barred := pending.admit_guess(call, found, ACT):
        return barred
    key, earlier = _tried(call, found, secret)
    verdict = codes.verify_key(key, command.code, call.now)
    if isinstance(verdict, CodeAccepted):
        pending.record_attempt(call, found.standing, ACT, Result.RIGHT, new_key=True)
        wished = pending.wishing(found, remember_device=command.remember_device)
        return _bind(call, wished, codes.succeeded(key, verdict, call.now))
    if verdict.code == "otp.used":
        pending.record_attempt(call, found.standing, ACT, Result.USED, new_key=True)
        return verdict
    return _wrong(call, found, key, (earlier, WrongCode(command.code, call.now)))


def _wrong(call: Call, found: UnderWay, key: OtpKey, given: tuple[WrongCode | None, WrongCode]) -> Refused:
    """Count a wrong code; when it and the one before fit the same wrong clock, say so, and spend both (KEY-15).

    An account that sets up its key has none on which operators could see the clock: the entry tells them.
    """
    earlier, later = given
    error = None if earlier is None else clock_errors.clock_error(key, earlier, later)
    shown: dict[str, Fact] = {}
    if error is not None:
        key = clock_errors.spend(key, error, call.now)
        shown = {"clock_error_minutes": clock_errors.clock_minutes(error.offset)}
    pending.record_attempt(call, found.standing, ACT, Result.WRONG, new_key=True, **shown)
    if locked := pending.count_wrong(call, found):
        return locked
    kept = [later.code, rfc3339(later.at), key.last_step, *sorted(key.spent_steps)]
    sealed = call.sealer.seal(json.dumps(kept).encode(), _tries_place(found))
    store.save(call.sql, replace(found.pending, sealed_wrong_code=sealed))
    return Refused("otp.wrong", shown)


def _tried(call: Call, found: UnderWay, secret: bytes) -> tuple[OtpKey, WrongCode | None]:
    """Return the key that is shown with what wrong codes have spent of it (KEY-15), and the last of them."""
    key = OtpKey(found.account, _NO_KEY, secret, NO_STEP, call.now)
    sealed = found.pending.sealed_wrong_code
    if sealed is None:
        return key, None
    code, at, last_step, *spent = json.loads(call.sealer.open(sealed, _tries_place(found)))
    return replace(key, last_step=last_step, spent_steps=frozenset(spent)), WrongCode(code, datetime.fromisoformat(at))


def _bind(call: Call, found: UnderWay, key: OtpKey) -> SignedIn | SignInGoesOn | Refused:
    """Make the key the account's and use the allowlist entry up, in this one transaction (KEY-13)."""
    otp.bind_key(call, found.account, key.secret, key.last_step, key.spent_steps)
    codes = recovery_codes.make_codes(call, found.account)
    second_factor.use_up_allowlist_entry(call, found.account)
    devices.forget_devices_of(call, found.account)
    pending.record_own(call, found.standing, "second_factor.set_up")
    account = found.standing.account
    facts = notices.about_own(call, account.user_name)
    links.tell_with_not_me(call, account.id, account.email, Kind.SECOND_FACTOR_SET_UP, facts)
    return completion.proven(call, found, OpenedWith.SET_UP, codes)


def _at_set_up(call: Call, token: PendingToken) -> UnderWay | Refused:
    """Find a sign-in at its set-up whose allowlist entry still stands: two set-ups bind one key."""
    found = pending.find_at(call, token, machine.Input.SET_UP_CONFIRMED)
    if isinstance(found, Refused):
        return found
    if second_factor.factor_state(call, found.standing) is not FactorState.MAY_SET_UP:
        return pending.end_without_set_up(call, found)
    return found


def _secret(call: Call, found: UnderWay) -> bytes | None:
    sealed = found.pending.sealed_secret
    return None if sealed is None else call.sealer.open(sealed, _place(found))


def _place(found: UnderWay) -> str:
    return f"pending_sign_ins|sealed_secret|{found.pending.token_hash.hex()}"


def _tries_place(found: UnderWay) -> str:
    return f"pending_sign_ins|sealed_wrong_code|{found.pending.token_hash.hex()}"
