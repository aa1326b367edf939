from typing import Any
from uuid import UUID

import pytest
from structlog.testing import capture_logs

from doorward.doors.api import app as api
from doorward.doors.api.app import LED, owns
from doorward.doors.api.routing import Led
from doorward.edges.sql.engine import DatabaseBusy
from doorward.features.sessions.model import OpenedWith
from doorward.kernel.act import Action, Who
from doorward.kernel.ids import AccountId
from tests.authenticators import Authenticator
from tests.doors.asgi import Answered
from tests.doors.served import Served

SESSION_ROUTES = [led for led in LED if isinstance(led.leads, Action) and led.leads.act.who is not Who.ANYBODY]
SIGN_IN_ROUTES = [led for led in LED if not isinstance(led.leads, Action)]
WRITING_ROUTES = [led for led in SESSION_ROUTES if isinstance(led.leads, Action) and led.leads.act.writes]
OPERATORS_ROUTES = [led for led in LED if isinstance(led.leads, Action) and led.leads.act.who is Who.OPERATOR]
SIGNED = Authenticator().get({"challenge": "AA"})
MADE = Authenticator().create({"challenge": "AA", "user": {"id": "AA"}})
BODIES: dict[str, Any] = {
    "POST /accounts": {"user_name": "zoe", "email": "zoe@example.org"},
    "PATCH /accounts/{account}": {"full_name": "Zoe", "reason": "married"},
    "PUT /accounts/{account}/roles": {"roles": ["help-desk"], "reason": "joined"},
    "POST /roles": {"name": "night-desk", "title": "Night desk", "rights": ["users:read"]},
    "PUT /roles/{name}": {"title": "Night desk"},
    "PUT /groups/{group}/roles": {"roles": ["help-desk"], "reason": "joined"},
    "POST /groups/{group}/roles": {"role": "help-desk"},
    "POST /groups/{group}/roles/remove": {"role": "help-desk"},
    "POST /groups": {"name": "Branch North"},
    "PATCH /groups/{group}": {"name": "Branch South"},
    "POST /groups/{group}/members": {"accounts": [str(UUID(int=7))], "reason": "moved"},
    "POST /groups/{group}/members/remove": {"accounts": [str(UUID(int=7))], "reason": "moved"},
    "POST /accounts/{account}/resynchronise-token": {"codes": ["123456", "234567"], "reason": "a test"},
    "POST /me/token/resynchronise": {"codes": ["123456", "234567"]},
    "PUT /me/views/{name}": {"query": "a"},
    "POST /me/views/{name}/rename": {"name": "mine"},
    "POST /me/secret-key": None,
    "POST /me/secret-key/check": {"code": "123456"},
    "PUT /me/secret-key": None,
    "DELETE /me/secret-key": None,
    "POST /me/recovery-codes": None,
    "POST /me/account-protection/options": {"method": "POST", "path": "/api/v1/me/secret-key"},
    "POST /me/passkeys/options": None,
    "POST /me/passkeys": {"credential": MADE},
    "POST /me/passkeys/proof/options": None,
    "POST /me/passkeys/proof": {"credential": SIGNED},
    "PATCH /me/passkeys/{passkey}": {"name": "Phone"},
    "POST /me/password": {"password": "x", "new_password": "an otter in the river"},
    "POST /unlocks": {"filter": {"query": ""}, "reason": "outage"},
    "POST /secret-key-resets": {"filter": {"query": ""}, "reason": "outage"},
    "POST /allowlist-additions": {"filter": {"query": ""}, "reason": "outage"},
    "POST /exclusion-additions": {"filter": {"query": ""}, "reason": "outage"},
    "POST /jobs/{job}/stop": None,
    "PUT /password-rules": {"min_length": 14},
    "PUT /password-rules/{name}": {"min_length": 14},
    "POST /password-rules": {"name": "strict", "min_length": 14},
    "PUT /password-rules/{name}/rank": {"rank": 2},
    "PUT /groups/{group}/password-rules": {"name": None},
    "PUT /two-factor": {"issuer": "Example"},
    "POST /sign-in": {"user_name": "bram", "password": "wrong"},
    "POST /sign-in/code": {"sign_in": "A" * 64, "code": "123456"},
    "POST /sign-in/device-code": {"sign_in": "A" * 64, "code": "123456"},
    "POST /sign-in/device-code/resend": {"sign_in": "A" * 64},
    "POST /sign-in/set-up": {"sign_in": "A" * 64},
    "POST /sign-in/set-up/confirm": {"sign_in": "A" * 64, "code": "123456"},
    "POST /sign-in/recovery-code": {"sign_in": "A" * 64, "code": "123456"},
    "POST /sign-in/passkey": {"sign_in": "A" * 64, "credential": SIGNED},
    "POST /sign-in/passkey/options": {"sign_in": "A" * 64},
    "POST /sign-in/new-password": {"sign_in": "A" * 64, "password": "x"},
    "POST /sign-in/forgotten-password": {"user_name": "bram"},
    "POST /sign-in/forgotten-password/confirm": {"token": "A" * 64, "password": "x"},
    "POST /not-me": {"token": "A" * 64},
}
"""What a request takes where it is more than a reason."""
QUERIES = {
    "GET /accounts/{account}/who-may": "?act=unlock",
    "GET /accounts/{account}/explain": f"?act=unlock&actor={UUID(int=7)}",
}
"""What an address takes without which it is not understood."""


