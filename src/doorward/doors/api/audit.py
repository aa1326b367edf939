"""`/audit`: who did what to whom (AUDIT-1, AUDIT-4)."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from pydantic import Field

from doorward.doors.api.asked import Holder
from doorward.doors.api.cursors import cursor_of
from doorward.doors.api.given import After, InstantIn, Limit, ListedAccount
from doorward.doors.api.routing import Routes
from doorward.doors.api.shapes import EntryJson, Page, Shape, entry_json
from doorward.doors.web.downloads import MEDIA_TYPES, audit_file
from doorward.features.audit.actions import export_entries, list_acts, list_checkpoints, list_entries
from doorward.features.audit.model import (
    ActsListed,
    CheckpointsPage,
    EntriesPage,
    ExportEntries,
    ExportFormat,
    Filter,
    ListActs,
    ListCheckpoints,
    ListEntries,
)
from doorward.kernel.outcome import Refused
from doorward.kernel.paging import DEFAULT_PAGE

routes = Routes("audit")

_REFERENCE = "what an answer was told under: the `reference` of a problem"
_ACT = "such as `lockout.unlocked`; a word such as `lockout` is every act of that feature"


class ActJson(Shape):
    """An act that is recorded."""

    act: str = Field(description="as entries name it, and as the filter takes it")
    feature: str = Field(description="what it belongs to; the filter takes this too")
    words: str = Field(description="what it means in plain words")


class CheckpointJson(Shape):
    """What is left of entries that have expired: one run of removals."""

    number: int = Field(description="runs are numbered from 1 on, without gaps")
    begun_at: datetime
    ended_at: datetime | None = Field(description="null while the run goes on")
    count: int = Field(description="how many entries were removed")
    first_id: UUID
    first_at: datetime
    last_id: UUID
    last_at: datetime
    link: str = Field(description="SHA-256, in hex, over the link of the run before and every removed entry")


_FILES = {
    "description": "the file: a line for each entry, newest first",
    "content": {kind.partition(";")[0]: {"schema": {"type": "string"}} for kind in MEDIA_TYPES.values()},
}


@routes.on("GET /audit", list_entries, Page[EntryJson], ("list.cursor", "accounts.not_found"))
def read_audit(  # noqa: PLR0913 - one parameter for each filter
    asked: Holder,
    *,
    account: Annotated[ListedAccount | None, Query(description="id of the target")] = None,
    actor: Annotated[str | None, Query(max_length=200, description="id or user name; `system`; `cli:…`")] = None,
    act: Annotated[str | None, Query(max_length=100, description=_ACT)] = None,
    after: Annotated[InstantIn | None, Query(description="not before this instant")] = None,
    before: Annotated[InstantIn | None, Query(description="before this instant")] = None,
    reference: Annotated[str | None, Query(max_length=60, description=_REFERENCE)] = None,
    limit: Limit = DEFAULT_PAGE,
    cursor: After = None,
) -> Response:
    r"""Read the audit trail, newest first; reading it is recorded too.

    curl -s "https://login.example.org/api/v1/audit?account=$ID&act=lockout.unlocked" \
      -H "authorization: Bearer $TOKEN"
    """
    command = ListEntries(Filter(account, actor, act, after, before, reference), limit, cursor)
    return asked.told(asked.run(list_entries, command), _entries)


@routes.on("GET /audit/export", export_entries, _FILES, ("accounts.not_found",))
def export_audit(  # noqa: PLR0913 - one parameter for each filter
    asked: Holder,
    *,
    form: Annotated[
        ExportFormat, Query(alias="format", description="`csv`, or `jsonl` for JSON lines")
    ] = ExportFormat.CSV,
    account: Annotated[ListedAccount | None, Query(description="id of the target")] = None,
    actor: Annotated[str | None, Query(max_length=200, description="id or user name; `system`; `cli:…`")] = None,
    act: Annotated[str | None, Query(max_length=100, description=_ACT)] = None,
    after: Annotated[InstantIn | None, Query(description="not before this instant")] = None,
    before: Annotated[InstantIn | None, Query(description="before this instant")] = None,
    reference: Annotated[str | None, Query(max_length=60, description=_REFERENCE)] = None,
) -> Response:
    r"""Export the audit trail as a file, newest first; recorded once, with what was asked for.

    A file that breaks off is not whole: the session ended, or the right was taken away, while it was sent.

    curl -s "https://login.example.org/api/v1/audit/export?format=jsonl&after=2026-05-01T00:00:00Z" \
      -H "authorization: Bearer $TOKEN" -o audit.jsonl
    """
    wanted = ExportEntries(Filter(account, actor, act, after, before, reference), form)
    begun = asked.run(export_entries, wanted)
    return asked.refuse(begun) if isinstance(begun, Refused) else audit_file(begun, wanted, asked.run)


@routes.on("GET /audit/acts", list_acts, Page[ActJson])
def read_acts(asked: Holder) -> Response:
    """List every act that is recorded, by feature; all of them are one page."""
    return asked.told(asked.run(list_acts, ListActs()), _acts)


@routes.on("GET /audit/checkpoints", list_checkpoints, Page[CheckpointJson], ("list.cursor",))
def read_checkpoints(asked: Holder, limit: Limit = DEFAULT_PAGE, cursor: After = None) -> Response:
    r"""Read what retention has removed from the old end of the trail, newest run first.

    curl -s https://login.example.org/api/v1/audit/checkpoints -H "authorization: Bearer $TOKEN"
    """
    command = ListCheckpoints(limit, None if cursor is None else cursor.int)
    return asked.told(asked.run(list_checkpoints, command), _checkpoints)


def _acts(listed: ActsListed) -> Page[ActJson]:
    return Page(items=[ActJson(act=one.act, feature=one.feature, words=one.words) for one in listed.acts], next=None)


def _checkpoints(page: CheckpointsPage) -> Page[CheckpointJson]:
    items = [
        CheckpointJson(
            number=run.number,
            begun_at=run.begun_at,
            ended_at=run.ended_at,
            count=run.count,
            first_id=run.first_id,
            first_at=run.first_at,
            last_id=run.last_id,
            last_at=run.last_at,
            link=run.link.hex(),
        )
        for run in page.checkpoints
    ]
    return Page(items=items, next=cursor_of(None if page.next_number is None else UUID(int=page.next_number)))


def _entries(page: EntriesPage) -> Page[EntryJson]:
    return Page(items=[entry_json(entry) for entry in page.entries], next=cursor_of(page.next_id))
