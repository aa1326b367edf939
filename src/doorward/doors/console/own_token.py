"""Putting one's own hardware token in step again, on a page of its own."""

from starlette.responses import Response

from doorward.doors.console.account import FIELDS, proof_asked
from doorward.doors.console.account_tokens import PAIR_WRONG
from doorward.doors.console.operator import shell, signed_in
from doorward.doors.console.pages import at_field
from doorward.doors.console.visit import Visit
from doorward.doors.web.six_digits import six_digits
from doorward.features.directory.actions import view_me
from doorward.features.directory.model import ViewMe
from doorward.features.second_factor.actions.hardware_tokens import resynchronise_own_token
from doorward.features.sessions.model import SessionShown
from doorward.features.tokens.model import ResynchroniseOwnToken
from doorward.kernel.outcome import Refused
from doorward.kernel.sentences import sentence

_MALFORMED = Refused("otp.malformed")


def show_token(visit: Visit) -> Response:
    """Ask for two codes in a row."""
    return _page(visit)


def take_codes(visit: Visit) -> Response:
    """Put the token in step; a wrong pair counts as a wrong code."""
    first, second = (six_digits(visit.form.get(name, "")) for name in ("first_code", "second_code"))
    if first is None or second is None:
        return _page(visit, _MALFORMED, {"second_code" if first else "first_code": sentence(_MALFORMED)})
    outcome = visit.change(resynchronise_own_token, ResynchroniseOwnToken((first, second)))
    if not isinstance(outcome, Refused):
        return visit.go("/me?tab=two-factor&done=token-in-step")
    return _page(visit, outcome, {"first_code": PAIR_WRONG} if outcome.code == "otp.wrong" else None)


@signed_in
def _page(
    visit: Visit, shown: SessionShown, refused: Refused | None = None, errors: dict[str, str] | None = None
) -> Response:
    me = visit.run(view_me, ViewMe())
    if isinstance(me, Refused):
        return visit.problem(me)
    if me.key is None or me.key.token is None:
        return visit.go("/me")
    at = at_field(refused, FIELDS) if errors is None else errors
    proof = proof_asked(me.account.protected, at)
    return visit.form_page(
        "me_token.html",
        refused,
        at,
        **shell(visit, shown),
        token=me.key.token,
        proof=None if proof is None else proof | {"recovery_code": me.own_page_only},
    )
