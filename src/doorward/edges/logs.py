"""The log: one JSON object a line, on standard error.

What strangers send cannot forge a line or steer a terminal: control characters leave escaped. Secrets are of a type
that prints as stars, and no line holds a request's body.
"""

import json
import logging
import re
import sys
from collections.abc import Mapping
from typing import Any, TextIO

import structlog

from doorward.kernel.ports import Clock
from doorward.kernel.time import rfc3339

_LEFT_BY_JSON = re.compile("[\x7f-\x9f\u2028\u2029]")
"""Control characters that JSON allows inside a text."""


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
    """Spell one line: keys in a steady order, every control character escaped."""
    del logger, method
    spelled = json.dumps(line, default=str, ensure_ascii=False)
    return _LEFT_BY_JSON.sub(lambda found: f"\\u{ord(found.group()):04x}", spelled)
