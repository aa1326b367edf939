"""Shapes that several routes answer with: an account, an entry, an outcome, a page."""

from datetime import datetime
from typing import Generic, Literal, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from doorward.features.directory.model import AccountRow
from doorward.kernel.events import Entry

T = TypeVar("T")


class Shape(BaseModel):
    """Base of all answers."""

    model_config = ConfigDict(frozen=True)


class Page(Shape, Generic[T]):
    """One page of a list."""

    items: list[T]
    next: str | None = Field(description="`cursor` of the next page; null on the last one")


class AccountJson(Shape):
    """An account."""

    id: UUID
    user_name: str = Field(description="the name to sign in with")
    full_name: str
    email: str | None
    kind: Literal["internal", "external"]
    enabled: bool
    protected: bool
    locked_at: datetime | None = Field(description="Locked date; null when open, and once a timed lock has lapsed")
    lock_reason: Literal["Failures", "Inactivity", "Administrator", "Reported"] | None
    lock_ends_at: datetime | None = Field(description="null: until somebody unlocks")
    unlocked_by: str | None = Field(description="user name of whoever unlocked last; stays when it is locked again")
    unlocked_by_id: UUID | None
    unlocked_at: datetime | None
    second_factor: Literal["set_up", "may_set_up", "blocked", "excluded"]
    signs_in_by_email: bool = Field(
        description="it has no second factor, and `device_method` lets it in with its password and a code by e-mail, "
        "also while `second_factor` is `may_set_up` or `blocked`"
    )
    groups: list[str]
    roles: list[str]
    last_sign_in_at: datetime | None
    password_changed_at: datetime | None
    version: int = Field(description="what `If-Match` of a change must name")


class ActedJson(Shape):
    """What came of an act, and how the account stands after it."""

    outcome: Literal["done", "unchanged"]
    account: AccountJson | None = Field(description="null where whoever asks may do this, but not read the account")


class OutcomeJson(Shape):
    """What came of an act."""

    outcome: Literal["done", "unchanged"]


class EntryJson(Shape):
    """One entry of the audit trail."""

    id: UUID
    at: datetime
    act: str
    outcome: str = Field(description="`done`, `unchanged` or `refused`; of a sign-in attempt `checked` or `refused`")
    result: str | None = Field(description="of a checked attempt: `right`, `wrong`, `used` or `unknown`")
    code: str | None
    actor_id: UUID | None
    actor_name: str
    target_id: UUID | None
    target_name: str | None
    reason: str | None
    reference: str = Field(description="also stands in the answer and in the log")
    address: str
    user_agent: str
    session_id: UUID | None
    door: str
    node: str
    details: dict[str, str | int | bool | None]


def account_json(row: AccountRow) -> AccountJson:
    """Spell an account."""
    lock = row.lock
    return AccountJson(
        id=row.id,
        user_name=row.user_name,
        full_name=row.full_name,
        email=row.email,
        kind=row.kind.value,
        enabled=row.enabled,
        protected=row.protected,
        locked_at=None if lock is None else lock.at,
        lock_reason=None if lock is None else lock.reason.value,
        lock_ends_at=None if lock is None else lock.ends_at,
        unlocked_by=row.unlocked_by,
        unlocked_by_id=row.unlocked_by_id,
        unlocked_at=row.unlocked_at,
        second_factor=row.second_factor.value,
        signs_in_by_email=row.signs_in_by_email,
        groups=list(row.groups),
        roles=list(row.roles),
        last_sign_in_at=row.last_sign_in_at,
        password_changed_at=row.password_changed_at,
        version=row.version,
    )


def entry_json(entry: Entry) -> EntryJson:
    """Spell an entry."""
    return EntryJson(
        id=entry.id,
        at=entry.at,
        act=entry.act,
        outcome=entry.outcome,
        result=entry.result,
        code=entry.code,
        actor_id=entry.actor_id,
        actor_name=entry.actor_name,
        target_id=entry.target_id,
        target_name=entry.target_name,
        reason=entry.reason,
        reference=entry.reference,
        address=entry.address,
        user_agent=entry.user_agent,
        session_id=entry.session_id,
        door=entry.door,
        node=entry.node,
        details=dict(entry.details),
    )
