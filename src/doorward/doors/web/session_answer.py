"""The answer to `GET /api/v1/session`: made here for the API and for the gate that answers in its place."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from doorward.features.sessions.model import SessionShown


class SessionJson(BaseModel):
    """How a session was opened, and until when it lasts."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    used_second_factor: bool = Field(description="opened with the second factor, as administering accounts asks for")
    own_page_only: bool = Field(description="opened with a recovery code: reaches `/me` and nothing else")
    fresh_at: datetime | None = Field(description="when this session last gave a code of the present key")
    opened_at: datetime
    expires_at: datetime


class SignedInJson(BaseModel):
    """The account behind a token, with its session and the rights that it holds."""

    model_config = ConfigDict(frozen=True)

    id: UUID = Field(description="the account's id")
    user_name: str
    full_name: str
    email: str | None
    kind: str
    session: SessionJson
    rights: list[str] = Field(description="`area:right`; empty for an account without a role")


def session_json(shown: SessionShown) -> SignedInJson:
    """Spell the account behind a token."""
    facts = shown.session
    session = SessionJson(
        id=facts.id,
        used_second_factor=facts.used_second_factor,
        own_page_only=facts.own_page_only,
        fresh_at=facts.fresh_at,
        opened_at=facts.opened_at,
        expires_at=facts.expires_at,
    )
    return SignedInJson(
        id=facts.account,
        user_name=facts.user_name,
        full_name=shown.full_name,
        email=shown.email,
        kind=shown.kind,
        session=session,
        rights=list(shown.rights),
    )
