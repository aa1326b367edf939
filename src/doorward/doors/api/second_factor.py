"""What operators do to another's second factor: reset, delete, temporary access code (KEY-3, KEY-4, KEY-10)."""

from datetime import datetime

from fastapi import Response
from pydantic import Field

from doorward.doors.api.asked import Holder
from doorward.doors.api.given import AccountIn, Reasoned
from doorward.doors.api.routing import Routes
from doorward.doors.api.shapes import ActedJson, Shape
from doorward.features.second_factor.actions.secret_key import (
    delete_secret_key,
    issue_temporary_access_code,
    reset_secret_key,
)
from doorward.features.second_factor.model import (
    DeleteSecretKey,
    IssueTemporaryAccessCode,
    ResetSecretKey,
    TemporaryAccessCodeIssued,
)

routes = Routes("second factor")

CODES = (
    "accounts.not_found", "request.reason", "second_factor.self", "session.second_factor_required",
    "rights.higher_target",
)  # fmt: skip
"""What every act on a second factor may refuse with."""


_ISSUING = (
    *CODES, "second_factor.not_allowed_to_set_up", "second_factor.address_usable", "second_factor.changed_by_actor",
)  # fmt: skip


class TemporaryCodeJson(Shape):
    """A temporary access code, shown this once."""

    code: str = Field(description="twelve base32 symbols, typed in place of the e-mailed code")
    expires_at: datetime


@routes.on(
    "POST /accounts/{account}/reset-secret-key", reset_secret_key, ActedJson, (*CODES, "rights.last_administrator")
)
def reset_key(account: AccountIn, body: Reasoned, asked: Holder) -> Response:
    """Delete every second factor of an account and put it on the allowlist.

    Its sessions, pending sign-ins, mailed codes and links are dead at once. At its next sign-in it proves itself by
    password and e-mailed code, and then sets up a new key; an excluded account is asked for neither until the
    exclusion is lifted.
    """
    return asked.acted(asked.change(reset_secret_key, ResetSecretKey(account, body.reason), body), account)


@routes.on(
    "POST /accounts/{account}/delete-secret-key", delete_secret_key, ActedJson,
    (*CODES, "rights.last_administrator", "second_factor.internal_only", "second_factor.excluded"),
)  # fmt: skip
def delete_key(account: AccountIn, body: Reasoned, asked: Holder) -> Response:
    """Delete every second factor of an internal account, and block it until it is added to the allowlist."""
    return asked.acted(asked.change(delete_secret_key, DeleteSecretKey(account, body.reason), body), account)


@routes.on("POST /accounts/{account}/temporary-access-code", issue_temporary_access_code, TemporaryCodeJson, _ISSUING)
def issue_code(account: AccountIn, body: Reasoned, asked: Holder) -> Response:
    """Issue a code that is typed in place of the e-mailed one, for an allowlisted account without usable address.

    Shown this once and valid for 15 minutes; refused to whoever set that account's password or address within 72 hours.
    """
    command = IssueTemporaryAccessCode(account, body.reason)
    return asked.told(asked.change(issue_temporary_access_code, command, body), _issued)


def _issued(outcome: TemporaryAccessCodeIssued) -> TemporaryCodeJson:
    return TemporaryCodeJson(code=outcome.code.reveal(), expires_at=outcome.expires_at)