def name_of(led: Led) -> str:
    """Spell a route as the tests name it."""
    return f"{led.method} {led.path.removeprefix('/api/v1')}"


def ask(served: Served, led: Led, token: str | None, account: AccountId) -> Answered:
    """Ask a route something that it would do."""
    name = name_of(led)
    other = str(UUID(int=7))
    line = (name + QUERIES.get(name, "")).replace("{account}", str(account)).replace("{name}", "default")
    line = line.replace("{session}", other).replace("{job}", other).replace("{mail}", other).replace("{device}", other)
    line = line.replace("{group}", other).replace("{passkey}", other).replace("{token}", other)
    body = None if led.method in {"GET", "DELETE"} else BODIES.get(name, {"reason": "a test"})
    return served.ask(line, body, token, [("if-match", "1")] if led.method == "PATCH" else ())


@pytest.mark.parametrize("led", SESSION_ROUTES, ids=name_of)
@pytest.mark.parametrize("token", [None, "A" * 64], ids=["none", "unknown"])
def test_no_route_answers_without_a_session(served: Served, led: Led, token: str | None) -> None:
    """Sign-in apart, each asks who is there before anything else."""
    answered = ask(served, led, token, served.world.add("bram"))

    assert (answered.status, answered.code) == (401, "session.required")


@pytest.mark.parametrize("led", OPERATORS_ROUTES, ids=name_of)
def test_no_operators_route_answers_without_its_right(served: Served, led: Led) -> None:
    """An internal account without any role reaches its own page only (RIGHT-6)."""
    bram = served.world.add("bram")
    answered = ask(served, led, served.operator("nora", "no-access"), bram)

    assert (answered.status, answered.code) == (403, "rights.missing")


@pytest.mark.parametrize("led", OPERATORS_ROUTES, ids=name_of)
def test_a_session_of_a_recovery_code_reaches_no_operators_route(served: Served, led: Led) -> None:
    """Whatever the account may do otherwise (KEY-1)."""
    bram = served.world.add("bram")
    token = served.token(served.world.add("olga", "administrator", factors=1), OpenedWith.RECOVERY_CODE)
    answered = ask(served, led, token, bram)

    assert answered.status == 403


@pytest.mark.parametrize("led", SIGN_IN_ROUTES, ids=name_of)
def test_no_step_answers_to_an_unknown_sign_in(served: Served, led: Led) -> None:
    """A token that nobody was given belongs to no sign-in."""
    answered = ask(served, led, None, served.world.add("bram"))
    expected = {
        "/sign-in": (401, "signin.refused"),
        "/sign-in/forgotten-password": (202, ""),
        "/me/password": (401, "session.required"),
        "/sign-in/passkey": (401, "passkeys.refused"),
    }

    path = led.path.removeprefix("/api/v1")
    assert (answered.status, answered.json().get("code", "")) == expected.get(path, (401, "signin.expired"))


@pytest.mark.parametrize("led", [*WRITING_ROUTES, *SIGN_IN_ROUTES], ids=name_of)
def test_what_was_not_committed_is_not_answered(served: Served, led: Led) -> None:
    """A failing COMMIT gives a 5xx on every writing route: nothing is acknowledged that is not on the disk."""
    bram = served.world.add("bram")
    token = served.operator()
    with capture_logs() as logs:
        answered = ask(served.failing(OSError("no space left on device")), led, token, bram)

    assert (answered.status, answered.code) == (500, "server.failed")
    assert b"no space" not in answered.body
    assert answered.json()["reference"] in {line.get("reference") for line in logs}


def test_a_busy_database_can_be_asked_again(served: Served) -> None:
    """503, and when to come again."""
    bram = served.world.add("bram")
    token = served.operator()
    answered = served.failing(DatabaseBusy()).ask(f"POST /accounts/{bram}/lock", {"reason": "x"}, token)

    assert (answered.status, answered.code, answered.headers["retry-after"]) == (503, "database.busy", "1")


def test_nothing_of_a_bug_stays(served: Served) -> None:
    """An exception rolls back: the account is as it was, and no entry says otherwise."""
    bram = served.world.add("bram")
    token = served.operator()
    with capture_logs():
        served.failing(ValueError()).ask(f"POST /accounts/{bram}/lock", {"reason": "x"}, token)

    assert served.world.standing(bram).state.lock is None
    assert served.world.entries() == []


def test_every_writing_route_is_walked() -> None:
    """The walks above know what every route takes."""
    assert set(BODIES) <= {name_of(led) for led in LED}


@pytest.mark.parametrize(
    ("path", "own"),
    [("/api/v1/session", True), ("/api/v2", True), ("/docs", True), ("/openapi.json", True), ("/console", False)],
)
def test_the_door_knows_its_addresses(path: str, *, own: bool) -> None:
    """Everything under `/api/`, and the two documents."""
    assert owns(path) is own


def test_the_framework_adds_no_address(served: Served) -> None:
    """Its own documents load scripts from elsewhere."""
    assert [path for path in ("/redoc", "/docs/oauth2-redirect") if served.send(f"GET {path}").status != 404] == []


def test_the_application_is_ours(served: Served) -> None:
    """It is built from what is given, and nothing of it is global."""
    other = api.build(served.world.runtime, served.app.state.plug.driver)

    assert other is not served.app
