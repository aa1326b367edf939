"""Passkeys in a browser: signing in with one, and one's own page of them.

What a script fetches is answered in JSON; what comes of it is posted by a form, and answered by a page.
"""

from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from starlette.responses import JSONResponse, Response

from doorward.doors.console.onward import go_on, own_path
from doorward.doors.console.operator import shell, signed_in
from doorward.doors.console.pages import status_of
from doorward.doors.console.sign_in import code_page, password_page, pending_at, remembering, token
from doorward.doors.console.visit import Visit
from doorward.doors.web.passkey_json import (
    MALFORMED,
    creation_json,
    loaded,
    read_assertion,
    read_registration,
    request_json,
)
from doorward.doors.web.requested import requested_by_form
from doorward.doors.web.six_digits import six_digits
from doorward.features.directory.actions import view_me
from doorward.features.directory.model import ViewMe
from doorward.features.passkeys.model.acts import (
    AddPasskey,
    AskProof,
    AskProtection,
    BeginPasskey,
    GiveProof,
    ListPasskeys,
    PasskeysListed,
    RemovePasskey,
    RenamePasskey,
)
from doorward.features.passkeys.model.facts import PasskeyFacts
from doorward.features.second_factor.actions.assertions import ask_protection
from doorward.features.second_factor.actions.own_passkeys import (
    add_passkey,
    ask_proof,
    begin_passkey,
    give_proof,
    list_own_passkeys,
    remove_passkey,
    rename_passkey,
)
from doorward.features.sessions.model import SessionShown
from doorward.features.signin.actions.passkeys import ask_passkey, give_passkey
from doorward.features.signin.model import AskPasskey, GivePasskey, Next, PendingToken
from doorward.kernel.act import Nobody
from doorward.kernel.ids import parse_id
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Secret
from doorward.kernel.sentences import sentence
from doorward.kernel.tokens import parse_token

_PAGE = "/me/passkeys"
_AT_CODE = ("otp.", "session.fresh_code_required")
_AT_PROOF = ("protection.", "passkeys.expired")


def ask_at_sign_in(visit: Visit) -> Response:
    """Answer what a passkey is to sign as the whole sign-in; whoever is signed in otherwise is nobody here."""
    asked = replace(visit, caller=Nobody()).run(ask_passkey, AskPasskey())
    if isinstance(asked, Refused):
        return _refused_json(asked)
    sign_in = "" if asked.sign_in is None else asked.sign_in.reveal()
    return _options_json(request_json(asked.options), sign_in=sign_in)


async def take_at_sign_in(visit: Visit) -> Response:
    """Take a passkey as the whole sign-in."""
    given, named = read_assertion(_credential(visit)), parse_token(visit.form.get("sign_in", ""))
    return_to = own_path(visit.form.get("return_to", ""))
    if isinstance(given, Refused) or named is None:
        return password_page(visit, MALFORMED, return_to)
    outcome = await visit.drive(give_passkey(GivePasskey(PendingToken(*named), given)))
    if isinstance(outcome, Refused):
        return password_page(visit, outcome, return_to)
    return go_on(visit, outcome, return_to)


def ask_at_code(visit: Visit) -> Response:
    """Answer what a passkey is to sign beside the right password."""
    if visit.pending is None:
        return _refused_json(Refused("signin.expired"))
    asked = replace(visit, caller=Nobody()).run(ask_passkey, AskPasskey(visit.pending))
    return (
        _refused_json(asked) if isinstance(asked, Refused) else JSONResponse({"options": request_json(asked.options)})
    )


async def take_at_code(visit: Visit) -> Response:
    """Take a passkey or a security key as the second factor."""
    found = await pending_at(visit, Next.CODE)
    if isinstance(found, Response):
        return found
    given = read_assertion(_credential(visit))
    if isinstance(given, Refused):
        return code_page(visit, found, given)
    outcome = await visit.drive(give_passkey(GivePasskey(token(visit), given, remembering(visit))))
    if isinstance(outcome, Refused) and outcome.code.startswith("passkeys."):
        return code_page(visit, found, outcome)
    return go_on(visit, outcome)


def show_passkeys(visit: Visit) -> Response:
    """Show one's own passkeys."""
    return _page(visit)


def begin(visit: Visit) -> Response:
    """Answer what a browser is to make, with the proof that a protected account asks for."""
    outcome = visit.change(begin_passkey, BeginPasskey())
    if isinstance(outcome, Refused):
        return _refused_json(outcome)
    return _options_json(creation_json(outcome.options))


def add(visit: Visit) -> Response:
    """Add what the browser has made."""
    given = read_registration(_credential(visit))
    if isinstance(given, Refused):
        return _page(visit, given)
    outcome = visit.run(add_passkey, AddPasskey(given, visit.form.get("name", "")))
    return _page(visit, outcome) if isinstance(outcome, Refused) else visit.go(f"{_PAGE}?done=passkey-added")


