"""Changing one's own password on a page of its own."""

from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from doorward.doors.console.operator import shell, signed_in
from doorward.doors.console.pages import status_of
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
from doorward.kernel.sentences import sentence

_PRESENT, _NEW = "session.wrong_password", "passwords."


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
    errors = _errors(refused)
    return visit.show(
        "me_password.html",
        200 if refused is None else status_of(refused),
        **shell(visit, shown),
        **password_asked(visit.password_rules(shown.session.user_name)),
        user_name=shown.session.user_name,
        errors=errors,
        refusal=None if errors else refused,
        proof=_proof(visit, shown, errors),
    )


def _proof(visit: Visit, shown: SessionShown, errors: dict[str, Any]) -> dict[str, Any] | None:
    """Say whether the account is protected, and a code asked for besides (PROT-1)."""
    with visit.reading() as call:
        standing = load(call, shown.session.account)
    if standing is None or not standing.account.protected:
        return None
    return {"error": "", "code_error": errors.get("code", "")}


def _errors(refused: Refused | None) -> dict[str, Any]:
    """Say at which field a refusal belongs; none where it concerns the whole."""
    if refused is None or refused.code == "passwords.one_change_a_day":
        return {}
    if refused.code in {_PRESENT, "protection.wrong"}:
        return {"password": sentence(refused)}
    if refused.code in {"protection.required", "passkeys.expired", "otp.malformed"}:
        return {"code": sentence(refused)}
    return {"new_password": sentence(refused)} if refused.code.startswith(_NEW) else {}
