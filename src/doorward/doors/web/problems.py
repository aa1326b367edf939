"""A refusal as RFC 9457 problem details: made from the one table, the same for gate and API."""

import json
from dataclasses import dataclass
from http import HTTPStatus

from doorward.doors.web.headers import Headers
from doorward.kernel.outcome import Refused
from doorward.kernel.sentences import refusal, sentence

MEDIA_TYPE = "application/problem+json"
_AGAIN_SECONDS = {429: 60, 503: 1}
"""When to come again where the refusal does not say: RFC 9110 section 10.2.3."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A refusal, ready to be sent."""

    status: int
    headers: Headers
    body: bytes


def problem(refused: Refused, reference: str) -> Problem:
    """Put a refusal into problem details; `reference` finds it in the log and in the audit trail."""
    status = refusal(refused).status
    body = {
        "type": f"/docs#{refused.code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": sentence(refused),
        "code": refused.code,
        "reference": reference,
    }
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Problem(status, _headers(refused, status, len(content)), content)


def _headers(refused: Refused, status: int, length: int) -> Headers:
    headers: Headers = [(b"content-type", MEDIA_TYPE.encode()), (b"content-length", str(length).encode())]
    if status == HTTPStatus.UNAUTHORIZED:
        headers.append((b"www-authenticate", b"Bearer"))  # RFC 9110 section 11.6.1 wants one with every 401
    again = refused.retry_after or _AGAIN_SECONDS.get(status)
    if again is not None:
        headers.append((b"retry-after", str(again).encode()))
    return headers
