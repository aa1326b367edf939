"""`/session`, one's own sessions, and those of accounts (SESS-1, SESS-2)."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Body as InBody
from fastapi import Response
from pydantic import Field

from doorward.doors.api.answers import answer
from doorward.doors.api.asked import Holder
from doorward.doors.api.given import AccountIn, Ending, OwnChange, SessionIn
from doorward.doors.api.routing import Routes
from doorward.doors.api.shapes import OutcomeJson, Page, Shape
from doorward.doors.web.session_answer import SignedInJson, session_json
from doorward.features.sessions.actions import (
    end_own_sessions,
    end_session,
    end_sessions_of,
    list_own_sessions,
    list_sessions_of,
    show_session,
)
from doorward.features.sessions.model import (
    EndOwnSessions,
    EndSession,
    EndSessionsOf,
    ListOwnSessions,
    ListSessionsOf,
    NoSessions,
    OpenedWith,
    OwnSessionsListed,
    SessionEnded,
    SessionRow,
    SessionsEnded,
    SessionsListed,
    ShowSession,
)
from doorward.kernel.outcome import Refused

routes = Routes("sessions")

_CODES = ("accounts.not_found", "request.reason", "rights.higher_target")


class SessionRowJson(Shape):
    """A session as lists show it."""

    id: UUID
    opened_at: datetime
    last_seen_at: datetime = Field(description="written at most once a minute")
    expires_at: datetime
    opened_with: OpenedWith
    address: str
    user_agent: str
    door: str


class OwnSessionJson(SessionRowJson):
    """One of one's own sessions."""

    present: bool = Field(description="the session that asks")


class SessionsEndedJson(Shape):
    """How many sessions were ended."""

    outcome: Literal["done", "unchanged"]
    count: int


OptionalChange = Annotated[OwnChange | None, InBody(description="may be left out")]
OptionalEnding = Annotated[Ending | None, InBody(description="may be left out")]


@routes.on("GET /session", show_session, SignedInJson)
def read_session(asked: Holder) -> Response:
    """Tell which account is behind the token.

    The answer may be 0.8 seconds old, and never older.

    curl -s https://login.example.org/api/v1/session -H "authorization: Bearer $TOKEN"
    """
    return asked.told(asked.run(show_session, ShowSession()), session_json)


@routes.on("DELETE /session", end_session, OutcomeJson)
def end_own_session(asked: Holder) -> Response:
    """Sign out: end the session of the token."""
    return asked.told(asked.run(end_session, EndSession()), _own_ended)


@routes.on("GET /me/sessions", list_own_sessions, Page[OwnSessionJson])
def read_own_sessions(asked: Holder) -> Response:
    """List one's own live sessions, newest first."""
    return asked.told(asked.run(list_own_sessions, ListOwnSessions()), _own_listed)


@routes.on("DELETE /me/sessions", end_own_sessions, SessionsEndedJson)
def end_other_own_sessions(asked: Holder, body: OptionalChange = None) -> Response:
    """End every session of one's own but the one that asks."""
    del body
    outcome = asked.run(end_own_sessions, EndOwnSessions())
    return asked.refuse(outcome) if isinstance(outcome, Refused) else answer(_ended(outcome))


@routes.on("DELETE /me/sessions/{session}", end_own_sessions, SessionsEndedJson, ("sessions.not_found",))
def end_one_own_session(session: SessionIn, asked: Holder, body: OptionalChange = None) -> Response:
    """End one of one's own sessions; `unchanged` if it was over already."""
    del body
    outcome = asked.run(end_own_sessions, EndOwnSessions(session))
    return asked.refuse(outcome) if isinstance(outcome, Refused) else answer(_ended(outcome))


@routes.on("GET /accounts/{account}/sessions", list_sessions_of, Page[SessionRowJson], ("accounts.not_found",))
def list_sessions(account: AccountIn, asked: Holder) -> Response:
    """List the live sessions of an account, newest first."""
    return asked.told(asked.run(list_sessions_of, ListSessionsOf(account)), _listed)


@routes.on("DELETE /accounts/{account}/sessions", end_sessions_of, SessionsEndedJson, _CODES)
def end_sessions(account: AccountIn, asked: Holder, body: OptionalEnding = None) -> Response:
    """End every session of an account."""
    command = EndSessionsOf(account, reason=None if body is None else body.reason)
    outcome = asked.change(end_sessions_of, command, body)
    return asked.refuse(outcome) if isinstance(outcome, Refused) else answer(_ended(outcome))


@routes.on(
    "DELETE /accounts/{account}/sessions/{session}", end_sessions_of, SessionsEndedJson,
    (*_CODES, "sessions.not_found"),
)  # fmt: skip
def end_one_session(account: AccountIn, session: SessionIn, asked: Holder, body: OptionalEnding = None) -> Response:
    """End one session of an account; `unchanged` if it was over already."""
    command = EndSessionsOf(account, session, None if body is None else body.reason)
    outcome = asked.change(end_sessions_of, command, body)
    return asked.refuse(outcome) if isinstance(outcome, Refused) else answer(_ended(outcome))


def session_row_json(row: SessionRow) -> SessionRowJson:
    """Spell a session of a list."""
    return SessionRowJson(
        id=row.session,
        opened_at=row.opened_at,
        last_seen_at=row.last_seen_at,
        expires_at=row.expires_at,
        opened_with=row.opened_with,
        address=row.address,
        user_agent=row.user_agent,
        door=row.door,
    )


def _listed(outcome: SessionsListed) -> Page[SessionRowJson]:
    return Page(items=[session_row_json(row) for row in outcome.sessions], next=None)


def _own_listed(outcome: OwnSessionsListed) -> Page[OwnSessionJson]:
    rows = [
        OwnSessionJson(**session_row_json(row).model_dump(), present=row.session == outcome.present)
        for row in outcome.sessions
    ]
    return Page(items=rows, next=None)


def _own_ended(outcome: SessionEnded) -> OutcomeJson:
    return OutcomeJson(outcome=outcome.status)


def _ended(outcome: SessionsEnded | NoSessions) -> SessionsEndedJson:
    count = outcome.count if isinstance(outcome, SessionsEnded) else 0
    return SessionsEndedJson(outcome=outcome.status, count=count)
