"""`/openapi.json`, and `/docs`: the same as a page to read, without a script or anything from elsewhere."""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Any

from fastapi import FastAPI, Response
from jinja2 import Environment, PackageLoader, select_autoescape
from markupsafe import Markup

from doorward.doors.api.document import document
from doorward.kernel.refusals.table import REFUSALS

_pages = Environment(
    loader=PackageLoader("doorward.doors.api"), autoescape=select_autoescape(), trim_blocks=True, lstrip_blocks=True
)


@dataclass(frozen=True, slots=True)
class Operation:
    """One call as the page shows it."""

    id: str
    method: str
    path: str
    summary: str
    description: Markup
    right: str | None
    parameters: list[dict[str, Any]]
    fields: list[dict[str, Any]]
    responses: list[tuple[str, str]]


def add_documents(app: FastAPI) -> None:
    """Add both addresses to the application; each is made once, when it is first asked for."""

    @cache
    def made() -> tuple[bytes, str, str]:
        described = document(app)
        style = _pages.get_template("docs.css").render()
        page = _pages.get_template("docs.html").render(
            title=described["info"]["title"],
            version=described["info"]["version"],
            about=prose(described["info"]["description"]),
            groups=groups(described),
            refusals=REFUSALS,
            style=Markup(style),  # noqa: S704 - our own file
        )
        return json.dumps(described, ensure_ascii=False).encode(), page, _policy(style)

    async def openapi_json() -> Response:
        return Response(made()[0], media_type="application/json")

    async def docs() -> Response:
        _, page, policy = made()
        return Response(page, headers={"content-security-policy": policy}, media_type="text/html; charset=utf-8")

    app.add_api_route("/openapi.json", openapi_json, include_in_schema=False)
    app.add_api_route("/docs", docs, include_in_schema=False)


def groups(described: dict[str, Any]) -> dict[str, list[Operation]]:
    """Sort the calls by what they are about, in the order in which the features are put together."""
    found: dict[str, list[Operation]] = {}
    for path, methods in described["paths"].items():
        for method, told in methods.items():
            found.setdefault(told["tags"][0], []).append(_operation(described, path, method, told))
    return found


def prose(text: str) -> Markup:
    """Turn the little Markdown of a docstring into HTML: paragraphs, `code`, and fenced examples."""
    blocks = [block for block in re.split(r"\n\s*\n", text.strip("\n")) if block.strip()]
    return Markup("\n").join(_block(block) for block in blocks)


def _block(block: str) -> Markup:
    if block.startswith("```"):
        return Markup("<pre><code>{}</code></pre>").format("\n".join(block.splitlines()[1:-1]))
    text = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(" ".join(block.split()), quote=False))
    text = re.sub(r"\*([^*]+)\*", r"<em>\1</em>", text)
    return Markup(f"<p>{text}</p>")  # noqa: S704 - escaped above


def _operation(described: dict[str, Any], path: str, method: str, told: dict[str, Any]) -> Operation:
    body = told.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    return Operation(
        id=told["operationId"],
        method=method.upper(),
        path=path,
        summary=told["summary"],
        description=prose(told.get("description", "")),
        right=told.get("x-right"),
        parameters=[_parameter(one) for one in told.get("parameters", [])],
        fields=_fields(described, body),
        responses=[(status, answer["description"]) for status, answer in told["responses"].items()],
    )


def _parameter(told: dict[str, Any]) -> dict[str, Any]:
    about = told.get("description") or told.get("schema", {}).get("description", "")
    return {"name": told["name"], "where": told["in"], "required": told.get("required", False), "about": prose(about)}


def _fields(described: dict[str, Any], schema: dict[str, Any]) -> list[dict[str, Any]]:
    """List the fields of a body; a body that may be left out stands beside null."""
    for choice in schema.get("anyOf", []):
        schema = choice if "$ref" in choice else schema
    if "$ref" in schema:
        schema = described["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    needed = schema.get("required", [])
    return [
        {"name": name, "required": name in needed, "about": prose(told.get("description", ""))}
        for name, told in schema.get("properties", {}).items()
    ]


def _policy(style: str) -> str:
    """Allow this one style sheet, and nothing else whatever."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; frame-ancestors 'none'; base-uri 'none'"
