"""The sign-in machine, as a table: what is not in it is refused.

Laws: no session exists before the second factor has been accepted or set up (KEY's table); after a reset the set-up
page is never reached on the password alone (KEY-10); a new password is asked after the factor and before the session
(PASS-3); a one-time link leads to a password or a set-up, never to a session.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from doorward.features.accounts.model import Account, Lock, LockReason
from doorward.features.lockout.model import Factor
from doorward.features.second_factor.model import Cause, FactorState
from doorward.features.sessions.model import OpenedWith
from doorward.features.signin.model import Next, Pending
from doorward.kernel.ids import NO_ACCOUNT, AccountId

_ID_BYTES = 16
LIFE = timedelta(minutes=15)
"""How long a pending sign-in lives, and lives again once its e-mailed code has been typed."""


class SignInState(StrEnum):
    """Where a sign-in stands."""

    PASSWORD = "password"
    """Where it begins; what follows a right password is for the account's factor to say."""
    CODE = "code"
    DEVICE_CODE = "device code"
    AUTHORIZED = "authorized"
    """The e-mailed code was right, which is no factor; what comes next is for the account's factor to say."""
    SET_UP = "set-up"
    PROVEN = "proven"
    """Everything is proven; a new password may be due."""
    NEW_PASSWORD = "new password"
    LINK = "rescue or welcome link"
    SIGNED_IN = "signed in"
    REFUSED = "refused"


class Input(StrEnum):
    """What happens to a sign-in."""

    HAS_FACTOR = "has a second factor"
    FACTOR_ELSEWHERE = "has a second factor, and the device must be authorized"
    MAY_SET_UP = "is on the allowlist"
    BLOCKED = "has neither"
    EXCLUDED = "is excluded"
    SPARED_FACTOR = "goes in without a second factor"
    SPARED_BOTH = "goes in without a second factor, on a remembered device"
    CODE_RIGHT = "right code"
    RECOVERY_CODE_RIGHT = "right recovery code"
    PASSKEY_RIGHT = "passkey or security key"
    PASSKEY_ALONE = "passkey that verified its person"
    DEVICE_CODE_RIGHT = "right e-mailed or temporary code"
    SET_UP_CONFIRMED = "code of the new key"
    PASSWORD_DUE = "password expired or marked"
    NOTHING_DUE = "nothing is due"
    PASSWORD_SET = "good new password"


TRANSITIONS: dict[tuple[SignInState, Input], SignInState] = {
    (SignInState.PASSWORD, Input.PASSKEY_ALONE): SignInState.PROVEN,
    (SignInState.PASSWORD, Input.HAS_FACTOR): SignInState.CODE,
    (SignInState.PASSWORD, Input.FACTOR_ELSEWHERE): SignInState.DEVICE_CODE,
    (SignInState.PASSWORD, Input.MAY_SET_UP): SignInState.DEVICE_CODE,
    (SignInState.PASSWORD, Input.SPARED_FACTOR): SignInState.DEVICE_CODE,
    (SignInState.PASSWORD, Input.SPARED_BOTH): SignInState.PROVEN,
    (SignInState.PASSWORD, Input.EXCLUDED): SignInState.PROVEN,
    (SignInState.PASSWORD, Input.BLOCKED): SignInState.REFUSED,
    (SignInState.CODE, Input.CODE_RIGHT): SignInState.PROVEN,
    (SignInState.CODE, Input.RECOVERY_CODE_RIGHT): SignInState.PROVEN,
    (SignInState.CODE, Input.PASSKEY_RIGHT): SignInState.PROVEN,
    (SignInState.DEVICE_CODE, Input.DEVICE_CODE_RIGHT): SignInState.AUTHORIZED,
    (SignInState.AUTHORIZED, Input.HAS_FACTOR): SignInState.CODE,
    (SignInState.AUTHORIZED, Input.MAY_SET_UP): SignInState.SET_UP,
    (SignInState.AUTHORIZED, Input.SPARED_FACTOR): SignInState.PROVEN,
    (SignInState.AUTHORIZED, Input.BLOCKED): SignInState.REFUSED,
    (SignInState.SET_UP, Input.SET_UP_CONFIRMED): SignInState.PROVEN,
    (SignInState.PROVEN, Input.PASSWORD_DUE): SignInState.NEW_PASSWORD,
    (SignInState.PROVEN, Input.NOTHING_DUE): SignInState.SIGNED_IN,
    (SignInState.NEW_PASSWORD, Input.PASSWORD_SET): SignInState.SIGNED_IN,
    (SignInState.LINK, Input.PASSWORD_SET): SignInState.SET_UP,
}

OPENED_BY = {
    Input.EXCLUDED: OpenedWith.PASSWORD,
    Input.SPARED_BOTH: OpenedWith.REMEMBERED_DEVICE,
    Input.PASSKEY_ALONE: OpenedWith.PASSKEY,
}
"""How a session was opened where one thing alone was asked for."""

