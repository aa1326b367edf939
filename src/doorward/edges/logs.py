"""The log: one JSON object a line, on standard error.

What strangers send cannot forge a line, steer a terminal or turn its text around: characters that are not seen but act
leave escaped (T26). Secrets are of a type that prints as stars, and no line holds a request's body.
"""

import json
import logging
import re
import sys
from collections.abc import Mapping
from typing import Any, TextIO

import structlog

from doorward.edges.sql.engine import DatabaseBusy
from doorward.kernel.ports import Clock
from doorward.kernel.time import rfc3339

_LEFT_BY_JSON = re.compile(
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff"
    "\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
"""What acts unseen and JSON allows inside a text: controls, separators, marks of direction, half characters."""


def start(level: str, clock: Clock, to: TextIO | None = None) -> None:
    """Send what we log, and what libraries warn of, to one stream as lines of JSON."""

    def stamp(logger: object, method: str, line: Any) -> Any:
        del logger, method
        return {"at": rfc3339(clock.now()), **line}

    shared: list[Any] = [structlog.stdlib.add_log_level, stamp]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(to or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                line_of,
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("doorward").setLevel(level.upper())


def line_of(logger: object, method: str, line: Mapping[str, Any]) -> str:
    """Spell one line: keys in a steady order, every character that acts escaped as JSON does it."""
    del logger, method
    spelled = json.dumps(line, default=str, ensure_ascii=False)
    return _LEFT_BY_JSON.sub(lambda found: json.dumps(found.group())[1:-1], spelled)


def what_failed(error: BaseException) -> dict[str, Any]:
    """Return what a line says of an exception: a fault its traceback, a database that is away its reason alone.

    While it is away every duty and every request says so, which would fill the disk.
    """
    if not isinstance(error, DatabaseBusy):
        return {"exc_info": error}
    cause = error.__cause__
    said = str(getattr(cause, "orig", None) or cause or "").strip()
    return {"error": said.partition("\n")[0] or "the database is busy"}
