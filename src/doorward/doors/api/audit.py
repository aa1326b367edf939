"""`/audit`: who did what to whom (AUDIT-1, AUDIT-4)."""

from typing import Annotated

from fastapi import Query, Response

from doorward.doors.api.asked import Holder
from doorward.doors.api.cursors import cursor_of
from doorward.doors.api.given import PAGE, After, InstantIn, Limit, ListedAccount
from doorward.doors.api.routing import Routes
from doorward.doors.api.shapes import EntryJson, Page, entry_json
from doorward.doors.web.downloads import MEDIA_TYPES, audit_file
from doorward.features.audit.actions import export_entries, list_entries
from doorward.features.audit.model import EntriesPage, ExportEntries, Filter, Form, ListEntries
from doorward.kernel.outcome import Refused

routes = Routes("audit")

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
    act: Annotated[str | None, Query(max_length=100, description="such as `lockout.unlocked`")] = None,
    after: Annotated[InstantIn | None, Query(description="not before this instant")] = None,
    before: Annotated[InstantIn | None, Query(description="before this instant")] = None,
    limit: Limit = PAGE,
    cursor: After = None,
) -> Response:
    r"""Read the audit trail, newest first; reading it is recorded too.

    curl -s "https://login.example.org/api/v1/audit?account=$ID&act=lockout.unlocked" \
      -H "authorization: Bearer $TOKEN"
    """
    command = ListEntries(Filter(account, actor, act, after, before), limit, cursor)
    return asked.told(asked.run(list_entries, command), _entries)


@routes.on("GET /audit/export", export_entries, _FILES, ("accounts.not_found",))
def export_audit(  # noqa: PLR0913 - one parameter for each filter
    asked: Holder,
    *,
    form: Annotated[Form, Query(alias="format", description="`csv`, or `jsonl` for JSON lines")] = Form.CSV,
    account: Annotated[ListedAccount | None, Query(description="id of the target")] = None,
    actor: Annotated[str | None, Query(max_length=200, description="id or user name; `system`; `cli:…`")] = None,
    act: Annotated[str | None, Query(max_length=100, description="such as `lockout.unlocked`")] = None,
    after: Annotated[InstantIn | None, Query(description="not before this instant")] = None,
    before: Annotated[InstantIn | None, Query(description="before this instant")] = None,
) -> Response:
    r"""Export the audit trail as a file, newest first; recorded once, with what was asked for.

    A file that breaks off is not whole: the session ended, or the right was taken away, while it was sent.

    curl -s "https://login.example.org/api/v1/audit/export?format=jsonl&after=2026-05-01T00:00:00Z" \
      -H "authorization: Bearer $TOKEN" -o audit.jsonl
    """
    wanted = ExportEntries(Filter(account, actor, act, after, before), form)
    begun = asked.run(export_entries, wanted)
    return asked.refuse(begun) if isinstance(begun, Refused) else audit_file(begun, wanted, asked.run)


def _entries(page: EntriesPage) -> Page[EntryJson]:
    return Page(items=[entry_json(entry) for entry in page.entries], next=cursor_of(page.next_id))
