"""Facts, commands and outcomes of sign-in."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from doorward.features.devices.model import DeviceToken
from doorward.features.passkeys.model.facts import GivenAssertion, RequestOptions
from doorward.features.second_factor.model import Proof
from doorward.features.sessions.model import OpenedWith
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Done
from doorward.kernel.ports import Secret


class Next(StrEnum):
    """What a sign-in asks for next, as the API spells it."""

    CODE = "code"
    DEVICE_CODE = "device_code"
    SET_UP = "set_up"
    NEW_PASSWORD = "new_password"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class PendingToken:
    """Which pending sign-in a step belongs to."""

    account: AccountId
    token_hash: bytes


@dataclass(frozen=True, slots=True)
class Pending:
    """A sign-in under way, as it is stored."""

    account: AccountId
    token_hash: bytes
    epoch: int
    step: Next
    opened_at: datetime
    expires_at: datetime
    opened_with: OpenedWith | None = None
    """How it was proven, where only a new password is left to give."""
    through_link: bool = False
    """A one-time link of the first administrator or of a rescue stands in for the e-mailed code."""
    remember_device: bool = False
    """Whoever signs in wishes the device to be remembered when all is proven."""
    sealed_secret: bytes | None = field(default=None, repr=False)
    sealed_wrong_code: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SignIn:
    """Give a user name and a password."""

    user_name: str
    password: Secret
    devices: tuple[DeviceToken, ...] = ()
    """What the device says it is remembered by."""


@dataclass(frozen=True, slots=True)
class GiveCode:
    """Give a code of the secret key."""

    sign_in: PendingToken
    code: str = field(repr=False)
    """Six ASCII digits, parsed at the door."""
    remember_device: bool = False
    """Spare this device the e-mailed code from now on, as far as the rules allow it (DEV-3)."""


@dataclass(frozen=True, slots=True)
class GiveDeviceCode:
    """Give the mailed code, or a temporary access code in its place."""

    sign_in: PendingToken
    code: str = field(repr=False)
    """As typed, trimmed."""
    set_up: bool = False
    """Set up a second factor where none is asked for, if that is offered (DEV-2)."""
    remember_device: bool = False


@dataclass(frozen=True, slots=True)
class ResendDeviceCode:
    """Ask for the code by e-mail once more; voids the one before."""

    sign_in: PendingToken


@dataclass(frozen=True, slots=True)
class GiveRecoveryCode:
    """Give a recovery code in place of the lost factor."""

    sign_in: PendingToken
    code: str = field(repr=False)
    """As typed."""


@dataclass(frozen=True, slots=True)
class ShowSetUp:
    """Ask for the key of the set-up page; the same until confirmed (KEY-1)."""

    sign_in: PendingToken


@dataclass(frozen=True, slots=True)
class ConfirmSetUp:
    """Prove the shown key by a code made from it (*Check and apply*)."""

    sign_in: PendingToken
    code: str = field(repr=False)
    remember_device: bool = False


@dataclass(frozen=True, slots=True)
class GiveNewPassword:
    """Give the new password that an expired or operator-marked one asks for (PASS-3)."""

    sign_in: PendingToken
    password: Secret
    remember_device: bool = False


@dataclass(frozen=True, slots=True)
class ShowPending:
    """Ask where a pending sign-in stands (a reloaded page)."""

    sign_in: PendingToken
    devices: tuple[DeviceToken, ...] = ()


@dataclass(frozen=True, slots=True)
class AskPasskey:
    """Ask what a passkey is to sign: beside the right password of a pending sign-in, or in place of it (None)."""

    sign_in: PendingToken | None = None


@dataclass(frozen=True, slots=True)
class PasskeyWanted(Done):
    """What a browser is to sign; `sign_in` is set where it begins a sign-in, and shown this once."""

    options: RequestOptions
    sign_in: Secret | None = None


@dataclass(frozen=True, slots=True)
class GivePasskey:
    """Give an assertion of a passkey."""

    sign_in: PendingToken
    assertion: GivenAssertion
    remember_device: bool = False


@dataclass(frozen=True, slots=True)
class SignInGoesOn(Done):
    """Something more is asked. `sign_in` is set when the token is new, once; `passkey` where one does for `code`."""

    next: Next
    sign_in: Secret | None = None
    expires_at: datetime | None = None
    recovery_codes: tuple[str, ...] = field(default=(), repr=False)
    """Made by the set-up and shown this once, also where a new password is asked next."""
    sent_to: str | None = None
    """For `device_code`: the address in part (`b•••@example.org`), None when nothing could be sent."""
    resend_at: datetime | None = None
    """For `device_code`: from when a resend works."""
    passkey: bool = False


@dataclass(frozen=True, slots=True)
class SignedIn(Done):
    """The sign-in is complete; `own_page_only` where a recovery code opened it."""

    token: Secret
    expires_at: datetime
    account: AccountId
    recovery_codes: tuple[str, ...] = field(default=(), repr=False)
    own_page_only: bool = False
    browser: Secret | None = None
    """The browser cookie's new value, where the door is a browser that had none."""
    device: Secret | None = None
    """What the device is remembered by from now on; shown this once."""
    device_expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PendingShown(Done):
    """Where a pending sign-in stands."""

    next: Next
    user_name: str
    has_key: bool = False
    has_passkey: bool = False
    """What `code` can be answered with: a code of the secret key, a passkey, or either."""
    sent_to: str | None = None
    code_expires_at: datetime | None = None
    resend_at: datetime | None = None
    then: Next | None = None
    """For `device_code`: what a right code from the mail leads to; None where it leads to nothing any more."""
    offers_set_up: bool = False
    """Whoever needs no second factor may choose to set one up (DEV-2)."""
    remember_days: int = 0
    """For how many days the device may be remembered; 0 where that is not offered (DEV-3)."""
    password_expired: bool = False
    """A new password is due because of its age, not because an operator asked for it."""


