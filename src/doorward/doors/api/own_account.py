"""`/me`: one's own account, and a new secret key in place of the present one (KEY-1, KEY-2)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Body as InBody
from fastapi import Response
from pydantic import Field

from doorward.doors.api.answers import answer
from doorward.doors.api.asked import Holder
from doorward.doors.api.given import Cursor, Limit, OwnChange, Password, SixDigits, Typed, proof_of
from doorward.doors.api.routing import Routes
from doorward.doors.api.sessions import SessionRowJson, session_row_json
from doorward.doors.api.shapes import AccountJson, OutcomeJson, Page, Shape, account_json
from doorward.features.directory.actions import view_me, view_own_history
from doorward.features.directory.model import MeShown, OwnHistoryShown, ViewMe, ViewOwnHistory
from doorward.features.otp.model import KeyFacts
from doorward.features.second_factor.actions.own_codes import make_recovery_codes
from doorward.features.second_factor.actions.own_key import begin_new_key, check_new_key, discard_new_key, save_new_key
from doorward.features.second_factor.model import (
    CheckNewKey,
    DiscardNewKey,
    KeyDiscarded,
    KeyHeld,
    KeySaved,
    KeyShown,
    MakeRecoveryCodes,
    NewKey,
    NothingToDiscard,
    RecoveryCodesMade,
    SaveNewKey,
)
from doorward.features.signin.actions.own_password import change_own_password
from doorward.features.signin.model import ChangeOwnPassword, PasswordSet
from doorward.kernel.act import Bearer
from doorward.kernel.events import Entry
from doorward.kernel.outcome import Refused
from doorward.kernel.paging import DEFAULT_PAGE
from doorward.kernel.ports import Secret
from doorward.kernel.refusals.table import REFUSALS

routes = Routes("own account")

_PASSWORDS = tuple(code for code in REFUSALS if code.startswith("passwords."))


class KeyFactsJson(Shape):
    """What is known of a secret key; the key itself is never shown again."""

    confirmed_at: datetime
    last_used_at: datetime | None
    clock_error_minutes: int | None = Field(description="of the device's clock; negative: slow")
    hardware_token: str | None = Field(description="the serial number of the token whose key it is; null: an app's")


class MeJson(AccountJson):
    """One's own account, the state of its second factor and its sessions."""

    key: KeyFactsJson | None
    recovery_codes_left: int
    own_page_only: bool = Field(description="this session was opened with a recovery code")
    new_key_under_way: bool = Field(description="a new key was begun and is not saved yet")
    new_key_proven: bool = Field(description="a code of the new key was accepted: it can be saved")
    sessions: list[SessionRowJson]


class OwnEntryJson(Shape):
    """An entry about oneself."""

    id: UUID
    at: datetime
    act: str
    said: str = Field(description="what happened, by whom and why, in plain words")
    outcome: str = Field(description="`done`, `unchanged` or `refused`; of a sign-in attempt `checked` or `refused`")
    result: str | None = Field(description="of a checked attempt: `right`, `wrong`, `used` or `unknown`")
    by: str = Field(description="empty for an attempt of whoever did not say who they are; `system` for the server")
    reason: str | None
    address: str = Field(description="empty for the acts of others")
    user_agent: str = Field(description="empty for the acts of others")
    door: str


class Beginning(OwnChange):
    """The fresh proof, where the session has given none in the last five minutes."""

    code: Typed | None = Field(None, description="a code of the present secret key")


class NewPassword(OwnChange):
    """The present password, and the one that is to take its place."""

    password: Password
    new_password: Password


class Checking(OwnChange):
    """A code made from the new key."""

    code: SixDigits


class NewKeyJson(Shape):
    """A new secret key; the present one stays valid until the new one is proven and saved."""

    secret_key: str = Field(description="base32")
    otpauth_uri: str = Field(description="what a QR code holds")
    issuer: str
    expires_at: datetime | None = Field(description="when it dies unless it is saved")


class RecoveryCodesJson(Shape):
    """New recovery codes, in place of the set before."""

    outcome: str
    recovery_codes: list[str] = Field(description="shown this once")


class HeldJson(Shape):
    """The new key is proven, and waits to be saved."""

    outcome: str
    expires_at: datetime


class SavedJson(Shape):
    """The new key is in force."""

    outcome: str
    signed_out: bool = Field(description="the session ended with it: sign in with the new key")
    recovery_codes: list[str] = Field(description="in place of the set before; shown this once")


OptionalBeginning = Annotated[Beginning | None, InBody(description="may be left out")]
OptionalChange = Annotated[OwnChange | None, InBody(description="may be left out")]


@routes.on("GET /me", view_me, MeJson)
def read_me(asked: Holder) -> Response:
    """Read one's own account."""
    return asked.told(asked.run(view_me, ViewMe()), _me)


@routes.on("GET /me/history", view_own_history, Page[OwnEntryJson], ("list.cursor",))
def read_own_history(asked: Holder, limit: Limit = DEFAULT_PAGE, cursor: Cursor = None) -> Response:
    """Read everything that was done to one's sign-in, newest first."""
    return asked.told(asked.run(view_own_history, ViewOwnHistory(limit, cursor)), _history)


@routes.on(
    "POST /me/secret-key", begin_new_key, NewKeyJson,
    ("session.fresh_code_required", "otp.malformed", "otp.wrong", "otp.used"),
)  # fmt: skip
def begin_key(asked: Holder, body: OptionalBeginning = None) -> Response:
    """Begin a new secret key; an unsaved one dies in ten minutes.

    Asks for a fresh code of the present key unless this session gave one in the last five minutes. A protected account
    always asks for `account_protection`: its password and a code, in a session of a recovery code another of them.
    """
    code = None if body is None or body.code is None else Secret(body.code)
    return asked.told(asked.change(begin_new_key, NewKey(code), body), _new_key)


