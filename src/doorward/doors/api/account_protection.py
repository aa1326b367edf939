"""`/me/account-protection`: what a passkey is to sign for one change to a protected account (PROT-1, PROT-2)."""

from typing import Annotated, Any, Literal
from urllib.parse import unquote

from fastapi import Response
from pydantic import Field

from doorward.doors.api.answers import answer
from doorward.doors.api.asked import Holder
from doorward.doors.api.given import Body
from doorward.doors.api.routing import Routes
from doorward.doors.api.shapes import Shape
from doorward.doors.web.passkey_json import request_json
from doorward.doors.web.requested import requested_by_program
from doorward.features.passkeys.model.acts import AskProtection, PasskeyAsked
from doorward.features.second_factor.actions.assertions import ask_protection
from doorward.kernel.outcome import Refused

routes = Routes("passkeys")


class ChangeBody(Body):
    """The request that is going to be sent, without its `account_protection`."""

    method: Literal["POST", "PUT", "PATCH", "DELETE"]
    path: Annotated[
        str,
        Field(
            min_length=1,
            max_length=500,
            description="from `/api/v1` on",
            examples=["/api/v1/accounts/01980000-0000-7000-8000-000000000001/unlock"],
        ),
    ]
    body: dict[str, Any] = Field(default_factory=dict, description="as it will be sent; its members in any order")


class ToSignJson(Shape):
    """What a passkey is to sign, within five minutes."""

    options: dict[str, Any] = Field(description="PublicKeyCredentialRequestOptionsJSON")


@routes.on(
    "POST /me/account-protection/options", ask_protection, ToSignJson,
    ("passkeys.none", "passkeys.not_available", "session.second_factor_required"),
)  # fmt: skip
def ask_for_protection(body: ChangeBody, asked: Holder) -> Response:
    r"""Ask what a passkey is to sign for one change to a protected account.

    Name the very request that is going to be sent. What is signed serves that request alone, in this session, once,
    within five minutes. Its answer goes into the request as `account_protection`: `{"passkey": …}`. The person must be
    verified, and so must they have been when the passkey was added.

    curl -s https://login.example.org/api/v1/me/account-protection/options -H "authorization: Bearer $TOKEN" \
      -H 'content-type: application/json' \
      -d '{"method": "POST", "path": "/api/v1/accounts/'$ID'/unlock", "body": {"reason": "called back"}}'
    """
    change = requested_by_program(body.method, unquote(body.path), body.body)
    outcome = asked.run(ask_protection, AskProtection(change.digest))
    return asked.refuse(outcome) if isinstance(outcome, Refused) else answer(_to_sign(outcome))


def _to_sign(outcome: PasskeyAsked) -> ToSignJson:
    return ToSignJson(options=request_json(outcome.options))
