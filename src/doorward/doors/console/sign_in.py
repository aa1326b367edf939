"""The pages of signing in: one per step, each asking the machine where the sign-in stands."""

from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from doorward.doors.console.onward import PATHS, RETURN, RETURN_SECONDS, go_on, own_path, turned_away
from doorward.doors.console.pages import OTHERWISE, again_after, at_field
from doorward.doors.console.password_words import password_asked
from doorward.doors.console.qr_code import shown_key
from doorward.doors.console.visit import Visit
from doorward.doors.web.cookies import SESSION, cookies_of, set_cookie
from doorward.doors.web.credentials import devices_of
from doorward.doors.web.six_digits import six_digits
from doorward.features.second_factor.model import KeyShown
from doorward.features.signin.actions.codes import (
    give_code,
    give_device_code,
    give_recovery_code,
    resend_device_code,
    show_pending,
)
from doorward.features.signin.actions.forgotten import ask_forgotten_password
from doorward.features.signin.actions.new_password import give_new_password
from doorward.features.signin.actions.password import sign_in
from doorward.features.signin.actions.set_up import confirm_set_up, show_set_up
from doorward.features.signin.model import (
    AskForgottenPassword,
    ConfirmSetUp,
    GiveCode,
    GiveDeviceCode,
    GiveNewPassword,
    GiveRecoveryCode,
    Next,
    PendingShown,
    PendingToken,
    ResendDeviceCode,
    ShowPending,
    ShowSetUp,
    SignedIn,
    SignIn,
    SignInGoesOn,
)
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Secret
from doorward.kernel.sentences import clock_sentence

_ON_FIELD = ("otp.", "devices.", "recovery_codes.", "passwords.")
"""Refusals that belong to the field that was filled in, and keep the page."""
_CODE = {OTHERWISE: "code"}
"""The one field of a page that takes a code."""


async def show_sign_in(visit: Visit) -> Response:
    """Show the first page; whoever was led here from elsewhere with a session's cookie is told that it has ended."""
    return_to = own_path(visit.query.get("return_to", ""))
    ended = bool(return_to) and SESSION in cookies_of(visit.request.scope)
    return visit.show("sign_in/password.html", return_to=return_to, ended=ended, passkeys=visit.passkeys_work)


async def take_password(visit: Visit) -> Response:
    """Take user name and password."""
    name, password = visit.form.get("user_name", ""), Secret(visit.form.get("password", ""))
    return_to = own_path(visit.form.get("return_to", ""))
    outcome = await visit.drive(sign_in(SignIn(name, password, devices_of(visit.request.scope))))
    if isinstance(outcome, Refused):
        return password_page(visit, outcome, return_to)
    response = go_on(visit, outcome, return_to)
    if return_to and isinstance(outcome, SignInGoesOn):
        response.headers.append("set-cookie", set_cookie(RETURN, quote(return_to, safe=""), RETURN_SECONDS))
    return response


async def show_forgotten_password(visit: Visit) -> Response:
    """Ask whose password is forgotten."""
    return visit.show("sign_in/forgotten_password.html")


async def go_to_forgotten_password(visit: Visit) -> Response:
    """Lead to the page of a forgotten password from the address that goes with the API's."""
    return visit.go("/forgotten-password")


async def take_forgotten_password(visit: Visit) -> Response:
    """Hear whose password is forgotten; the page that follows is the same for every name (PASS-5)."""
    await visit.drive(ask_forgotten_password(AskForgottenPassword(visit.form.get("user_name", ""))))
    return visit.show("sign_in/forgotten_password.html", heard=True)


async def show_code(visit: Visit) -> Response:
    """Ask for a code of the secret key."""
    found = await pending_at(visit, Next.CODE)
    return found if isinstance(found, Response) else code_page(visit, found)


async def take_code(visit: Visit) -> Response:
    """Take a code of the secret key."""
    found = await pending_at(visit, Next.CODE)
    if isinstance(found, Response):
        return found
    code, sign_in = six_digits(visit.form.get("code", "")), token(visit)
    given = None if code is None else GiveCode(sign_in, code, remembering(visit))
    outcome = Refused("otp.malformed") if given is None else await visit.drive(give_code(given))
    if isinstance(outcome, Refused) and _stays(outcome):
        return code_page(visit, found, outcome)
    return go_on(visit, outcome)


async def show_recovery_code(visit: Visit) -> Response:
    """Ask for a recovery code."""
    found = await pending_at(visit, Next.CODE)
    return found if isinstance(found, Response) else visit.show("sign_in/recovery_code.html")


async def take_recovery_code(visit: Visit) -> Response:
    """Take a recovery code; the session reaches one's own page only."""
    found = await pending_at(visit, Next.CODE)
    if isinstance(found, Response):
        return found
    outcome = await visit.drive(give_recovery_code(GiveRecoveryCode(token(visit), visit.form.get("code", ""))))
    if isinstance(outcome, Refused) and _stays(outcome):
        return visit.form_page("sign_in/recovery_code.html", outcome, at_field(outcome, _CODE))
    return go_on(visit, outcome)


async def show_device_code(visit: Visit) -> Response:
    """Ask for the e-mailed code."""
    found = await pending_at(visit, Next.DEVICE_CODE)
    return found if isinstance(found, Response) else _device_code_page(visit, found)


async def take_device_code(visit: Visit) -> Response:
    """Take the e-mailed code, or a temporary access code."""
    found = await pending_at(visit, Next.DEVICE_CODE)
    if isinstance(found, Response):
        return found
    code, set_up = visit.form.get("code", "").strip(), visit.form.get("set_up") == "1"
    outcome = await visit.drive(give_device_code(GiveDeviceCode(token(visit), code, set_up, remembering(visit))))
    if isinstance(outcome, Refused) and _stays(outcome):
        return _device_code_page(visit, found, outcome)
    return go_on(visit, outcome)


