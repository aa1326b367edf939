"""The first step: a user name and a password.

Whatever is wrong, the road is the same: a reservation, one hash at present parameters, one entry, one answer. Only an
address at which many names have failed is held up before it, whatever the name (LOCK-17).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from doorward.edges.call import BUSY, Call, Resumed, Steps
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import Standing
from doorward.features.devices import actions as devices
from doorward.features.devices.model import DeviceToken
from doorward.features.lockout import rules as lockout_rules
from doorward.features.lockout.actions import attempts as lockout
from doorward.features.lockout.model import Factor, Reservation
from doorward.features.passkeys.actions import keeping as passkeys
from doorward.features.passwords import actions as passwords
from doorward.features.passwords.model import StoredPassword
from doorward.features.second_factor.model import FactorState
from doorward.features.signin.actions import admission, completion, pending, spraying
from doorward.features.signin.model import Next, SignedIn, SignIn, SignInGoesOn
from doorward.features.signin.rules import machine
from doorward.features.signin.rules.spraying import SLOWED_SECONDS, Entered, NoRoomYet
from doorward.kernel.events import Result
from doorward.kernel.ids import AccountId
from doorward.kernel.names import canonical
from doorward.kernel.outcome import Hash, Place, Refused, Wait
from doorward.kernel.ports import Verified, Verify

ACT = "signin.password"


@dataclass(frozen=True, slots=True)
class Attempt:
    """A reserved attempt: what it is compared with (None: nothing may be), and what is known of the name."""

    account: AccountId
    name_hash: bytes
    reservation: Reservation
    source: str
    """Whom the name is counted for (LOCK-17)."""
    stored: StoredPassword | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class HoldOn:
    """Nothing is reserved yet: try again after some seconds."""

    seconds: float = lockout_rules.WAIT_SECONDS
    slowed: bool = False
    """It is the address that waits, once (LOCK-17)."""


def sign_in(command: SignIn) -> Steps:
    """Check a password: reserve, hash, conclude (LOCK-2)."""
    resumed: Resumed = yield Place(ACT, shared=True)
    attempt, since = _reserve(resumed.call, command.user_name), resumed.call.now
    slowed = False
    for _ in range(lockout_rules.WAITS):
        if not isinstance(attempt, HoldOn) or not resumed.answer:
            break
        if not lockout_rules.may_wait(since, resumed.call.now):
            break
        slowed = slowed or attempt.slowed
        resumed = yield Wait(attempt.seconds, shared=True)
        if resumed.answer:
            attempt = _reserve(resumed.call, command.user_name, slowed=slowed)
    if isinstance(attempt, Refused):
        return attempt
    if isinstance(attempt, HoldOn):
        return _busy(resumed.call, command.user_name)
    compared = attempt.stored.hash if attempt.stored is not None and attempt.reservation.counted else None
    resumed = yield Hash(Verify(command.password, compared), shared=True)
    return _conclude(resumed.call, attempt, resumed.answer, command.devices)


def _reserve(call: Call, user_name: str, *, slowed: bool = False) -> Attempt | HoldOn | Refused:
    """Find the account and reserve the attempt; an unknown name gets a pseudo account of its own.

    An address that is slowed down waits once, before anything is reserved.
    """
    name_hash = call.sealer.keyed_hash(canonical(user_name), "unknown name")
    standing = accounts.find(call, user_name)
    account = machine.pseudo_account(name_hash) if standing is None else standing.account.id
    if call.hold(account) and standing is not None:
        standing = accounts.load(call, account)
    entered = spraying.enter(call, account)
    if isinstance(entered, Refused):
        pending.record_attempt(call, None, ACT, None, cause=entered.cause, name_hash=name_hash.hex()[:32])
        return entered
    if isinstance(entered, NoRoomYet) or (entered.slowed and not slowed):
        return HoldOn(SLOWED_SECONDS, slowed=True) if isinstance(entered, Entered) else HoldOn()
    stored = passwords.find(call, account)
    reserved = lockout.reserve_attempt(call, account, Factor.PASSWORD, standing)
    if isinstance(reserved, lockout_rules.WaitForOthers):
        return HoldOn()
    enabled = standing is not None and standing.account.enabled
    return Attempt(account, name_hash, reserved, entered.source, stored if enabled else None)


def _conclude(
    call: Call, attempt: Attempt, verified: Verified, given: Sequence[DeviceToken]
) -> SignedIn | SignInGoesOn | Refused:
    """Count or give back the attempt, record it, and go on where the password was right and the account is open."""
    call.hold(attempt.account)
    call.hold_source(attempt.source)
    standing = accounts.load(call, attempt.account)
    compared = attempt.stored is not None and attempt.reservation.counted
    right = compared and verified.right and _unchanged(call, attempt)
    there = lockout.release_attempt(call, attempt.reservation)
    if there:
        _record(call, attempt, standing, (Result.RIGHT if right else Result.WRONG) if compared else None)
        lockout.conclude_attempt(call, attempt.reservation, standing, right=right)
    spraying.leave(call, attempt.source, attempt.account, right=right)
    if not right:
        standing = accounts.load(call, attempt.account)
    if standing is None:
        return pending.refused(call)
    lock = lockout_rules.standing_lock(standing.state.lock, call.now)
    if lock is not None and pending.may_see_lock(call, attempt.account):
        return pending.locked_page(call, lock)
    if not (right and there and standing.account.enabled) or lock is not None:
        return pending.refused(call)
    if verified.upgraded is not None and attempt.stored is not None:
        passwords.upgrade(call, attempt.stored, verified.upgraded)
    return _go_on(call, standing, given)


def _go_on(call: Call, standing: Standing, given: Sequence[DeviceToken]) -> SignedIn | SignInGoesOn | Refused:
    """Take the next step that the account's factor asks for."""
    happened = admission.after_password(call, standing, given)
    state = machine.after(machine.SignInState.PASSWORD, happened)
    match state:
        case machine.SignInState.PROVEN:
            return completion.enter(call, standing, happened)
        case machine.SignInState.CODE | machine.SignInState.DEVICE_CODE:
            return _ask(call, standing, machine.step_of(state))
        case _:
            return pending.set_up_not_available(call, cause=FactorState.BLOCKED.value)


