"""Files that are too long to be held: sent in parts, each read when the one before has gone."""

from collections.abc import Callable, Iterator
from typing import Any

from starlette.responses import StreamingResponse

from doorward.features.audit.actions import read_export
from doorward.features.audit.model import ExportBegun, ExportEntries, ExportFormat, ExportPart, ReadExport
from doorward.kernel.outcome import Refused

MEDIA_TYPES = {ExportFormat.CSV: "text/csv; charset=utf-8", ExportFormat.JSON_LINES: "application/jsonl"}


class DownloadCut(Exception):
    """A right or a session ended under a download: the connection breaks off, so that nobody takes it for whole."""


def audit_file(
    begun: ExportBegun, asked: ExportEntries, run: Callable[[Any, ReadExport], ExportPart | Refused]
) -> StreamingResponse:
    """Send an export of the audit trail that has begun, in memory of one page."""
    headers = {"content-disposition": f'attachment; filename="doorward-audit.{asked.form.value}"'}
    return StreamingResponse(_parts(begun, asked, run), headers=headers, media_type=MEDIA_TYPES[asked.form])


def _parts(
    begun: ExportBegun, asked: ExportEntries, run: Callable[[Any, ReadExport], ExportPart | Refused]
) -> Iterator[str]:
    yield begun.heading
    before = None
    while True:
        part = run(read_export, ReadExport(asked.filter, asked.form, before))
        if isinstance(part, Refused):
            raise DownloadCut(part.code)
        yield part.text
        before = part.next_id
        if before is None:
            return
