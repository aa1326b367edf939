import asyncio
from typing import Any
from uuid import UUID

import pytest

from doorward.doors.web.downloads import DownloadCut, audit_file
from doorward.features.audit.model import ExportBegun, ExportEntries, ExportFormat, ExportPart, ReadExport
from doorward.kernel.outcome import Refused
from tests.doors.asgi import ask, call, scope_of

ONE = UUID(int=1)


def two_parts(_: Any, command: ReadExport) -> ExportPart:
    """Give a file of two parts."""
    return ExportPart("b\n", 1, ONE) if command.before_id is None else ExportPart("c\n", 1, None)


def ended_after_one(_: Any, command: ReadExport) -> ExportPart | Refused:
    """Give a part, and no more since the session has ended."""
    return ExportPart("b\n", 1, ONE) if command.before_id is None else Refused("session.required")


def test_a_file_is_sent_in_its_parts() -> None:
    """In order, under a name, as something to keep and not to show."""
    sent = ask(audit_file(ExportBegun("a\n"), ExportEntries(), two_parts), scope_of("GET", "/"))

    assert sent.body == b"a\nb\nc\n"
    assert sent.headers["content-type"] == "text/csv; charset=utf-8"
    assert sent.headers["content-disposition"] == 'attachment; filename="doorward-audit.csv"'


def test_json_lines_have_their_own_type_and_name() -> None:
    """A program tells them apart without looking inside."""
    sent = ask(
        audit_file(ExportBegun(""), ExportEntries(form=ExportFormat.JSON_LINES), two_parts), scope_of("GET", "/")
    )

    assert sent.headers["content-type"] == "application/jsonl"
    assert sent.headers["content-disposition"] == 'attachment; filename="doorward-audit.jsonl"'


def test_a_session_that_ends_breaks_the_file_off() -> None:
    """A file that is not whole never looks whole."""
    file = audit_file(ExportBegun("a\n"), ExportEntries(), ended_after_one)

    with pytest.raises(DownloadCut, match="session"):
        asyncio.run(call(file, scope_of("GET", "/")))
