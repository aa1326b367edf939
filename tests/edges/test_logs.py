import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog
from sqlalchemy.exc import OperationalError

from doorward.edges import logs
from doorward.edges.logs import what_failed
from doorward.edges.sql.engine import DatabaseBusy
from doorward.kernel.ports import Secret


class Noon:
    """A clock that stands."""

    def now(self) -> datetime:
        """Read noon."""
        return datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """Log into memory, and leave logging as it was."""
    root, handlers, level = logging.getLogger(), logging.getLogger().handlers[:], logging.getLogger().level
    memory = io.StringIO()
    logs.start("info", Noon(), memory)
    yield memory
    root.handlers[:], root.level = handlers, level
    logging.getLogger("doorward").setLevel(logging.NOTSET)
    structlog.reset_defaults()


def logged(lines: io.StringIO) -> list[dict[str, Any]]:
    """Read what was logged."""
    return [json.loads(line) for line in lines.getvalue().splitlines()]


def test_a_line_is_one_object_with_its_time(lines: io.StringIO) -> None:
    """Every line says when, how grave and what."""
    structlog.get_logger("doorward.test").info("it happened", count=3)

    assert logged(lines) == [{"at": "2026-05-04T12:00:00Z", "level": "info", "event": "it happened", "count": 3}]


def test_what_strangers_send_cannot_forge_or_steer(lines: io.StringIO) -> None:
    """Line ends, escapes and other control characters leave escaped, and come back as they were."""
    sent = 'a\r\n{"level":"info"}\x00\x1b[2J\x7f\x85\x9b\u2028\u202e\u2066\u061c\ufeff\U000e0041\ud800'
    structlog.get_logger("doorward.test").warning("odd", sent=sent)

    assert len(lines.getvalue().splitlines()) == 1
    assert lines.getvalue().rstrip("\n").isascii()
    assert lines.getvalue().rstrip("\n").isprintable()
    assert logged(lines)[0]["sent"] == sent


def test_libraries_are_heard_when_they_warn(lines: io.StringIO) -> None:
    """What libraries say in passing is left out; their warnings are lines like ours."""
    logging.getLogger("alembic").info("Running upgrade")
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received from %s", "x")

    assert [line["event"] for line in logged(lines)] == ["Invalid HTTP request received from x"]


def test_lines_less_grave_than_asked_for_are_left_out(lines: io.StringIO) -> None:
    """The level is that of the settings."""
    structlog.get_logger("doorward.test").debug("whisper")

    assert lines.getvalue() == ""


def test_an_exception_is_told_in_its_line(lines: io.StringIO) -> None:
    """Where it happened stands in one field of the same line; secrets are stars."""
    secret = Secret("hunter2")
    structlog.get_logger("doorward.test").error("failed", given=secret, exc_info=ValueError(secret))
    line = logged(lines)[0]

    assert "ValueError: Secret(***)" in line["exception"]
    assert line["given"] == "Secret(***)"


def test_a_database_that_is_away_is_told_in_a_few_words() -> None:
    """Its driver's first line, whoever wrapped it; a fault keeps its traceback."""
    fault, away, busy, wrapped = ValueError("it broke"), DatabaseBusy(), DatabaseBusy(), DatabaseBusy()
    away.__cause__ = ConnectionRefusedError("connection refused\nIs the server running?")
    wrapped.__cause__ = OperationalError("SELECT 1", {"secret": "x"}, Exception("server closed the connection"))

    assert what_failed(fault) == {"exc_info": fault}
    assert what_failed(away) == {"error": "connection refused"}
    assert what_failed(busy) == {"error": "the database is busy"}
    assert what_failed(wrapped) == {"error": "server closed the connection"}