def _ask(call: Call, standing: Standing, step: Next) -> SignInGoesOn:
    token, opened = pending.open_pending(call, standing, step)
    if step is Next.CODE:
        return SignInGoesOn(step, token, opened.expires_at, passkey=passkeys.count_of(call, standing.account.id) > 0)
    issued = devices.issue_code(call, standing, opened.token_hash)
    opened = pending.extend(call, opened, issued.expires_at)
    return SignInGoesOn(step, token, opened.expires_at, sent_to=issued.sent_to, resend_at=issued.resend_at)


def _unchanged(call: Call, attempt: Attempt) -> bool:
    """Return whether the password is still the one that was compared; an upgraded hash is."""
    stored = passwords.find(call, attempt.account)
    return stored is not None and attempt.stored is not None and stored.changed_at == attempt.stored.changed_at


def _record(call: Call, attempt: Attempt, standing: Standing | None, result: Result | None) -> None:
    if standing is None:
        pending.record_attempt(call, None, ACT, None, cause="unknown name", name_hash=attempt.name_hash.hex()[:32])
    elif result is not None:
        pending.record_attempt(call, standing, ACT, result)
    else:
        pending.record_attempt(call, standing, ACT, None, cause=_cause(call, attempt, standing))


def _cause(call: Call, attempt: Attempt, standing: Standing) -> str:
    if not standing.account.enabled:
        return "disabled"
    if lockout_rules.standing_lock(standing.state.lock, call.now) is not None:
        return "locked"
    return "no password" if attempt.stored is None else "no attempt left"


def _busy(call: Call, user_name: str) -> Refused:
    """Answer an attempt that waited in vain: uncounted, and recorded as refused (LOCK-2)."""
    standing = accounts.find(call, user_name)
    name_hash = call.sealer.keyed_hash(canonical(user_name), "unknown name")
    account = machine.pseudo_account(name_hash) if standing is None else standing.account.id
    call.hold(account)
    spraying.withdraw(call, account)
    details = {} if standing else {"name_hash": name_hash.hex()[:32]}
    pending.record_attempt(call, standing, ACT, None, cause="busy", **details)
    return BUSY