async def resend(visit: Visit) -> Response:
    """Send another code by e-mail."""
    found = await pending_at(visit, Next.DEVICE_CODE)
    if isinstance(found, Response):
        return found
    return go_on(visit, await visit.drive(resend_device_code(ResendDeviceCode(token(visit)))))


async def show_set_up_page(visit: Visit) -> Response:
    """Show the key of the set-up."""
    found = await pending_at(visit, Next.SET_UP)
    if isinstance(found, Response):
        return found
    return await set_up_page(visit, found.user_name, remember_days=found.remember_days)


async def take_set_up_code(visit: Visit) -> Response:
    """Take the first code of the new key (*Check and apply*)."""
    found = await pending_at(visit, Next.SET_UP)
    if isinstance(found, Response):
        return found
    outcome = await confirm(visit)
    if isinstance(outcome, Refused) and _stays(outcome):
        return await set_up_page(visit, found.user_name, outcome, remember_days=found.remember_days)
    return go_on(visit, outcome)


async def confirm(visit: Visit) -> SignedIn | SignInGoesOn | Refused:
    """Give the set-up's code to the machine."""
    code = six_digits(visit.form.get("code", ""))
    if code is None:
        return Refused("otp.malformed")
    command = ConfirmSetUp(token(visit), code, remembering(visit))
    outcome: SignedIn | SignInGoesOn | Refused = await visit.drive(confirm_set_up(command))
    return outcome


async def set_up_page(
    visit: Visit, user_name: str, refused: Refused | None = None, template: str = "sign_in/set_up.html", **more: Any
) -> Response:
    """Show the set-up page, the same key each time; a refused code is told at its field."""
    key = await visit.drive(show_set_up(ShowSetUp(token(visit))))
    if not isinstance(key, KeyShown):
        return go_on(visit, key)
    return visit.form_page(
        template,
        refused,
        at_field(refused, _CODE),
        user_name=user_name,
        shown_key=shown_key(key, user_name),
        **more,
    )


async def show_new_password(visit: Visit) -> Response:
    """Ask for the new password that is due."""
    found = await pending_at(visit, Next.NEW_PASSWORD)
    return found if isinstance(found, Response) else _new_password_page(visit, found)


async def take_new_password(visit: Visit) -> Response:
    """Take the new password."""
    found = await pending_at(visit, Next.NEW_PASSWORD)
    if isinstance(found, Response):
        return found
    password = Secret(visit.form.get("new_password", ""))
    outcome = await visit.drive(give_new_password(GiveNewPassword(token(visit), password)))
    if isinstance(outcome, Refused) and _stays(outcome):
        return _new_password_page(visit, found, outcome)
    return go_on(visit, outcome)


def password_page(visit: Visit, refused: Refused, return_to: str) -> Response:
    """Show the first page again, with what was refused."""
    if refused.code in {"signin.locked", "signin.set_up_not_available"}:
        return turned_away(visit, refused)
    contact = str(refused.facts.get("contact") or "")
    passkeys = visit.passkeys_work
    shown = visit.show(
        "sign_in/password.html", refusal=refused, return_to=return_to, contact=contact, passkeys=passkeys
    )
    return again_after(refused, shown)


def code_page(visit: Visit, found: PendingShown, refused: Refused | None = None) -> Response:
    """Show the page of the second factor, with the ways that the account has; what concerns a code stands at it."""
    return visit.form_page(
        "sign_in/code.html",
        refused,
        at_field(refused, _CODE | {"passkeys": ""}),
        user_name=found.user_name,
        has_key=found.has_key or not found.has_passkey,
        has_passkey=found.has_passkey,
        remember_days=found.remember_days,
        remember=remembering(visit),
        clock="" if refused is None else clock_sentence(refused),
    )


def _device_code_page(visit: Visit, found: PendingShown, refused: Refused | None = None) -> Response:
    return visit.form_page(
        "sign_in/device_code.html",
        refused,
        at_field(refused, _CODE),
        sent_to=found.sent_to,
        expires_at=found.code_expires_at,
        resend_at=found.resend_at,
        then=found.then,
        offers_set_up=found.offers_set_up,
        remember_days=found.remember_days,
        remember=remembering(visit),
    )


def _new_password_page(visit: Visit, found: PendingShown, refused: Refused | None = None) -> Response:
    return visit.form_page(
        "sign_in/new_password.html",
        refused,
        at_field(refused, {OTHERWISE: "new_password"}),
        user_name=found.user_name,
        why="expired" if found.password_expired else "must_change",
        **password_asked(visit.password_rules(found.user_name)),
    )


async def pending_at(visit: Visit, step: Next) -> PendingShown | Response:
    """Find the pending sign-in at the step that this page is for; lead to the right page otherwise."""
    if visit.pending is None:
        return visit.go("/sign-in")
    found = await visit.drive(show_pending(ShowPending(visit.pending, devices_of(visit.request.scope))))
    if isinstance(found, Refused):
        return turned_away(visit, found)
    shown: PendingShown = found
    return shown if shown.next is step else visit.go(PATHS[shown.next])


def token(visit: Visit) -> PendingToken:
    """Return the sign-in's token, which `pending_at` has found before."""
    if visit.pending is None:
        raise AssertionError("a step is asked of a sign-in that was found")
    return visit.pending


def remembering(visit: Visit) -> bool:
    """Return whether the box *Remember this device* was ticked."""
    return visit.form.get("remember_device") == "1"


def _stays(refused: Refused) -> bool:
    return refused.code.startswith(_ON_FIELD)
