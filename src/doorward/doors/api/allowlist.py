"""The two lists of the second factor: who may set one up, and who signs in without one (KEY-5, KEY-13)."""

from datetime import datetime
from uuid import UUID

from fastapi import Response
from pydantic import Field

from doorward.doors.api.asked import Holder
from doorward.doors.api.cursors import cursor_of
from doorward.doors.api.given import AccountIn, After, Limit, Reasoned, Undone
from doorward.doors.api.routing import Routes
from doorward.doors.api.second_factor import CODES
from doorward.doors.api.shapes import ActedJson, Page, Shape
from doorward.features.second_factor.actions.allowlist import (
    allow_set_up,
    list_allowlist,
    undo_allow_set_up,
    withdraw_set_up,
)
from doorward.features.second_factor.actions.exclusions import exclude_account, lift_exclusion, list_exclusions
from doorward.features.second_factor.model import (
    AllowlistPage,
    AllowSetUp,
    Cause,
    ExcludeAccount,
    ExclusionsPage,
    LiftExclusion,
    ListAllowlist,
    ListExclusions,
    UndoAllowSetUp,
    WithdrawSetUp,
)
from doorward.kernel.ids import AccountId
from doorward.kernel.paging import DEFAULT_PAGE

routes = Routes("allowlist and exclusions")

_UNDOING = ("second_factor.undo_nothing", "second_factor.undo_late")


class ExclusionJson(Shape):
    """An account that signs in without a second factor, and who decided so."""

    account_id: UUID
    user_name: str | None
    added_at: datetime
    added_by: str
    added_by_id: UUID | None
    reason: str


class AllowlistJson(ExclusionJson):
    """An account that may set up a second factor once, and who allowed it."""

    cause: Cause
    expires_at: datetime = Field(description="afterwards the account is blocked until it is allowed again")


@routes.on("GET /allowlist", list_allowlist, Page[AllowlistJson], ("list.cursor",))
def read_allowlist(asked: Holder, limit: Limit = DEFAULT_PAGE, cursor: After = None) -> Response:
    """List the accounts that may set up a second factor at their next sign-in."""
    command = ListAllowlist(limit, None if cursor is None else AccountId(cursor))
    return asked.told(asked.run(list_allowlist, command), _allowlist)


@routes.on("PUT /allowlist/{account}", allow_set_up, ActedJson, CODES)
def add_to_allowlist(account: AccountIn, body: Reasoned, asked: Holder) -> Response:
    """Let a blocked account set up a second factor at its next sign-in."""
    return asked.acted(asked.change(allow_set_up, AllowSetUp(account, body.reason), body), account)


@routes.on("POST /allowlist/{account}/remove", withdraw_set_up, ActedJson, CODES)
def remove_from_allowlist(account: AccountIn, body: Reasoned, asked: Holder) -> Response:
    """Take an account off the allowlist; without a second factor it is blocked then."""
    return asked.acted(asked.change(withdraw_set_up, WithdrawSetUp(account, body.reason), body), account)


@routes.on("POST /allowlist/{account}/undo", undo_allow_set_up, ActedJson, (*CODES, *_UNDOING))
def undo_an_addition(account: AccountIn, asked: Holder, body: Undone | None = None) -> Response:
    r"""Take back an entry that one has added oneself, within 10 seconds and before it is used.

    curl -s -X POST https://login.example.org/api/v1/allowlist/$ID/undo -H "authorization: Bearer $TOKEN"
    """
    command = UndoAllowSetUp(account, None if body is None else body.reason)
    return asked.acted(asked.change(undo_allow_set_up, command, body), account)


@routes.on("GET /exclusions", list_exclusions, Page[ExclusionJson], ("list.cursor",))
def read_exclusions(asked: Holder, limit: Limit = DEFAULT_PAGE, cursor: After = None) -> Response:
    """List the accounts that sign in without a second factor."""
    command = ListExclusions(limit, None if cursor is None else AccountId(cursor))
    return asked.told(asked.run(list_exclusions, command), _exclusions)


@routes.on("PUT /exclusions/{account}", exclude_account, ActedJson, (*CODES, "rights.last_administrator"))
def add_to_exclusions(account: AccountIn, body: Reasoned, asked: Holder) -> Response:
    """Let an account sign in without a second factor; it can never administer accounts then."""
    return asked.acted(asked.change(exclude_account, ExcludeAccount(account, body.reason), body), account)


@routes.on("POST /exclusions/{account}/remove", lift_exclusion, ActedJson, CODES)
def remove_from_exclusions(account: AccountIn, body: Reasoned, asked: Holder) -> Response:
    """Ask an excluded account for a second factor again."""
    return asked.acted(asked.change(lift_exclusion, LiftExclusion(account, body.reason), body), account)


def _allowlist(page: AllowlistPage) -> Page[AllowlistJson]:
    items = [
        AllowlistJson(
            account_id=one.account,
            user_name=page.people[one.account].user_name,
            added_at=one.added_at,
            added_by=one.added_by,
            added_by_id=one.added_by_id,
            reason=one.reason,
            cause=one.cause,
            expires_at=one.expires_at,
        )
        for one in page.entries
    ]
    return Page(items=items, next=cursor_of(page.next))


def _exclusions(page: ExclusionsPage) -> Page[ExclusionJson]:
    items = [
        ExclusionJson(
            account_id=one.account,
            user_name=page.people[one.account].user_name,
            added_at=one.added_at,
            added_by=one.added_by,
            added_by_id=one.added_by_id,
            reason=one.reason,
        )
        for one in page.entries
    ]
    return Page(items=items, next=cursor_of(page.next))
