"""`/accounts`: search, add, read, edit, enable, disable, start a password reset, history (LOCK-6, PASS-6, AUDIT-4)."""

from datetime import datetime
from typing import Annotated

from fastapi import Query, Response
from pydantic import Field

from doorward.doors.api.answers import answer
from doorward.doors.api.asked import Asked, Holder
from doorward.doors.api.given import (
    AccountIn,
    Body,
    Cursor,
    Flag,
    IfMatch,
    Kind,
    Limit,
    NewFlag,
    NewKind,
    NewText,
    Reasoned,
)
from doorward.doors.api.routing import PREFIX, Routes
from doorward.doors.api.shapes import AccountJson, ActedJson, EntryJson, Page, account_json, entry_json
from doorward.features.accounts.model import AccountKind
from doorward.features.administration.actions.adding import add_account
from doorward.features.administration.actions.editing import (
    disable_account,
    edit_account,
    enable_account,
    start_password_reset,
)
from doorward.features.administration.model import (
    AccountAdded,
    AddAccount,
    DisableAccount,
    EditAccount,
    EnableAccount,
    PasswordResetStarted,
    StartPasswordReset,
)
from doorward.features.directory.actions import search_accounts, view_account, view_history
from doorward.features.directory.model import (
    AccountShown,
    Found,
    HistoryShown,
    LockKind,
    Search,
    ViewAccount,
    ViewHistory,
)
from doorward.features.second_factor.model import FactorState
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from doorward.kernel.paging import DEFAULT_PAGE

routes = Routes("accounts")
_OK, _NO_CONTENT = 200, 204

_NAMES = (
    "accounts.name_missing", "accounts.name_too_long", "accounts.name_malformed", "accounts.email_malformed",
    "accounts.name_taken", "rights.internal_only",
)  # fmt: skip
_RESET = (
    "accounts.not_found", "request.reason", "rights.self", "rights.higher_target", "passwords.no_address",
    "passwords.set_up_open",
)  # fmt: skip
_CHANGE = ("accounts.not_found", "request.reason", "rights.self", "rights.higher_target")

Text = Annotated[str, Query(max_length=200, description="prefix for 1 or 2 characters, substring from 3")]
OptionalFlag = Annotated[Flag | None, Query()]


class NewAccount(Body):
    """An account to add."""

    user_name: str = Field(description="1 to 200 characters, no control characters")
    full_name: str | None = Field(None, description="the user name where it is left out")
    email: str = Field(description="where the link to set a password goes")
    kind: Kind = "internal"
    roles: list[str] = Field(default_factory=list)
    groups: list[str] = Field(default_factory=list, max_length=100, description="each by its id or name")


class Changes(Reasoned):
    """What to change; what is left out stays as it is."""

    user_name: NewText = None
    full_name: NewText = None
    email: str | None = Field(None, description="null removes the address")
    kind: NewKind = None
    protected: NewFlag = Field(None, description="every change to a protected account asks for `account_protection`")
    must_change_password: NewFlag = None


class ResetStartedJson(ActedJson):
    """The link is on its way to the person; nobody else sees it."""

    expires_at: datetime


@routes.on("GET /accounts", search_accounts, Page[AccountJson], ("list.cursor", "groups.not_found"))
def find_accounts(  # noqa: PLR0913 - one parameter for each filter
    asked: Holder,
    *,
    query: Text = "",
    locked: Annotated[Flag, Query(description="only accounts that are locked now")] = False,
    second_factor: Annotated[FactorState | None, Query()] = None,
    enabled: OptionalFlag = None,
    group: Annotated[
        str | None, Query(max_length=200, description="only accounts in this group: its id or name")
    ] = None,
    lock: Annotated[LockKind | None, Query(description="only accounts that are locked now, in this way")] = None,
    limit: Limit = DEFAULT_PAGE,
    cursor: Cursor = None,
) -> Response:
    """Search accounts by name, login or e-mail; filters combine by AND; ordered by full name, then id.

    curl -s 'https://login.example.org/api/v1/accounts?locked=true&query=ros' -H "authorization: Bearer $TOKEN"
    """
    command = Search(query, locked, second_factor, enabled, limit, cursor, group=group, lock=lock)
    return asked.told(asked.run(search_accounts, command), _found)


@routes.on(
    "POST /accounts",
    add_account,
    AccountJson,
    (*_NAMES, "rights.unknown_role", "rights.not_held", "groups.not_found"),
    201,
)
def create_account(body: NewAccount, asked: Holder) -> Response:
    """Add an account; a link to set its password is mailed to it.

    It starts on the allowlist if new accounts may set up a key by themselves. Whoever may not read accounts there is
    told its address alone, in `Location`.
    """
    name = body.user_name if body.full_name is None else body.full_name
    command = AddAccount(
        body.user_name, name, body.email, AccountKind(body.kind), tuple(body.roles), tuple(body.groups)
    )
    outcome = asked.run(add_account, command)
    if isinstance(outcome, AccountAdded):
        return _account(asked, outcome.account, 201, {"location": f"{PREFIX}/accounts/{outcome.account}"})
    return asked.refuse(outcome)


