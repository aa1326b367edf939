"""`/sign-in` and its steps (LOCK-2, LOCK-11, KEY, DEV-2).

A sign-in answers each step with the next one, until `done` brings the token of a session.
"""

from datetime import datetime
from typing import assert_never

from fastapi import Response
from pydantic import Field

from doorward.doors.api.answers import sparse_answer
from doorward.doors.api.asked import Anybody, Asked
from doorward.doors.api.given import Body, Name, Password, SignInName, SixDigits, Typed
from doorward.doors.api.routing import Routes
from doorward.doors.api.shapes import Shape
from doorward.doors.web.credentials import device_tokens
from doorward.features.second_factor.model import KeyShown
from doorward.features.signin.actions.codes import (
    give_code,
    give_device_code,
    give_recovery_code,
    resend_device_code,
)
from doorward.features.signin.actions.new_password import give_new_password
from doorward.features.signin.actions.password import sign_in
from doorward.features.signin.actions.set_up import confirm_set_up, show_set_up
from doorward.features.signin.model import (
    ConfirmSetUp,
    GiveCode,
    GiveDeviceCode,
    GiveNewPassword,
    GiveRecoveryCode,
    Next,
    ResendDeviceCode,
    ShowSetUp,
    SignedIn,
    SignIn,
    SignInGoesOn,
)
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Secret
from doorward.kernel.refusals.table import REFUSALS

routes = Routes("sign-in")

STEP = ("signin.expired", "signin.refused", "signin.locked", "signin.set_up_not_available")
_PASSWORDS = tuple(code for code in REFUSALS if code.startswith("passwords."))
_BY_CODE = (*STEP, "otp.malformed", "otp.wrong", "otp.used")


class Credentials(Body):
    """A user name and a password."""

    user_name: Name
    password: Password
    device_token: Typed | None = Field(None, description="of a remembered device: spares it the code by e-mail")


class StepBody(Body):
    """A step that gives nothing but which sign-in it belongs to."""

    sign_in: SignInName


class CompletingBody(StepBody):
    """A step that can complete a sign-in."""

    remember_device: bool = Field(False, description="spare this device the code by e-mail, as far as the rules allow")


class CodeBody(CompletingBody):
    """A code of the secret key."""

    code: SixDigits


class TypedCodeBody(StepBody):
    """A code of another kind, as the person typed it."""

    code: Typed


class DeviceCodeBody(CompletingBody):
    """The code that was sent by e-mail, or a temporary access code."""

    code: Typed

    set_up: bool = Field(False, description="set up a second factor where the method is `app opt-in` and none is asked")


class NewPasswordBody(CompletingBody):
    """A new password."""

    password: Password


class StepJson(Shape):
    """What a sign-in asks for next; fields without a value are left out."""

    next: Next
    sign_in: str | None = Field(None, description="names this sign-in in the steps that follow; shown once")
    expires_at: datetime | None = Field(None, description="until when the step can be done, or the session lasts")
    sent_to: str | None = Field(None, description="of `device_code`: where the code went, in part; absent: nowhere")
    resend_at: datetime | None = Field(None, description="of `device_code`: from when a resend works")
    passkey: bool | None = Field(None, description="of `code`: the account has passkeys, and one does as well")
    token: str | None = Field(None, description="of `done`: the bearer token of the session; shown once")
    recovery_codes: list[str] | None = Field(None, description="made by a set-up; shown once")
    device_token: str | None = Field(None, description="of `done`: what a remembered device sends; shown once")
    device_expires_at: datetime | None = Field(None, description="until when the device is remembered")
    own_page_only: bool | None = Field(None, description="opened with a recovery code: save a new key at `/me`")


class KeyJson(Shape):
    """The key of a set-up, the same until it is confirmed."""

    secret_key: str = Field(description="base32")
    otpauth_uri: str = Field(description="what a QR code holds")
    issuer: str


@routes.on("POST /sign-in", sign_in, StepJson, ("signin.refused", "signin.locked", "signin.set_up_not_available",
                                                "signin.throttled", "signin.busy"))  # fmt: skip
async def start_sign_in(body: Credentials, asked: Anybody) -> Response:
    r"""Sign in with a user name and a password.

    Unknown name, wrong password, locked, disabled and passwordless account all get the same `signin.refused`.

    curl -s https://login.example.org/api/v1/sign-in -H 'content-type: application/json' \
      -d '{"user_name": "bram", "password": "…"}'
    """
    given = () if body.device_token is None else device_tokens(body.device_token)
    return told_step(asked, await asked.drive(sign_in(SignIn(body.user_name, Secret(body.password), given))))


@routes.on("POST /sign-in/code", give_code, StepJson, _BY_CODE)
async def sign_in_with_code(body: CodeBody, asked: Anybody) -> Response:
    """Give a code of the secret key.

    A code is accepted one step early or late, and once; `otp.used` is not counted as a failure, `otp.wrong` is.
    """
    return told_step(asked, await asked.drive(give_code(GiveCode(body.sign_in, body.code, body.remember_device))))


