import re
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from doorward.doors.api.app import LED
from doorward.doors.api.document import document
from doorward.doors.api.routing import Led
from tests.doors.served import Served

CHECKS = [
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
]


def name_of(led: Led) -> str:
    """Spell a route as the tests name it."""
    return f"{led.method} {led.path.removeprefix('/api/v1')}"


def described(served: Served) -> Any:
    """Read the document."""
    return document(served.app)


@pytest.mark.parametrize("led", LED, ids=name_of)
def test_no_request_breaks_a_route(served: Served, led: Led) -> None:
    """Whatever is sent, right or wrong: a described status, a described shape, no server error."""
    bram = str(served.world.add("bram", factors=1))
    headers = {"authorization": f"Bearer {served.operator()}"}
    schema = schemathesis.openapi.from_dict(described(served))
    schema.app = served.gate

    @settings(
        max_examples=6, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(case=schema[led.path][led.method].as_strategy())
    def try_it(case: Any) -> None:
        if "account" in (case.path_parameters or {}):
            case.path_parameters["account"] = bram
        response = case.call(headers=headers)
        case.validate_response(response, checks=CHECKS)

    try_it()


def test_the_document_is_openapi(served: Served) -> None:
    """Version 3.1, with every route and nothing else."""
    told = described(served)
    paths = {(method.upper(), path) for path, methods in told["paths"].items() for method in methods}

    assert told["openapi"].startswith("3.1.")
    assert paths == {(led.method, led.path) for led in LED}


def test_every_call_says_what_it_leads_to(served: Served) -> None:
    """Its act, right and event, for whoever reads the trail."""
    unlock = described(served)["paths"]["/api/v1/accounts/{account}/unlock"]["post"]
    sign_in = described(served)["paths"]["/api/v1/sign-in"]["post"]

    assert (unlock["x-act"], unlock["x-right"], unlock["x-event"]) == (
        "unlock_account", "users:unlock", "lockout.unlocked",
    )  # fmt: skip
    assert (sign_in["x-act"], sign_in["security"]) == ("sign_in", [])


def test_every_call_has_its_words(served: Served) -> None:
    """A summary, a name of its own, and each answer described."""
    calls = [call for methods in described(served)["paths"].values() for call in methods.values()]

    assert len({call["operationId"] for call in calls}) == len(LED)
    assert [call["operationId"] for call in calls if not call["summary"] or call["summary"].endswith(".")] == []
    assert [
        call["operationId"] for call in calls if not all(one["description"] for one in call["responses"].values())
    ] == []


def test_no_value_of_ours_is_described(served: Served) -> None:
    """Schemas are what is sent and answered; nothing that only the code knows."""
    text = str(described(served)["components"]["schemas"])

    assert "token_hash" not in text
    assert not re.search(r"password_hash|sealed|epoch", text)


def test_acts_take_a_reason(served: Served) -> None:
    """Every call that changes an existing account of another takes a reason; nobody else has to."""
    told = described(served)
    taking = set()
    for led in LED:
        body = told["paths"][led.path][led.method.lower()].get("requestBody", {"content": {}})["content"]
        schema = body.get("application/json", {}).get("schema", {})
        shape = told["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], {})
        taking |= {name_of(led)} if "reason" in shape.get("required", ()) else set()

    assert taking == {
        "PATCH /accounts/{account}", "POST /accounts/{account}/delete-secret-key", "POST /accounts/{account}/disable",
        "POST /accounts/{account}/enable", "POST /accounts/{account}/lock", "POST /accounts/{account}/reset-password",
        "POST /accounts/{account}/reset-secret-key", "POST /accounts/{account}/temporary-access-code",
        "POST /accounts/{account}/assign-token", "POST /accounts/{account}/unassign-token",
        "POST /accounts/{account}/resynchronise-token", "POST /tokens/{token}/retire",
        "POST /accounts/{account}/unlock", "POST /allowlist/{account}/remove", "POST /exclusions/{account}/remove",
        "POST /groups/{group}/members", "POST /groups/{group}/members/remove",
        "POST /groups/{group}/members/{account}/remove", "POST /unlocks", "PUT /accounts/{account}/roles",
        "POST /secret-key-resets", "POST /allowlist-additions", "POST /exclusion-additions",
        "PUT /allowlist/{account}", "PUT /exclusions/{account}", "PUT /groups/{group}/members/{account}",
    }  # fmt: skip
