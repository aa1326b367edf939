"""Rendering a page: its template, its nonce, and the policy under which the browser may show it."""

import base64
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Entropy
from doorward.kernel.sentences import refusal, sentence

_NONCE_BYTES = 18
_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "require-trusted-types-for 'script'; trusted-types htmx"
)
"""Nothing that is not named; scripts by nonce, never inline; `htmx` is the one Trusted Types policy, htmx's own."""
OTHERWISE = ""
"""In a form's table: where refusals stand that are not named."""


@cache
def _templates() -> Environment:
    """Load the templates from the package, once; everything is escaped, and a missing value is an error."""
    return Environment(
        loader=PackageLoader("doorward.doors.console"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=False,
        auto_reload=False,
    )


class Pages:
    """The templates, ready to be filled."""

    def __init__(self, entropy: Entropy) -> None:
        """Take what nonces are drawn from."""
        self._entropy = entropy

    def render(self, template: str, status: int, values: Mapping[str, Any]) -> Response:
        """Fill a template; the answer carries the policy with this answer's own nonce."""
        nonce = base64.urlsafe_b64encode(self._entropy.bytes(_NONCE_BYTES)).decode()
        html = _templates().get_template(template).render(nonce=nonce, **values)
        return HTMLResponse(html, status, {"content-security-policy": _POLICY.format(nonce=nonce)})


def told(refused: Refused, reference: str) -> dict[str, Any]:
    """Put a refusal as pages show it: what is wrong, how to mend it, and the reference that finds it."""
    wrong, stop, mend = sentence(refused).partition(". ")
    return {
        "status": refusal(refused).status,
        "code": refused.code,
        "sentence": wrong + stop.strip(),
        "mend": mend or None,
        "reference": reference,
    }


def again_after(refused: Refused, response: Response) -> Response:
    """Say when to come again, where the refusal knows (RFC 9110 section 10.2.3)."""
    if refused.retry_after is not None:
        response.headers["retry-after"] = str(refused.retry_after)
    return response


def status_of(refused: Refused | None) -> int:
    """Return the HTTP status of a page: that of its refusal, the same as the API's, where it tells one."""
    return HTTPStatus.OK if refused is None else HTTPStatus(refusal(refused).status)


def at_field(refused: Refused | None, fields: Mapping[str, str]) -> dict[str, str]:
    """Put a refusal at the field of a form that it is about: nowhere where it concerns the whole.

    Fields stand by code, by feature, and by `OTHERWISE` for all the rest; one in braces is named by the refusal.
    """
    if refused is None:
        return {}
    feature = refused.code.partition(".")[0]
    where = fields.get(refused.code, fields.get(feature, fields.get(OTHERWISE, "")))
    return {where.format(**refused.facts): sentence(refused)} if where else {}