@routes.on(
    "POST /me/secret-key/check", check_new_key, HeldJson,
    ("otp.malformed", "otp.wrong", "otp.used", "second_factor.no_new_key"),
)  # fmt: skip
def check_key(body: Checking, asked: Holder) -> Response:
    """Prove the new key by a code made from it (*Check and apply*); a wrong code changes nothing."""
    return asked.told(asked.run(check_new_key, CheckNewKey(body.code)), _held)


@routes.on("PUT /me/secret-key", save_new_key, SavedJson, ("second_factor.not_confirmed", "second_factor.no_new_key"))
def save_key(asked: Holder, body: OptionalChange = None) -> Response:
    """Put the proven key in the old one's place (*Save*).

    Ends every other session of the account, and this one too if a recovery code opened it.
    """
    del body
    return asked.told(asked.run(save_new_key, SaveNewKey()), _saved)


@routes.on("DELETE /me/secret-key", discard_new_key, OutcomeJson)
def discard_key(asked: Holder, body: OptionalChange = None) -> Response:
    """Discard a new key that was not saved; the present one stays."""
    del body
    outcome = asked.run(discard_new_key, DiscardNewKey())
    return asked.refuse(outcome) if isinstance(outcome, Refused) else answer(_discarded(outcome))


@routes.on(
    "POST /me/password", change_own_password, OutcomeJson,
    ("session.required", "session.wrong_password", "session.second_factor_required", "signin.busy", "otp.malformed",
     "protection.required", "protection.wrong", *_PASSWORDS),
)  # fmt: skip
async def change_password(body: NewPassword, asked: Holder) -> Response:
    """Change one's own password; every session but this one ends.

    The present one is checked as an attempt: wrong ones count, and at the limit the account locks and this session
    ends. A refusal `passwords.<rule>` names the rule that the new one failed. A protected account asks for
    `account_protection` too, with the present password once more or with a passkey.
    """
    if not isinstance(asked.caller, Bearer):
        return asked.refuse(Refused("session.required"))
    proof = proof_of(body, asked.requested)
    command = ChangeOwnPassword(asked.caller, Secret(body.password), Secret(body.new_password), proof)
    return asked.told(await asked.drive(change_own_password(command)), _changed)


def _changed(outcome: PasswordSet) -> OutcomeJson:
    return OutcomeJson(outcome=outcome.status)


@routes.on(
    "POST /me/recovery-codes", make_recovery_codes, RecoveryCodesJson,
    ("session.fresh_code_required", "session.second_factor_required", "otp.malformed", "otp.wrong", "otp.used",
     "second_factor.blocked"),
)  # fmt: skip
def make_codes(asked: Holder, body: OptionalBeginning = None) -> Response:
    """Make ten new recovery codes; those of before no longer work.

    Asks for a fresh code of the present key unless this session gave one in the last five minutes.
    """
    code = None if body is None or body.code is None else Secret(body.code)
    return asked.told(asked.change(make_recovery_codes, MakeRecoveryCodes(code), body), _codes)


def _codes(outcome: RecoveryCodesMade) -> RecoveryCodesJson:
    return RecoveryCodesJson(outcome=outcome.status, recovery_codes=list(outcome.recovery_codes))


def _history(shown: OwnHistoryShown) -> Page[OwnEntryJson]:
    return Page(items=[_own_entry(one.entry, one.said) for one in shown.entries], next=shown.next_id)


def _own_entry(entry: Entry, said: str) -> OwnEntryJson:
    return OwnEntryJson(
        id=entry.id,
        at=entry.at,
        act=entry.act,
        said=said,
        outcome=entry.outcome,
        result=entry.result,
        by=entry.actor_name,
        reason=entry.reason,
        address=entry.address,
        user_agent=entry.user_agent,
        door=entry.door,
    )


def _me(shown: MeShown) -> MeJson:
    return MeJson(
        **account_json(shown.account).model_dump(),
        key=None if shown.key is None else _facts(shown.key),
        recovery_codes_left=shown.recovery_codes_left,
        own_page_only=shown.own_page_only,
        new_key_under_way=shown.new_key_under_way,
        new_key_proven=shown.new_key_proven,
        sessions=[session_row_json(row) for row in shown.sessions],
    )


def _facts(key: KeyFacts) -> KeyFactsJson:
    return KeyFactsJson(
        confirmed_at=key.confirmed_at,
        last_used_at=key.last_used_at,
        clock_error_minutes=key.clock_error_minutes,
        hardware_token=None if key.token is None else key.token.serial,
    )


def _new_key(outcome: KeyShown) -> NewKeyJson:
    return NewKeyJson(
        secret_key=outcome.secret_key.reveal(),
        otpauth_uri=outcome.otpauth_uri.reveal(),
        issuer=outcome.issuer,
        expires_at=outcome.expires_at,
    )


def _held(outcome: KeyHeld) -> HeldJson:
    return HeldJson(outcome=outcome.status, expires_at=outcome.expires_at)


def _saved(outcome: KeySaved) -> SavedJson:
    return SavedJson(outcome=outcome.status, signed_out=outcome.signed_out, recovery_codes=list(outcome.recovery_codes))


def _discarded(outcome: KeyDiscarded | NothingToDiscard) -> OutcomeJson:
    return OutcomeJson(outcome=outcome.status)
