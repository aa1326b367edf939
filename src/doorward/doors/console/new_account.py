"""Adding an account."""

from typing import Any

from starlette.responses import Response

from doorward.doors.console.account import FIELDS, account_address
from doorward.doors.console.operator import barred, shell, signed_in
from doorward.doors.console.pages import at_field
from doorward.doors.console.role_forms import role_choices
from doorward.doors.console.visit import Visit
from doorward.features.accounts.model import AccountKind
from doorward.features.administration.actions.adding import add_account
from doorward.features.administration.model import AccountAdded, AddAccount
from doorward.features.policy.actions import two_factor
from doorward.features.sessions.model import SessionShown
from doorward.kernel.outcome import Refused

_ADD = add_account.act
_NO_FORM = frozenset({"rights.missing", "session.second_factor_required"})
"""Refusals that no other words in the form would change."""


def show_new(visit: Visit) -> Response:
    """Show the form for a new account."""
    return _page(visit, None)


def take_new(visit: Visit) -> Response:
    """Add the account; it is mailed a link to set its password."""
    form = visit.form
    kind = form.get("kind", "internal")
    outcome = visit.run(
        add_account,
        AddAccount(
            user_name=form.get("user_name", ""),
            full_name=form.get("full_name", ""),
            email=form.get("email", "").strip() or None,
            kind=AccountKind(kind) if kind in set(AccountKind) else AccountKind.INTERNAL,
            roles=visit.chosen,
        ),
    )
    if isinstance(outcome, AccountAdded):
        return visit.go(account_address(outcome.account, done="added"))
    return _page(visit, outcome)


@signed_in
def _page(visit: Visit, shown: SessionShown, refused: Refused | None) -> Response:
    refused = refused or barred(shown, _ADD)
    if refused is not None and refused.code in _NO_FORM:
        return visit.problem(refused, "/console/users")
    errors = at_field(refused, FIELDS)
    form: dict[str, Any] = {**visit.form, "roles": list(visit.chosen)} if visit.form else {}
    with visit.reading() as call:
        on_allowlist = two_factor(call).new_accounts_may_set_up
    return visit.form_page(
        "account_new.html",
        refused,
        errors,
        **shell(visit, shown),
        roles=role_choices(visit),
        form=form,
        on_allowlist=on_allowlist,
    )
