"""The users that a search finds, as a file: sent in parts, each looked for when the one before has gone."""

from collections.abc import Callable, Iterator
from typing import Any

from starlette.responses import StreamingResponse

from doorward.doors.web.downloads import DownloadCut
from doorward.edges.lines import csv_line
from doorward.features.directory.actions import search_accounts
from doorward.features.directory.model import AccountRow, Found, Search
from doorward.kernel.outcome import Refused

COLUMNS = (
    "user_name", "full_name", "email", "kind", "enabled", "protected", "locked_at", "lock_reason", "lock_ends_at",
    "unlocked_by", "unlocked_at", "second_factor", "roles", "roles_elsewhere", "groups", "last_sign_in_at", "id",
)  # fmt: skip
"""Named as the API and `doorward account export` name them."""
_PART = 200


def people_file(search: Search, run: Callable[[Any, Search], Found | Refused]) -> StreamingResponse:
    """Send a file that has begun, in memory of one page."""
    headers = {"content-disposition": 'attachment; filename="doorward-users.csv"'}
    return StreamingResponse(_parts(search, run), headers=headers, media_type="text/csv; charset=utf-8")


def _parts(search: Search, run: Callable[[Any, Search], Found | Refused]) -> Iterator[str]:
    yield csv_line(COLUMNS)
    cursor: str | None = None
    while True:
        found = run(search_accounts, search.page(cursor, _PART))
        if isinstance(found, Refused):
            raise DownloadCut(found.code)
        yield "".join(csv_line(_values(row)) for row in found.accounts)
        cursor = found.next
        if cursor is None:
            return


def _values(row: AccountRow) -> list[Any]:
    lock = row.lock
    told = {
        "kind": row.kind.value,
        "locked_at": None if lock is None else lock.at,
        "lock_reason": None if lock is None else lock.reason.value,
        "lock_ends_at": None if lock is None else lock.ends_at,
        "second_factor": row.second_factor.value,
        "roles": row.roles_everywhere,
    }
    return [told[name] if name in told else getattr(row, name) for name in COLUMNS]