@routes.on("POST /sign-in/device-code", give_device_code, StepJson, (*STEP, "devices.wrong_code"))
async def sign_in_with_device_code(body: DeviceCodeBody, asked: Anybody) -> Response:
    r"""Give the code that was sent by e-mail, or a temporary access code in its place.

    It leads to the set-up of a secret key, or to the code of the one that is there; to `done` only where
    `device_method` lets an account in that never had a second factor.

    curl -s https://login.example.org/api/v1/sign-in/device-code -H 'content-type: application/json' \
      -d '{"sign_in": "…", "code": "123456"}'
    """
    command = GiveDeviceCode(body.sign_in, body.code.strip(), body.set_up, body.remember_device)
    return told_step(asked, await asked.drive(give_device_code(command)))


@routes.on("POST /sign-in/device-code/resend", resend_device_code, StepJson, STEP)
async def send_device_code_again(body: StepBody, asked: Anybody) -> Response:
    """Have the code sent by e-mail once more, which voids the one before.

    Three mails in 15 minutes are sent for an account; beyond that nothing goes out, and `resend_at` says from when.
    """
    return told_step(asked, await asked.drive(resend_device_code(ResendDeviceCode(body.sign_in))))


@routes.on("POST /sign-in/set-up", show_set_up, KeyJson, STEP)
async def show_key_of_set_up(body: StepBody, asked: Anybody) -> Response:
    """Get the secret key to set up: the same one until it is confirmed."""
    outcome: KeyShown | Refused = await asked.drive(show_set_up(ShowSetUp(body.sign_in)))
    match outcome:
        case KeyShown():
            key = outcome.secret_key.reveal()
            return sparse_answer(
                KeyJson(secret_key=key, otpauth_uri=outcome.otpauth_uri.reveal(), issuer=outcome.issuer)
            )
        case Refused():
            return asked.refuse(outcome)
        case other:
            assert_never(other)


@routes.on("POST /sign-in/set-up/confirm", confirm_set_up, StepJson, _BY_CODE)
async def confirm_key_of_set_up(body: CodeBody, asked: Anybody) -> Response:
    """Prove the key by a code made from it; only then is it the account's.

    The answer brings ten recovery codes, shown this once. A wrong code keeps the same key.
    """
    return told_step(
        asked, await asked.drive(confirm_set_up(ConfirmSetUp(body.sign_in, body.code, body.remember_device)))
    )


@routes.on("POST /sign-in/recovery-code", give_recovery_code, StepJson, (*STEP, "recovery_codes.wrong"))
async def sign_in_with_recovery_code(body: TypedCodeBody, asked: Anybody) -> Response:
    """Give a recovery code in place of a lost factor.

    The session that follows reaches `/me` only: regenerate the secret key there, then sign in with it.
    """
    return told_step(asked, await asked.drive(give_recovery_code(GiveRecoveryCode(body.sign_in, body.code))))


@routes.on(
    "POST /sign-in/new-password", give_new_password, StepJson,
    (*STEP, "signin.busy", *_PASSWORDS),
)  # fmt: skip
async def sign_in_with_new_password(body: NewPasswordBody, asked: Anybody) -> Response:
    """Give the new password that an expired one, or an operator, asks for (PASS-3).

    The old one stays valid until then. A refusal `passwords.<rule>` names the rule that failed.
    """
    command = GiveNewPassword(body.sign_in, Secret(body.password), body.remember_device)
    return told_step(asked, await asked.drive(give_new_password(command)))


def told_step(asked: Asked, outcome: SignedIn | SignInGoesOn | Refused) -> Response:
    """Render what a step of sign-in leads to."""
    match outcome:
        case SignInGoesOn():
            return sparse_answer(_next_step(outcome))
        case SignedIn():
            return sparse_answer(_done(outcome))
        case Refused():
            return asked.refuse(outcome)
        case other:
            assert_never(other)


def _next_step(outcome: SignInGoesOn) -> StepJson:
    return StepJson(
        next=outcome.next,
        sign_in=None if outcome.sign_in is None else outcome.sign_in.reveal(),
        expires_at=outcome.expires_at,
        sent_to=outcome.sent_to,
        resend_at=outcome.resend_at,
        recovery_codes=list(outcome.recovery_codes) or None,
        passkey=outcome.passkey or None,
    )


def _done(outcome: SignedIn) -> StepJson:
    return StepJson(
        next=Next.DONE,
        token=outcome.token.reveal(),
        expires_at=outcome.expires_at,
        recovery_codes=list(outcome.recovery_codes) or None,
        device_token=None if outcome.device is None else outcome.device.reveal(),
        device_expires_at=outcome.device_expires_at,
        own_page_only=outcome.own_page_only or None,
    )