@routes.on("GET /accounts/{account}", view_account, AccountJson, ("accounts.not_found",))
def read_account(account: AccountIn, asked: Holder) -> Response:
    """Read an account; its version is in `version` and in `ETag`."""
    outcome = asked.run(view_account, ViewAccount(account))
    if isinstance(outcome, AccountShown):
        shape = account_json(outcome.account)
        return answer(shape, headers=_tag(shape))
    return asked.refuse(outcome)


@routes.on(
    "PATCH /accounts/{account}", edit_account, AccountJson,
    (*_CHANGE, *_NAMES, "accounts.version_missing", "accounts.version_lost", "rights.last_administrator"),
)  # fmt: skip
def change_account(account: AccountIn, body: Changes, asked: Holder, if_match: IfMatch = None) -> Response:
    r"""Change an account; `If-Match` names the version that was read, quoted or bare.

    Where `protected` is true, this and every other change to the account asks whoever makes it for
    `account_protection`: their own password and a code that their app shows now. It is good for this request alone.
    Whoever may change the account and not read it is answered 204, without a body.

    curl -s -X PATCH https://login.example.org/api/v1/accounts/$ID -H "authorization: Bearer $TOKEN" \
      -H 'if-match: "3"' -H 'content-type: application/json' \
      -d '{"full_name": "Bram Rossi", "reason": "married"}'
    """
    if if_match is None:
        return asked.refuse(Refused("accounts.version_missing"))
    outcome = asked.change(edit_account, _edit(account, if_match, body), body)
    return asked.refuse(outcome) if isinstance(outcome, Refused) else _account(asked, account)


@routes.on("POST /accounts/{account}/enable", enable_account, ActedJson, _CHANGE)
def enable(account: AccountIn, body: Reasoned, asked: Holder) -> Response:
    """Let a disabled account sign in again."""
    return asked.acted(asked.change(enable_account, EnableAccount(account, body.reason), body), account)


@routes.on("POST /accounts/{account}/disable", disable_account, ActedJson, (*_CHANGE, "rights.last_administrator"))
def disable(account: AccountIn, body: Reasoned, asked: Holder) -> Response:
    """Bar an account from signing in, and end its sessions."""
    return asked.acted(asked.change(disable_account, DisableAccount(account, body.reason), body), account)


@routes.on("POST /accounts/{account}/reset-password", start_password_reset, ResetStartedJson, _RESET)
def reset_password(account: AccountIn, body: Reasoned, asked: Holder) -> Response:
    """Start a password reset: a link to set a new password is mailed to the person.

    Nobody chooses or sees a password for somebody else; the second factor stays as it is.
    """
    outcome = asked.change(start_password_reset, StartPasswordReset(account, body.reason), body)
    if isinstance(outcome, PasswordResetStarted):
        account_now = asked.account(account)
        return answer(ResetStartedJson(outcome=outcome.status, account=account_now, expires_at=outcome.expires_at))
    return asked.refuse(outcome)


@routes.on("GET /accounts/{account}/history", view_history, Page[EntryJson], ("accounts.not_found", "list.cursor"))
def read_history(account: AccountIn, asked: Holder, limit: Limit = DEFAULT_PAGE, cursor: Cursor = None) -> Response:
    """Read what happened to an account, newest first."""
    return asked.told(asked.run(view_history, ViewHistory(account, limit, cursor)), _history)


def _found(found: Found) -> Page[AccountJson]:
    return Page(items=[account_json(row) for row in found.accounts], next=found.next)


def _history(shown: HistoryShown) -> Page[EntryJson]:
    return Page(items=[entry_json(entry) for entry in shown.entries], next=shown.next_id)


def _edit(account: AccountId, version: int, body: Changes) -> EditAccount:
    removed = "email" in body.model_fields_set and body.email is None
    return EditAccount(
        account=account,
        if_version=version,
        user_name=body.user_name,
        full_name=body.full_name,
        email="" if removed else body.email,
        kind=None if body.kind is None else AccountKind(body.kind),
        protected=body.protected,
        must_change_password=body.must_change_password,
        reason=body.reason,
    )


def _account(asked: Asked, account: AccountId, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Answer with an account; whoever may write it and not read it is told that it was done, and no more."""
    shape = asked.account(account)
    if shape is None:
        return Response(None, _NO_CONTENT if status == _OK else status, headers)
    return answer(shape, status, headers={**_tag(shape), **(headers or {})})


def _tag(shape: AccountJson) -> dict[str, str]:
    return {"etag": f'"{shape.version}"'}