REMEMBERED_AFTER = {*OpenedWith} - {OpenedWith.RECOVERY_CODE, OpenedWith.PASSWORD, OpenedWith.REMEMBERED_DEVICE}
"""After which proofs a device may be remembered: a recovery code leads to a new key, which would forget it (DEV-3)."""

STEPS = {
    Next.CODE: SignInState.CODE,
    Next.DEVICE_CODE: SignInState.DEVICE_CODE,
    Next.SET_UP: SignInState.SET_UP,
    Next.NEW_PASSWORD: SignInState.NEW_PASSWORD,
}
"""The states in which a pending sign-in is kept, as the API spells them."""
_SPELLED = {state: step for step, state in STEPS.items()}

NOBODY = NO_ACCOUNT
"""Whom a sign-in by passkey alone belongs to, until the passkey says: nobody."""


def account_of(user_handle: bytes | None) -> AccountId | None:
    """Read which account a passkey names; None where it names none."""
    return AccountId(UUID(bytes=user_handle)) if user_handle is not None and len(user_handle) == _ID_BYTES else None


def pseudo_account(name_hash: bytes) -> AccountId:
    """Make the id under which a name that nobody has is counted: UUID version 8 (RFC 9562 section 5.8)."""
    raw = bytearray(name_hash[:16])
    raw[6] = 0x80 | (raw[6] & 0x0F)
    raw[8] = 0x80 | (raw[8] & 0x3F)
    return AccountId(UUID(bytes=bytes(raw)))


def after(state: SignInState, happened: Input) -> SignInState:
    """Return the state that follows; what is not in the table is refused."""
    return TRANSITIONS.get((state, happened), SignInState.REFUSED)


def step_of(state: SignInState) -> Next:
    """Spell a state that is kept as the API does; a state that is not kept is a bug, and raises."""
    return _SPELLED[state]


def alive(pending: Pending, epoch: int, now: datetime) -> bool:
    """Return whether a pending sign-in can go on: in time, and not ended by the epoch."""
    return pending.epoch == epoch and now < pending.expires_at


def cleared(opened_with: OpenedWith) -> frozenset[Factor]:
    """Return whose counters a complete sign-in sets to 0: those of what was used in it (LOCK-4)."""
    match opened_with:
        case OpenedWith.PASSKEY:  # alone: neither password nor code
            return frozenset()
        case OpenedWith.PASSWORD | OpenedWith.REMEMBERED_DEVICE:
            return frozenset({Factor.PASSWORD})
        case _:
            return frozenset(Factor)


def takes(pending: Pending, happened: Input) -> bool:
    """Return whether a pending sign-in is at a step that this input belongs to."""
    return after(STEPS[pending.step], happened) is not SignInState.REFUSED


def leads_to(state: SignInState) -> Next | None:
    """Spell what a right e-mailed code leads to; None where it leads to nothing."""
    if state is SignInState.REFUSED:
        return None
    return Next.DONE if state is SignInState.PROVEN else step_of(state)


class Reply(StrEnum):
    """What is mailed to whoever asks because of a forgotten password."""

    LINK = "a link"
    NO_LINK = "whom to ask"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class ForgottenPassword:
    """What the answer to a forgotten password depends on."""

    account: Account
    address: str | None
    """The address that links may be sent to (DESK-4)."""
    lock: Lock | None
    """The lock that stands now."""
    factor: FactorState
    allowed: Cause | None
    """Why the account may set up a factor just now; None where it may not."""
    spared_factor: bool = False
    """An e-mailed code is all that is asked beside the password (DEV-2)."""


def reply(asked: ForgottenPassword) -> Reply:
    """Decide what is mailed about a forgotten password: the mailbox alone must not give the account (PASS-5).

    Where a factor was taken away, link and e-mailed code together would be all that a stranger needs: so for an open
    allowlist entry other than a new account's, and for a blocked account, which may be allowed at any moment. So, too,
    for an account that is asked for no factor.
    """
    if asked.address is None:
        return Reply.NOTHING
    barred = asked.lock is not None and asked.lock.reason.by_hand
    if not asked.account.enabled or barred:
        return Reply.NO_LINK
    if asked.spared_factor or asked.factor is FactorState.BLOCKED or asked.allowed not in {None, Cause.NEW_ACCOUNT}:
        return Reply.NO_LINK
    return Reply.LINK


def lifts(lock: Lock | None, *, allowed: bool) -> bool:
    """Return whether a forgotten password's new one lifts this lock: one of wrong passwords, where the rules say so."""
    return allowed and lock is not None and (lock.reason, lock.factor) == (LockReason.FAILURES, Factor.PASSWORD.value)
