"""Changing one's own password on a page of its own."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from doorward.doors.console.operator import shell, signed_in
from doorward.doors.console.pages import at_field
from doorward.doors.console.password_words import password_asked
from doorward.doors.console.visit import Visit
from doorward.features.accounts.actions import load
from doorward.features.second_factor.model import PasswordAndCode
from doorward.features.sessions.model import SessionShown
from doorward.features.signin.actions.own_password import change_own_password
from doorward.features.signin.model import ChangeOwnPassword
from doorward.kernel.act import Bearer
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Secret

_FIELDS = {
    "session.wrong_password": "password",
    "protection.wrong": "password",
    "protection.required": "code",
    "passkeys.expired": "code",
    "otp.malformed": "code",
    "passwords.one_change_a_day": "",
    "passwords": "new_password",
}


async def show_password(visit: Visit) -> Response:
    """Ask for the present password and a new one."""
    return await run_in_threadpool(_page, visit)


async def take_password(visit: Visit) -> Response:
    """Change the password; this session goes on, the others end."""
    if not isinstance(visit.caller, Bearer):
        return visit.problem(Refused("session.required"))
    present, new = (Secret(visit.form.get(name, "")) for name in ("password", "new_password"))
    code = visit.form.get("protection_code", "")
    proof = visit.signed or (PasswordAndCode(present, Secret(code)) if code else None)
    outcome = await visit.drive(change_own_password(ChangeOwnPassword(visit.caller, present, new, proof)))
    if isinstance(outcome, Refused):
        return await run_in_threadpool(_page, visit, outcome)
    return visit.go("/me?done=password-changed")


@signed_in
def _page(visit: Visit, shown: SessionShown, refused: Refused | None = None) -> Response:
    if shown.session.own_page_only:
        return visit.go("/me") if refused is None else visit.problem(refused, "/me")
    errors = at_field(refused, _FIELDS)
    return visit.form_page(
        "me_password.html",
        refused,
        errors,
        **shell(visit, shown),
        **password_asked(visit.password_rules(shown.session.user_name)),
        user_name=shown.session.user_name,
        proof=_proof(visit, shown, errors),
    )


def _proof(visit: Visit, shown: SessionShown, errors: dict[str, Any]) -> dict[str, Any] | None:
    """Return what was wrong with the code, where the account is protected and one is asked for; else None (PROT-1)."""
    with visit.reading() as call:
        standing = load(call, shown.session.account)
    if standing is None or not standing.account.protected:
        return None
    return {"error": "", "code_error": errors.get("code", "")}