def ask_for_proof(visit: Visit) -> Response:
    """Answer what a passkey is to sign as the session's fresh proof."""
    asked = visit.run(ask_proof, AskProof())
    return (
        _refused_json(asked) if isinstance(asked, Refused) else JSONResponse({"options": request_json(asked.options)})
    )


def ask_for_protection(visit: Visit) -> Response:
    """Answer what a passkey is to sign for the form that the script is about to send (PROT-2)."""
    change = requested_by_form(unquote(visit.form.get("protection_for", "")), visit.sent)
    asked = visit.run(ask_protection, AskProtection(change.digest))
    return _refused_json(asked) if isinstance(asked, Refused) else _options_json(request_json(asked.options))


def take_proof(visit: Visit) -> Response:
    """Take the session's fresh proof: a code, or what a passkey has signed."""
    command = _proof(visit)
    outcome = command if isinstance(command, Refused) else visit.run(give_proof, command)
    return _page(visit, outcome) if isinstance(outcome, Refused) else visit.go(_PAGE)


def rename(visit: Visit) -> Response:
    """Give a passkey another name."""
    passkey = parse_id(visit.request.path_params["passkey"])
    if passkey is None:
        return _page(visit, Refused("passkeys.not_found"))
    outcome = visit.change(rename_passkey, RenamePasskey(passkey, visit.form.get("name", "")))
    return _page(visit, outcome) if isinstance(outcome, Refused) else visit.go(f"{_PAGE}?done=saved")


def remove(visit: Visit) -> Response:
    """Remove a passkey."""
    passkey = parse_id(visit.request.path_params["passkey"])
    if passkey is None:
        return _page(visit, Refused("passkeys.not_found"))
    outcome = visit.change(remove_passkey, RemovePasskey(passkey))
    return _page(visit, outcome) if isinstance(outcome, Refused) else visit.go(f"{_PAGE}?done=passkey-removed")


def _proof(visit: Visit) -> GiveProof | Refused:
    if visit.form.get("credential"):
        given = read_assertion(_credential(visit))
        return given if isinstance(given, Refused) else GiveProof(assertion=given)
    code = six_digits(visit.form.get("code", ""))
    return Refused("otp.malformed") if code is None else GiveProof(Secret(code))


def _credential(visit: Visit) -> Any:
    """Read the field that the script has filled in."""
    return loaded(visit.form.get("credential", ""))


def _options_json(options: dict[str, Any], **more: str) -> Response:
    """Tell a script what it is to hand to the browser."""
    return JSONResponse({"options": options, **more})


def _refused_json(refused: Refused) -> Response:
    """Tell a script what was refused, in the words that it shows."""
    return JSONResponse({"code": refused.code, "detail": sentence(refused)}, status_of(refused))


@signed_in
def _page(visit: Visit, shown: SessionShown, refused: Refused | None = None) -> Response:
    if shown.session.own_page_only:
        return visit.go("/me") if refused is None else visit.problem(refused, "/me")
    me, listed = visit.run(view_me, ViewMe()), visit.run(list_own_passkeys, ListPasskeys())
    if isinstance(me, Refused) or isinstance(listed, Refused):
        return visit.problem(me if isinstance(me, Refused) else Refused("session.required"))
    at_field = refused is not None and refused.code.startswith((*_AT_CODE, *_AT_PROOF, "passkeys.name"))
    return visit.show(
        "me_passkeys.html",
        status_of(refused),
        **shell(visit, shown),
        **_told(refused, protected=me.account.protected),
        account=me.account,
        passkeys=list(listed.passkeys),
        available=listed.available,
        fresh=listed.fresh,
        has_key=listed.has_key,
        removing=_staged(visit, listed, "remove"),
        renaming=_staged(visit, listed, "rename") if me.account.protected else None,
        refusal=None if at_field else refused,
    )


def _told(refused: Refused | None, *, protected: bool) -> dict[str, Any]:
    """Say at which field a refusal stands."""
    errors: dict[str, str] = {}
    proof = {"error": "", "code_error": ""}
    if refused is not None and protected and refused.code.startswith((*_AT_PROOF, "otp.")):
        proof["code_error" if refused.code == "otp.malformed" else "error"] = sentence(refused)
    elif refused is not None and refused.code.startswith(_AT_CODE):
        errors["code"] = sentence(refused)
    elif refused is not None:
        errors["name"] = sentence(refused)
    return {"errors": errors, "proof": proof if protected else None}


def _staged(visit: Visit, listed: PasskeysListed, act: str) -> PasskeyFacts | None:
    """Find the passkey whose removal or new name the address stages, or was just refused."""
    wanted = visit.query.get(act, "") or visit.request.path_params.get("passkey", "")
    staged = act in visit.query or visit.request.url.path.endswith(f"/{act}")
    return next((one for one in listed.passkeys if staged and str(one.id) == wanted), None)
