"""`/tokens`: hardware tokens, and who holds which (KEY-14); they come from files, at the server's own machine."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Query, Response
from pydantic import Field

from doorward.doors.api.asked import Holder
from doorward.doors.api.cursors import cursor_of
from doorward.doors.api.given import (
    AccountIn,
    After,
    Body,
    Limit,
    ListedAccount,
    ListedToken,
    OwnChange,
    Reason,
    Reasoned,
    TokenIn,
    TwoSixDigits,
)
from doorward.doors.api.routing import Routes
from doorward.doors.api.second_factor import CODES
from doorward.doors.api.shapes import ActedJson, OutcomeJson, Page, Shape
from doorward.features.second_factor.actions.hardware_tokens import (
    assign_token,
    resynchronise_own_token,
    resynchronise_token,
    unassign_token,
)
from doorward.features.tokens.actions.inventory import list_tokens, retire_token, show_token
from doorward.features.tokens.model import (
    AssignToken,
    ListTokens,
    ResynchroniseOwnToken,
    ResynchroniseToken,
    RetireToken,
    ShowToken,
    Token,
    TokenResynchronised,
    TokenRetired,
    TokenShown,
    TokensListed,
    TokenState,
    UnassignToken,
)
from doorward.kernel.ids import TokenId
from doorward.kernel.otp_parameters import Algorithm, MovingFactor
from doorward.kernel.paging import DEFAULT_PAGE

routes = Routes("hardware tokens")

Text = Annotated[str, Query(max_length=200, description="prefix for 1 or 2 characters, substring from 3")]
_CODES = tuple(code for code in CODES if code != "second_factor.self")
_HOLDS = (*_CODES, "rights.self", "tokens.none_assigned")


class TokenJson(Shape):
    """A hardware token; what is in it is shown to nobody."""

    id: UUID
    serial: str = Field(description="unique for its manufacturer")
    manufacturer: str
    model: str
    kind: MovingFactor
    algorithm: Algorithm
    period: int | None = Field(description="seconds that a code lasts; null where a counter moves the token")
    digits: Literal[6]
    state: TokenState
    account_id: UUID | None = Field(description="who holds it, while it is assigned")
    user_name: str | None
    starts_at: datetime | None
    expires_at: datetime | None
    imported_at: datetime
    changed_at: datetime = Field(description="when it came into its present state")


class Assigning(Reasoned):
    """Which token is assigned: its id, or its serial number, with the manufacturer where several have given it."""

    token: ListedToken | None = None
    serial: str = Field("", max_length=200)
    manufacturer: str | None = Field(None, max_length=200)


class TwoCodes(Reasoned):
    """Two codes that the token's holder reads out."""

    codes: TwoSixDigits


class OwnTwoCodes(OwnChange):
    """Two codes of one's own token."""

    codes: TwoSixDigits


class Retiring(Body):
    """Why a token is retired."""

    reason: Reason


class InStepJson(OutcomeJson):
    """The token is in step again; the code after the two is right."""

    serial: str
    offset_minutes: int | None = Field(description="of its clock, allowed for; negative: slow; null where it has none")


@routes.on("GET /tokens", list_tokens, Page[TokenJson], ("list.cursor", "accounts.not_found"))
def read_tokens(  # noqa: PLR0913 - each is a parameter of the query
    asked: Holder,
    *,
    query: Text = "",
    state: TokenState | None = None,
    account: ListedAccount | None = None,
    limit: Limit = DEFAULT_PAGE,
    cursor: After = None,
) -> Response:
    """Search the hardware tokens by serial number; `account` finds the token that somebody holds.

    curl -s 'https://login.example.org/api/v1/tokens?state=in_stock&query=1002' -H "authorization: Bearer $TOKEN"
    """
    command = ListTokens(query, state, account, limit, None if cursor is None else TokenId(cursor))
    return asked.told(asked.run(list_tokens, command), _page)


@routes.on("GET /tokens/{token}", show_token, TokenJson, ("tokens.not_found",))
def read_token(token: TokenIn, asked: Holder) -> Response:
    """Read one hardware token, and who holds it."""
    return asked.told(asked.run(show_token, ShowToken(token)), _shown)


