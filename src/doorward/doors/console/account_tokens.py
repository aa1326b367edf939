"""The forms of an account's page that hand it a hardware token, take it back, and put it in step (KEY-14)."""

from starlette.responses import Response

from doorward.doors.console.account import Typed, account_address, errors_of, page
from doorward.doors.console.operator import account_in
from doorward.doors.console.visit import Visit
from doorward.doors.web.six_digits import six_digits
from doorward.features.second_factor.actions.hardware_tokens import assign_token, resynchronise_token, unassign_token
from doorward.features.tokens.model import AssignToken, ResynchroniseToken, UnassignToken
from doorward.kernel.outcome import Refused, Unchanged
from doorward.kernel.sentences import sentence

PAIR_WRONG = "These are not two codes in a row of this token. Wait for two new ones, and type both."
"""What a wrong pair is told by: that of a single code would send people to their app."""
_AT_SERIAL = frozenset(
    {"tokens.not_found", "tokens.ambiguous", "tokens.taken", "tokens.retired", "tokens.not_yet", "tokens.expired"}
)
"""Refusals that concern the token which was named."""


def assign(visit: Visit) -> Response:
    """Give the account the token of a serial number."""
    account, form = account_in(visit), visit.form
    if isinstance(account, Refused):
        return visit.problem(account, "/console/users")
    maker = form.get("manufacturer", "").strip() or None
    command = AssignToken(account, None, form.get("serial", "").strip(), maker, form.get("reason", ""))
    outcome = visit.run_with_reason(assign_token, command)
    if isinstance(outcome, Refused):
        at_serial = {"serial": sentence(outcome)} if outcome.code in _AT_SERIAL else {}
        return _again(visit, outcome, "assign-token", at_serial or errors_of(outcome))
    done = "unchanged" if isinstance(outcome, Unchanged) else "token-assigned"
    return visit.go(account_address(account, "two-factor", done))


def unassign(visit: Visit) -> Response:
    """Put the account's token back in stock."""
    account = account_in(visit)
    if isinstance(account, Refused):
        return visit.problem(account, "/console/users")
    outcome = visit.run_with_reason(unassign_token, UnassignToken(account, visit.form.get("reason", "")))
    if isinstance(outcome, Refused):
        return _again(visit, outcome, "unassign-token", errors_of(outcome))
    return visit.go(account_address(account, "two-factor", "token-unassigned"))


def resynchronise(visit: Visit) -> Response:
    """Put the account's token in step by two codes in a row."""
    account, form = account_in(visit), visit.form
    if isinstance(account, Refused):
        return visit.problem(account, "/console/users")
    first, second = (six_digits(form.get(name, "")) for name in ("first_code", "second_code"))
    if first is None or second is None:
        refused = Refused("otp.malformed")
        return _again(visit, refused, "resync-token", {"second_code" if first else "first_code": sentence(refused)})
    command = ResynchroniseToken(account, (first, second), form.get("reason", ""))
    outcome = visit.run_with_reason(resynchronise_token, command)
    if isinstance(outcome, Refused):
        pair = {"first_code": PAIR_WRONG} if outcome.code == "otp.wrong" else {}
        return _again(visit, outcome, "resync-token", pair or errors_of(outcome))
    return visit.go(account_address(account, "two-factor", "token-in-step"))


def _again(visit: Visit, refused: Refused, stage: str, errors: dict[str, str]) -> Response:
    """Show the page once more with what was typed, and why it was refused; codes are typed anew."""
    if refused.code in {"session.required", "accounts.not_found"}:
        return visit.problem(refused, "/console/users")
    kept = {name: value for name, value in visit.kept.items() if not name.endswith("_code")}
    return page(visit, Typed(refused, "two-factor", stage, kept, errors))
