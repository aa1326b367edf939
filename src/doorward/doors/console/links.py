"""The pages behind one-time links: opening one changes nothing, its form uses it up."""

from collections.abc import Callable
from typing import Any

from starlette.responses import Response

from doorward.doors.console import onward, sign_in
from doorward.doors.console.account import FIELDS
from doorward.doors.console.pages import OTHERWISE, at_field
from doorward.doors.console.password_words import password_asked
from doorward.doors.console.visit import Visit
from doorward.doors.web.cookies import SIGN_IN, set_cookie
from doorward.edges.call import Steps
from doorward.features.administration.actions.first import open_welcome_link, use_welcome_link
from doorward.features.administration.model import UseWelcomeLink
from doorward.features.signin.actions.codes import show_pending
from doorward.features.signin.actions.new_password import (
    open_link,
    use_forgotten_link,
    use_rescue_link,
    use_set_password_link,
)
from doorward.features.signin.actions.not_me import say_not_me
from doorward.features.signin.model import (
    Disowned,
    LinkOpened,
    Next,
    OpenLink,
    PasswordSet,
    PendingShown,
    PendingToken,
    SayNotMe,
    ShowPending,
    SignedIn,
    SignInGoesOn,
    UseForgottenLink,
    UseRescueLink,
    UseSetPasswordLink,
)
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Secret
from doorward.kernel.tokens import parse_token

_WELCOME, _SET_PASSWORD, _RESCUE = "welcome", "set-password", "rescue"
_FORGOTTEN, _NOT_ME = "forgotten-password", "not-me"
_FIELDS = ("user_name", "full_name", "email")
_NEW_PASSWORD = {OTHERWISE: "new_password"}


async def show_welcome(visit: Visit) -> Response:
    """Show the first administrator's form."""
    found = await _open(visit, _WELCOME)
    return found if isinstance(found, Response) else _welcome_form(visit)


async def take_welcome(visit: Visit) -> Response:
    """Make the first administrator and go on to the set-up."""
    token = _token(visit)
    if token is None:
        return _dead(visit, _WELCOME)
    form = visit.form
    outcome = await visit.drive(
        use_welcome_link(
            UseWelcomeLink(
                token=token,
                user_name=form.get("user_name", ""),
                full_name=form.get("full_name", ""),
                email=form.get("email", "").strip() or None,
                password=Secret(form.get("new_password", "")),
            )
        )
    )
    if isinstance(outcome, SignInGoesOn):
        return _to_set_up(visit, outcome, _WELCOME)
    return _welcome_form(visit, outcome) if _mendable(outcome) else _ended(visit, outcome, _WELCOME)


async def show_rescue(visit: Visit) -> Response:
    """Show the form of a rescue link."""
    found = await _open(visit, _RESCUE)
    return found if isinstance(found, Response) else _rescue_form(visit, found)


async def take_rescue(visit: Visit) -> Response:
    """Set the new password and go on to the set-up."""
    found = await _open(visit, _RESCUE)
    token = _token(visit)
    if isinstance(found, Response) or token is None:
        return found if isinstance(found, Response) else _dead(visit, _RESCUE)
    password = Secret(visit.form.get("new_password", ""))
    outcome = await visit.drive(use_rescue_link(UseRescueLink(token, password)))
    if isinstance(outcome, SignInGoesOn):
        return _to_set_up(visit, outcome, _RESCUE)
    return _rescue_form(visit, found, outcome) if _mendable(outcome) else _ended(visit, outcome, _RESCUE)


async def show_set_up(visit: Visit) -> Response:
    """Show the set-up that follows a welcome or rescue link."""
    found = await _at_set_up(visit)
    return found if isinstance(found, Response) else await _set_up_form(visit, found)


async def take_set_up(visit: Visit) -> Response:
    """Take the first code of the new key; the recovery codes follow, and the session."""
    found = await _at_set_up(visit)
    if isinstance(found, Response):
        return found
    outcome = await sign_in.confirm(visit)
    if isinstance(outcome, Refused) and outcome.code.startswith("otp."):
        return await _set_up_form(visit, found, outcome)
    if isinstance(outcome, SignedIn):
        return onward.enter(visit, outcome, _codes_page(visit, outcome))
    return onward.go_on(visit, outcome)


async def show_set_password(visit: Visit) -> Response:
    """Show the form of a link that sets a password."""
    return await _show_password(visit, _SET_PASSWORD)


async def take_set_password(visit: Visit) -> Response:
    """Set the password; no session follows."""
    password = Secret(visit.form.get("new_password", ""))
    return await _take_password(visit, _SET_PASSWORD, lambda t: use_set_password_link(UseSetPasswordLink(t, password)))


async def show_forgotten(visit: Visit) -> Response:
    """Show the form of the link that was mailed because of a forgotten password."""
    return await _show_password(visit, _FORGOTTEN)


async def take_forgotten(visit: Visit) -> Response:
    """Set the password that replaces the forgotten one; no session follows."""
    password = Secret(visit.form.get("new_password", ""))
    return await _take_password(visit, _FORGOTTEN, lambda t: use_forgotten_link(UseForgottenLink(t, password)))


