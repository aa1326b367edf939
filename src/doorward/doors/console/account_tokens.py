"""The forms of an account's page that hand it a hardware token, take it back, and put it in step (KEY-14)."""

from starlette.responses import Response

from doorward.doors.console.account import FIELDS, again
from doorward.doors.console.account_acts import Afterwards, answer
from doorward.doors.console.operator import for_account
from doorward.doors.console.pages import at_field
from doorward.doors.console.visit import Visit
from doorward.doors.web.six_digits import six_digits
from doorward.features.second_factor.actions.hardware_tokens import assign_token, resynchronise_token, unassign_token
from doorward.features.tokens.model import AssignToken, ResynchroniseToken, UnassignToken
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from doorward.kernel.sentences import sentence

PAIR_WRONG = "These are not two codes in a row of this token. Wait for two new ones, and type both."
"""What a wrong pair is told by: that of a single code would send people to their app."""
_FIELDS = FIELDS | {"tokens": "serial", "tokens.changed_by_actor": ""}
"""What concerns the token which was named stands at its serial number."""


@for_account
def assign(visit: Visit, account: AccountId) -> Response:
    """Give the account the token of a serial number."""
    form = visit.form
    maker = form.get("manufacturer", "").strip() or None
    command = AssignToken(account, None, form.get("serial", "").strip(), maker, form.get("reason", ""))
    outcome = visit.run_with_reason(assign_token, command)
    errors = at_field(outcome, _FIELDS) if isinstance(outcome, Refused) else None
    return answer(visit, account, Afterwards("token-assigned", "assign-token", "two-factor"), outcome, errors)


@for_account
def unassign(visit: Visit, account: AccountId) -> Response:
    """Put the account's token back in stock."""
    outcome = visit.run_with_reason(unassign_token, UnassignToken(account, visit.form.get("reason", "")))
    return answer(visit, account, Afterwards("token-unassigned", "unassign-token", "two-factor"), outcome)


@for_account
def resynchronise(visit: Visit, account: AccountId) -> Response:
    """Put the account's token in step by two codes in a row."""
    form = visit.form
    first, second = (six_digits(form.get(name, "")) for name in ("first_code", "second_code"))
    if first is None or second is None:
        refused = Refused("otp.malformed")
        errors = {"second_code" if first else "first_code": sentence(refused)}
        return again(visit, refused, "two-factor", "resync-token", errors)
    command = ResynchroniseToken(account, (first, second), form.get("reason", ""))
    outcome = visit.run_with_reason(resynchronise_token, command)
    pair = {"first_code": PAIR_WRONG} if isinstance(outcome, Refused) and outcome.code == "otp.wrong" else None
    return answer(visit, account, Afterwards("token-in-step", "resync-token", "two-factor"), outcome, pair)