@dataclass(frozen=True, slots=True)
class OpenLink:
    """Look at a one-time link without using it up."""

    kind: str
    token: PendingToken


@dataclass(frozen=True, slots=True)
class LinkOpened(Done):
    """The link is good until then."""

    kind: str
    user_name: str
    """Empty for the first administrator's."""
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class UseSetPasswordLink:
    """Set a password by a link."""

    token: PendingToken
    password: Secret


@dataclass(frozen=True, slots=True)
class PasswordSet(Done):
    """The password is set; no session follows from a link."""

    user_name: str


@dataclass(frozen=True, slots=True)
class UseRescueLink:
    """Set a new password by a rescue link; a pending sign-in at its set-up follows (no e-mailed code)."""

    token: PendingToken
    password: Secret


@dataclass(frozen=True, slots=True)
class AskForgottenPassword:
    """Say that the password of this name is forgotten."""

    user_name: str


@dataclass(frozen=True, slots=True)
class PasswordAsked(Done):
    """Heard: the one answer for every name (PASS-5)."""


@dataclass(frozen=True, slots=True)
class UseForgottenLink:
    """Set a password by the link that was mailed to whoever forgot theirs."""

    token: PendingToken
    password: Secret


@dataclass(frozen=True, slots=True)
class ChangeOwnPassword:
    """Change one's own password, inside one's own session."""

    session: Bearer
    password: Secret
    """The present one."""
    new_password: Secret
    proof: Proof | None = None
    """What a protected account asks for besides (PROT-1); its password is the present one once more."""


@dataclass(frozen=True, slots=True)
class SayNotMe:
    """Say by a mailed link that what was done to the account was not its owner's doing (DESK-3)."""

    token: PendingToken


@dataclass(frozen=True, slots=True)
class Disowned(Done):
    """The account's sessions are over, and it is locked unless it is the last able administrator's (RIGHT-5)."""

    user_name: str
    locked: bool