async def show_not_me(visit: Visit) -> Response:
    """Show the one button of *this was not me*."""
    found = await _open(visit, _NOT_ME)
    if isinstance(found, Response):
        return found
    return visit.show("links/not_me.html", token=visit.request.path_params["token"], user_name=found.user_name)


async def take_not_me(visit: Visit) -> Response:
    """Lock the account and end its sessions."""
    token = _token(visit)
    if token is None:
        return _dead(visit, _NOT_ME)
    outcome = await visit.drive(say_not_me(SayNotMe(token)))
    if isinstance(outcome, Disowned):
        return visit.show("links/not_me.html", done=True, user_name=outcome.user_name, locked=outcome.locked)
    return _ended(visit, outcome, _NOT_ME)


async def _show_password(visit: Visit, kind: str) -> Response:
    found = await _open(visit, kind)
    return found if isinstance(found, Response) else _password_form(visit, found)


async def _take_password(visit: Visit, kind: str, use: Callable[[PendingToken], Steps]) -> Response:
    found = await _open(visit, kind)
    token = _token(visit)
    if isinstance(found, Response) or token is None:
        return found if isinstance(found, Response) else _dead(visit, kind)
    outcome = await visit.drive(use(token))
    if isinstance(outcome, PasswordSet):
        return visit.show("links/set_password.html", kind=kind, token="", user_name=outcome.user_name, done=True)
    if _mendable(outcome):
        return _password_form(visit, found, outcome)
    return _ended(visit, outcome, kind)


async def _open(visit: Visit, kind: str) -> LinkOpened | Response:
    token = _token(visit)
    if token is None:
        return _dead(visit, kind)
    steps = open_welcome_link if kind == _WELCOME else open_link
    opened = await visit.drive(steps(OpenLink(kind, token)))
    return opened if isinstance(opened, LinkOpened) else _dead(visit, kind)


def _token(visit: Visit) -> PendingToken | None:
    parsed = parse_token(visit.request.path_params["token"])
    return None if parsed is None else PendingToken(*parsed)


def _dead(visit: Visit, kind: str) -> Response:
    return visit.show("links/dead.html", 410, kind=kind)


def _ended(visit: Visit, outcome: Refused, kind: str) -> Response:
    return _dead(visit, kind) if outcome.code == "signin.expired" else visit.problem(outcome, visit.request.url.path)


def _mendable(outcome: object) -> bool:
    return isinstance(outcome, Refused) and outcome.code.startswith(("passwords.", "accounts."))


def _welcome_form(visit: Visit, refused: Refused | None = None) -> Response:
    return visit.form_page(
        "links/welcome.html",
        refused,
        at_field(refused, FIELDS | _NEW_PASSWORD),
        token=visit.request.path_params["token"],
        step="account",
        form={name: visit.form.get(name, "") for name in _FIELDS},
        **password_asked(visit.password_rules()),
    )


def _rescue_form(visit: Visit, found: LinkOpened, refused: Refused | None = None) -> Response:
    return visit.form_page(
        "links/rescue.html",
        refused,
        at_field(refused, _NEW_PASSWORD),
        token=visit.request.path_params["token"],
        user_name=found.user_name,
        step="password",
        **password_asked(visit.password_rules(found.user_name)),
    )


def _password_form(visit: Visit, found: LinkOpened, refused: Refused | None = None) -> Response:
    return visit.form_page(
        "links/set_password.html",
        refused,
        at_field(refused, _NEW_PASSWORD),
        kind=found.kind,
        token=visit.request.path_params["token"],
        user_name=found.user_name,
        **password_asked(visit.password_rules(found.user_name)),
    )


def _to_set_up(visit: Visit, outcome: SignInGoesOn, kind: str) -> Response:
    """Lead to the set-up with the pending sign-in in its cookie."""
    response = visit.go(f"/{kind}/{visit.request.path_params['token']}/set-up")
    if outcome.sign_in is not None:
        response.headers.append("set-cookie", set_cookie(SIGN_IN, outcome.sign_in.reveal()))
    return response


async def _at_set_up(visit: Visit) -> PendingShown | Response:
    kind = visit.request.url.path.split("/")[1]
    if visit.pending is None:
        return _dead(visit, kind)
    found = await visit.drive(show_pending(ShowPending(visit.pending)))
    if isinstance(found, PendingShown) and found.next is Next.SET_UP:
        return found
    return _dead(visit, kind)


async def _set_up_form(visit: Visit, found: PendingShown, refused: Refused | None = None) -> Response:
    return await sign_in.set_up_page(visit, found.user_name, refused, _template(visit), **_step(visit, "set_up"))


def _codes_page(visit: Visit, outcome: SignedIn) -> Response:
    codes = list(outcome.recovery_codes)
    step = _step(visit, "recovery_codes")
    return visit.show(_template(visit), recovery_codes=codes, onward="/", user_name="", **step)


def _template(visit: Visit) -> str:
    return f"links/{visit.request.url.path.split('/')[1]}.html"


def _step(visit: Visit, step: str) -> dict[str, Any]:
    return {"token": visit.request.path_params["token"], "step": step}