@routes.on(
    "POST /tokens/{token}/retire", retire_token, OutcomeJson,
    ("tokens.not_found", "tokens.taken", "tokens.retired", "request.reason"),
)  # fmt: skip
def retire(token: TokenIn, body: Retiring, asked: Holder) -> Response:
    """Take a token that nobody holds out of use for good, and erase its seed."""
    return asked.told(asked.run(retire_token, RetireToken(token, body.reason)), _retired)


@routes.on(
    "POST /accounts/{account}/assign-token", assign_token, ActedJson,
    (
        *_CODES, "rights.self", "tokens.not_found", "tokens.ambiguous", "tokens.taken", "tokens.retired",
        "tokens.not_yet", "tokens.expired", "tokens.changed_by_actor",
    ),
)  # fmt: skip
def assign(account: AccountIn, body: Assigning, asked: Holder) -> Response:
    """Make a token from stock an account's secret key, in place of the one before.

    Nothing has to be set up: hand over the device. The account's sessions, pending sign-ins, recovery codes and any
    allowlist entry end; its owner is told by mail.

    curl -s -X POST https://login.example.org/api/v1/accounts/$ID/assign-token -H "authorization: Bearer $TOKEN" \
      -H 'content-type: application/json' -d '{"serial": "100234", "reason": "handed over at the desk"}'
    """
    command = AssignToken(account, body.token, body.serial, body.manufacturer, body.reason)
    return asked.acted(asked.change(assign_token, command, body), account)


@routes.on(
    "POST /accounts/{account}/unassign-token", unassign_token, ActedJson,
    (*_HOLDS, "rights.last_administrator", "second_factor.internal_only"),
)  # fmt: skip
def unassign(account: AccountIn, body: Reasoned, asked: Holder) -> Response:
    """Put an account's token back in stock; without another factor the account is blocked until it is allowed."""
    return asked.acted(asked.change(unassign_token, UnassignToken(account, body.reason), body), account)


@routes.on(
    "POST /accounts/{account}/resynchronise-token", resynchronise_token, InStepJson,
    (*_HOLDS, "otp.malformed", "otp.wrong", "tokens.expired"),
)  # fmt: skip
def resynchronise(account: AccountIn, body: TwoCodes, asked: Holder) -> Response:
    """Put an account's token in step again, by two codes in a row that its holder reads out; both are used up.

    A clock may be off by up to a day either way, a counter ahead by up to a thousand presses.
    """
    command = ResynchroniseToken(account, _pair(body.codes), body.reason)
    return asked.told(asked.change(resynchronise_token, command, body), _in_step)


@routes.on(
    "POST /me/token/resynchronise", resynchronise_own_token, InStepJson,
    ("otp.malformed", "otp.wrong", "tokens.none_assigned", "tokens.expired"),
)  # fmt: skip
def resynchronise_own(body: OwnTwoCodes, asked: Holder) -> Response:
    """Put one's own token in step again, by two codes in a row; both are used up.

    A clock may be off by up to ten minutes either way. A wrong pair counts as a wrong code.
    """
    command = ResynchroniseOwnToken(_pair(body.codes))
    return asked.told(asked.change(resynchronise_own_token, command, body), _in_step)


def _pair(codes: list[str]) -> tuple[str, str]:
    return codes[0], codes[1]


def _page(found: TokensListed) -> Page[TokenJson]:
    items = [_json(one, None if one.account is None else found.names.get(one.account)) for one in found.tokens]
    return Page(items=items, next=cursor_of(found.next))


def _shown(found: TokenShown) -> TokenJson:
    return _json(found.token, found.holder)


def _retired(outcome: TokenRetired) -> OutcomeJson:
    return OutcomeJson(outcome=outcome.status)


def _in_step(outcome: TokenResynchronised) -> InStepJson:
    return InStepJson(outcome=outcome.status, serial=outcome.serial, offset_minutes=outcome.offset_minutes)


def _json(one: Token, holder: str | None) -> TokenJson:
    return TokenJson(
        id=one.id,
        serial=one.serial,
        manufacturer=one.manufacturer,
        model=one.model,
        kind=one.parameters.motion,
        algorithm=one.parameters.algorithm,
        period=one.parameters.period if one.parameters.motion is MovingFactor.TOTP else None,
        digits=6,
        state=one.state,
        account_id=one.account,
        user_name=holder,
        starts_at=one.starts_at,
        expires_at=one.expires_at,
        imported_at=one.imported_at,
        changed_at=one.changed_at,
    )
