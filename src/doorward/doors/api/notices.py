"""`/mail`: what waits in the outbox, without bodies, codes or links (DEV-5)."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Body as InBody
from fastapi import Query, Response

from doorward.doors.api.answers import answer
from doorward.doors.api.asked import Holder
from doorward.doors.api.cursors import cursor_of
from doorward.doors.api.given import After, Body, Limit, ListedAccount, MailIn, Reason
from doorward.doors.api.routing import Routes
from doorward.doors.api.shapes import Page, Shape
from doorward.features.notices.actions import list_mail, retry_mail
from doorward.features.notices.model import (
    Kind,
    ListMail,
    MailPage,
    MailRetried,
    MailState,
    NothingToRetry,
    RetryMail,
)
from doorward.kernel.outcome import Refused
from doorward.kernel.paging import DEFAULT_PAGE

routes = Routes("mail")


class MailJson(Shape):
    """A mail as operators see it."""

    id: UUID
    account_id: UUID
    kind: Kind
    recipient: str
    state: MailState
    error: str | None
    attempts: int
    queued_at: datetime
    next_attempt_at: datetime | None
    finished_at: datetime | None


class RetriedJson(Shape):
    """How many mails are due now."""

    outcome: Literal["done", "unchanged"]
    count: int


class Retrying(Body):
    """Why mail is tried again."""

    reason: Reason | None = None


OptionalRetrying = Annotated[Retrying | None, InBody(description="may be left out")]


@routes.on("GET /mail", list_mail, Page[MailJson], ("list.cursor", "accounts.not_found"))
def read_mail(
    asked: Holder,
    state: Annotated[MailState | None, Query()] = None,
    account: Annotated[ListedAccount | None, Query(description="id of whom the mail is about")] = None,
    limit: Limit = DEFAULT_PAGE,
    cursor: After = None,
) -> Response:
    """List mail, newest first: recipient, kind, state and error."""
    command = ListMail(state=state, account_id=account, limit=limit, before_id=cursor)
    return asked.told(asked.run(list_mail, command), _mails)


@routes.on("POST /mail/retry", retry_mail, RetriedJson, ("request.reason",))
def retry_all(asked: Holder, body: OptionalRetrying = None) -> Response:
    """Try all waiting and failed mail again now."""
    command = RetryMail(reason=None if body is None else body.reason)
    outcome = asked.run(retry_mail, command)
    return asked.refuse(outcome) if isinstance(outcome, Refused) else answer(_retried(outcome))


@routes.on("POST /mail/{mail}/retry", retry_mail, RetriedJson, ("notices.not_found", "request.reason"))
def retry_one(mail: MailIn, asked: Holder, body: OptionalRetrying = None) -> Response:
    """Try one mail again now."""
    command = RetryMail(mail, None if body is None else body.reason)
    outcome = asked.run(retry_mail, command)
    return asked.refuse(outcome) if isinstance(outcome, Refused) else answer(_retried(outcome))


def _mails(page: MailPage) -> Page[MailJson]:
    items = [
        MailJson(
            id=one.id,
            account_id=one.account,
            kind=one.kind,
            recipient=one.recipient,
            state=one.state,
            error=one.error,
            attempts=one.attempts,
            queued_at=one.queued_at,
            next_attempt_at=one.next_attempt_at,
            finished_at=one.finished_at,
        )
        for one in page.mails
    ]
    return Page(items=items, next=cursor_of(page.next_id))


def _retried(outcome: MailRetried | NothingToRetry) -> RetriedJson:
    count = outcome.count if isinstance(outcome, MailRetried) else 0
    return RetriedJson(outcome=outcome.status, count=count)
