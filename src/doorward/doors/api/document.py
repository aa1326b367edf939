"""The OpenAPI 3.1 document, made from the routes themselves."""

import json
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from doorward.doors.web.cookies import SESSION

_DESCRIPTION = """\
Sign people in, see who is locked out, and repair it.

JSON in and JSON out; times are RFC 3339 in UTC. Lists are `{"items": […], "next": "<cursor>" | null}`; give `next` as
`cursor` to go on; a parameter without a value counts as left out. Unknown fields and parameters are refused, and
nothing is converted: `"5"` is not `5`.

Whatever is refused is told as RFC 9457 problem details with a stable `code`, a sentence for people in `detail`, and a
`reference` that also stands in the log and in the audit trail.

Send `Authorization: Bearer <token>`. With a browser's cookie in its place, a request that changes something needs an
`Origin` equal to the server's public address, or `Sec-Fetch-Site: same-origin`.
"""

_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "A refusal, as RFC 9457 writes it.",
    "required": ["type", "title", "status", "detail", "code", "reference"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "where the code is explained"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "what is wrong and how to mend it, for people"},
        "code": {"type": "string", "description": "stable, for programs"},
        "reference": {"type": "string", "description": "finds this answer in the log and in the audit trail"},
    },
}

_SECURITY: dict[str, Any] = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "cookie": {"type": "apiKey", "in": "cookie", "name": SESSION},
}


def document(app: FastAPI) -> dict[str, Any]:
    """Describe every route of the application."""
    made = get_openapi(title=app.title, version=app.version, description=_DESCRIPTION, routes=app.routes)
    components = made.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    schemas["Problem"] = _PROBLEM
    for name in _unreferenced(made, schemas):
        del schemas[name]
    components["securitySchemes"] = _SECURITY
    made["security"] = [{"bearer": []}, {"cookie": []}]
    made["servers"] = [{"url": "/"}]
    return made


def _unreferenced(made: dict[str, Any], schemas: dict[str, Any]) -> list[str]:
    """Name the schemas that nothing leads to: values of ours that the framework has seen behind a text."""
    text = json.dumps(made)
    return [name for name in schemas if f'"#/components/schemas/{name}"' not in text]
