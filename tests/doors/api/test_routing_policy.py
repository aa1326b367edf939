"""T19: every route of the API, asked by eight roles about an account or a group of their own, in reach and out of it.

The policy is written by hand: a row for each route, and for each kind of row what the eight roles may. A new route has
no row, and fails. `y` passes the guard (`h`: but not what RIGHT-4 asks, "the role holds rights that you do not hold");
`.` is `rights.missing`; `s` is nobody's to do to themselves; `-` is not there for them (404).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

import pytest

from doorward.doors.api.app import LED
from doorward.doors.api.routing import PREFIX
from doorward.kernel.act import Action, Who
from doorward.kernel.ids import AccountId, GroupId
from tests.doors.asgi import Answered
from tests.doors.forgetful import Forgetful
from tests.doors.served import Served, _doors, serve
from tests.features.jobs.begun import start
from tests.features.rights.giving import DENY, KEYS, group, hold, join, own_role
from tests.worlds import OWNER

ROLES = ("administrator", "super", "desk", "auditor", "nothing", "branch", "branch-desk", "denied")
"""Four shipped ones over everything, none, two over North alone, and an administrator who is denied South."""

# own account, in reach (North), out of reach (South)        admin sup desk aud none bran bdes deni
READ_ACCOUNT = "yyy yyy yyy yyy ... yy- yy- yy-"
CHANGE_ACCOUNT = "syy syy ... ... ... sy- ..- sy-"
END_OF_ACCOUNT = "yyy yyy ... ... ... yy- ..- yy-"
UNLOCK_ACCOUNT = "syy syy syy ... ... sy- sy- sy-"
KEYS_OF_ACCOUNT = "syy syy ... ... ... sy- ..- sy-"
READ_RIGHTS = "yyy yyy ... yyy ... yy- ..- yy-"
SET_RIGHTS = "shh shh ... ... ... sh- ..- sh-"
# group in reach (North), out of reach (South)
READ_GROUP = "yy yy yy yy .. y- y- y-"
CHANGE_GROUP = "yy yy .. .. .. .. .. y-"
READ_GROUP_RIGHTS = "yy yy .. yy .. y- .. y-"
SET_GROUP_RIGHTS = "yy yy .. .. .. s- .. y-"
GROUP_RULES = "yy .. .. .. .. .. .. yy"
# a job that somebody else began
JOB = "y y y y . - - -"
STOP_JOB = "y y y . . - - -"
# nobody in particular
SEARCH = "y y y y . y y y"
READ_RIGHTS_SOMEWHERE = "y y . y . y . y"
ADD_ACCOUNT = "y y . . . y . y"
ADD_GROUP = "y y . . . . . y"
MAKE_ROLE = "y y . . . . . h"
UNLOCK_MANY = "y y y . . y y y"
KEYS_OF_MANY = "y y . . . y . y"
READ_SETTINGS = "y y . y . . . y"
CHANGE_SETTINGS = "y . . . . . . y"
READ_TRAIL = "y y . y . y . y"
EXPORT_TRAIL = "y . . y . y . y"
READ_WHOLE_TRAIL = "y y . y . . . y"
OWN = "y y y y y y y y"
ANYBODY = ""
"""No session and no right is asked for."""

WHY = {"reason": "a test"}
NORA = {**WHY, "accounts": ["{account}"]}
ROWS: dict[str, tuple[str, Any]] = {
    "POST /sign-in": (ANYBODY, None),
    "POST /sign-in/code": (ANYBODY, None),
    "POST /sign-in/device-code": (ANYBODY, None),
    "POST /sign-in/device-code/resend": (ANYBODY, None),
    "POST /sign-in/set-up": (ANYBODY, None),
    "POST /sign-in/set-up/confirm": (ANYBODY, None),
    "POST /sign-in/recovery-code": (ANYBODY, None),
    "POST /sign-in/new-password": (ANYBODY, None),
    "POST /sign-in/forgotten-password": (ANYBODY, None),
    "POST /sign-in/forgotten-password/confirm": (ANYBODY, None),
    "POST /sign-in/passkey/options": (ANYBODY, None),
    "POST /sign-in/passkey": (ANYBODY, None),
    "POST /not-me": (ANYBODY, None),
    "GET /session": (OWN, None),
    "DELETE /session": (OWN, None),
    "GET /me": (OWN, None),
    "GET /me/history": (OWN, None),
    "GET /me/sessions": (OWN, None),
    "DELETE /me/sessions": (OWN, None),
    "DELETE /me/sessions/{session}": (OWN, None),
    "GET /me/devices": (OWN, None),
    "DELETE /me/devices": (OWN, None),
    "DELETE /me/devices/{device}": (OWN, None),
    "POST /me/secret-key": (OWN, {}),
    "POST /me/secret-key/check": (OWN, {"code": "123456"}),
    "PUT /me/secret-key": (OWN, None),
    "DELETE /me/secret-key": (OWN, None),
    "POST /me/password": (OWN, {"password": "x", "new_password": "eleven green bicycles"}),
    "POST /me/recovery-codes": (OWN, {}),
    "GET /me/passkeys": (OWN, None),
    "POST /me/passkeys/options": (OWN, {}),
    "POST /me/passkeys": (OWN, None),
    "POST /me/passkeys/proof/options": (OWN, None),
    "POST /me/passkeys/proof": (OWN, None),
    "PATCH /me/passkeys/{passkey}": (OWN, None),
    "DELETE /me/passkeys/{passkey}": (OWN, None),
    "GET /me/views": (OWN, None),
    "PUT /me/views/{name}": (OWN, None),
    "POST /me/views/{name}/rename": (OWN, None),
    "DELETE /me/views/{name}": (OWN, None),
    "GET /accounts": (SEARCH, None),
    "POST /accounts": (ADD_ACCOUNT, {"user_name": "neu", "email": "neu@example.org", "groups": ["North"]}),
    "GET /accounts/{account}": (READ_ACCOUNT, None),
    "PATCH /accounts/{account}": (CHANGE_ACCOUNT, {**WHY, "full_name": "Somebody Else"}),
    "GET /accounts/{account}/history": (READ_ACCOUNT, None),
    "GET /accounts/{account}/sessions": (READ_ACCOUNT, None),
    "DELETE /accounts/{account}/sessions": (END_OF_ACCOUNT, WHY),
    "DELETE /accounts/{account}/sessions/{session}": (END_OF_ACCOUNT, WHY),
    "GET /accounts/{account}/devices": (READ_ACCOUNT, None),
    "DELETE /accounts/{account}/devices": (END_OF_ACCOUNT, WHY),
    "DELETE /accounts/{account}/devices/{device}": (END_OF_ACCOUNT, WHY),
    "POST /accounts/{account}/enable": (CHANGE_ACCOUNT, WHY),
    "POST /accounts/{account}/disable": (CHANGE_ACCOUNT, WHY),
    "POST /accounts/{account}/reset-password": (CHANGE_ACCOUNT, WHY),
    "POST /accounts/{account}/lock": (CHANGE_ACCOUNT, WHY),
    "POST /accounts/{account}/unlock": (UNLOCK_ACCOUNT, WHY),
    "POST /accounts/{account}/unlock/undo": (UNLOCK_ACCOUNT, {}),
    "POST /accounts/{account}/reset-secret-key": (KEYS_OF_ACCOUNT, WHY),
    "POST /accounts/{account}/delete-secret-key": (KEYS_OF_ACCOUNT, WHY),
    "POST /accounts/{account}/temporary-access-code": (KEYS_OF_ACCOUNT, WHY),
    "PUT /allowlist/{account}": (KEYS_OF_ACCOUNT, WHY),
    "POST /allowlist/{account}/remove": (KEYS_OF_ACCOUNT, WHY),
    "POST /allowlist/{account}/undo": (KEYS_OF_ACCOUNT, {}),
    "PUT /exclusions/{account}": (KEYS_OF_ACCOUNT, WHY),
    "POST /exclusions/{account}/remove": (KEYS_OF_ACCOUNT, WHY),
    "GET /allowlist": (READ_RIGHTS_SOMEWHERE, None),
    "GET /exclusions": (READ_RIGHTS_SOMEWHERE, None),
    "GET /accounts/{account}/permissions": (READ_ACCOUNT, None),
    "GET /accounts/{account}/roles": (READ_RIGHTS, None),
    "PUT /accounts/{account}/roles": (SET_RIGHTS, {**WHY, "roles": ["chief"]}),
    "GET /accounts/{account}/who-may": (READ_RIGHTS, "?act=unlock"),
    "GET /accounts/{account}/explain": (READ_RIGHTS, "?act=unlock&actor={account}"),
    "GET /groups": (SEARCH, None),
    "POST /groups": (ADD_GROUP, {"name": "West"}),
    "GET /groups/{group}": (READ_GROUP, None),
    "GET /groups/{group}/members": (READ_GROUP, None),
    "PATCH /groups/{group}": (CHANGE_GROUP, {"name": "West"}),
    "DELETE /groups/{group}": (CHANGE_GROUP, None),
    "POST /groups/{group}/members": (ANYBODY, None),
    "POST /groups/{group}/members/remove": (ANYBODY, None),
    "PUT /groups/{group}/members/{account}": (CHANGE_ACCOUNT, WHY),
    "POST /groups/{group}/members/{account}/remove": (CHANGE_ACCOUNT, WHY),
    "GET /groups/{group}/roles": (READ_GROUP_RIGHTS, None),
    "PUT /groups/{group}/roles": (SET_GROUP_RIGHTS, {"roles": []}),
    "PUT /groups/{group}/password-rules": (GROUP_RULES, {"name": None}),
    "GET /roles": (READ_RIGHTS_SOMEWHERE, None),
    "POST /roles": (MAKE_ROLE, {"name": "new", "title": "New", "rights": ["users:read"]}),
    "GET /roles/{name}": (READ_RIGHTS_SOMEWHERE, None),
    "PUT /roles/{name}": (MAKE_ROLE, {"title": "Spares"}),
    "DELETE /roles/{name}": (MAKE_ROLE, None),
    "POST /unlocks": (UNLOCK_MANY, NORA),
    "POST /secret-key-resets": (KEYS_OF_MANY, NORA),
    "POST /allowlist-additions": (KEYS_OF_MANY, NORA),
    "POST /exclusion-additions": (KEYS_OF_MANY, NORA),
    "GET /jobs": (SEARCH, None),
    "GET /jobs/{job}": (JOB, None),
    "POST /jobs/{job}/stop": (STOP_JOB, None),
    "GET /password-rules": (READ_SETTINGS, None),
    "GET /password-rules/{name}": (READ_SETTINGS, None),
    "POST /password-rules": (CHANGE_SETTINGS, {"name": "branch"}),
    "PUT /password-rules": (CHANGE_SETTINGS, {"min_length": 14}),
    "PUT /password-rules/{name}": (CHANGE_SETTINGS, {"min_length": 14}),
    "DELETE /password-rules/{name}": (CHANGE_SETTINGS, None),
    "PUT /password-rules/{name}/rank": (CHANGE_SETTINGS, {"rank": 1}),
    "GET /password-rule-sets": (READ_SETTINGS, None),
    "GET /two-factor": (READ_SETTINGS, None),
    "PUT /two-factor": (CHANGE_SETTINGS, {"issuer": "Elsewhere"}),
    "GET /audit": (READ_TRAIL, None),
    "GET /audit/acts": (READ_TRAIL, None),
    "GET /audit/checkpoints": (READ_WHOLE_TRAIL, None),
    "GET /audit/export": (EXPORT_TRAIL, None),
    "GET /audit/settings": (READ_WHOLE_TRAIL, None),
    "PUT /audit/settings": (CHANGE_SETTINGS, {"audit_retention_days": 400}),
    "GET /mail": (READ_SETTINGS, None),
    "POST /mail/retry": (CHANGE_SETTINGS, None),
    "POST /mail/{mail}/retry": (CHANGE_SETTINGS, None),
}
MARKS = {
    "rights.missing": ".", "rights.not_held": "h", "rights.self": "s", "lockout.self": "s", "second_factor.self": "s",
    "accounts.not_found": "-", "groups.not_found": "-", "jobs.not_found": "-",
}  # fmt: skip
MALFORMED = {"request.malformed", "request.unknown_field", "session.required", "session.second_factor_required"}
ROUTES = {f"{one.method} {one.path.removeprefix(PREFIX)}": one.leads for one in LED}
KEPT = {"POST /accounts", "POST /groups"}
"""Their answers read what they made, and who asks again is told that the name is taken."""
BY_BODY = {"POST /groups/{group}/members", "POST /groups/{group}/members/remove"}
"""Their accounts stand in the body, each with an outcome of its own."""


@dataclass(frozen=True, slots=True)
class Scene:
    """Eight people, and what they ask about."""

    served: Served
    kept: Served
    people: dict[str, AccountId]
    tokens: dict[str, str]
    groups: dict[str, GroupId]
    job: UUID

    def ask(self, route: str, body: Any, role: str, account: AccountId, about: str) -> Answered:
        """Ask a route with everything named."""
        named = {
            "account": account, "group": self.groups[about], "job": self.job, "name": "spare", "mail": UUID(int=7),
            "session": UUID(int=7), "device": UUID(int=7), "passkey": UUID(int=7),
        }  # fmt: skip
        if "password-rules" in route:
            named["name"] = "default"
        if isinstance(body, str):
            route, body = route + body, None
        if isinstance(body, dict) and "{account}" in body.get("accounts", ()):
            body = {**body, "accounts": [str(account)]}
        line = route.format(**named)
        asked = self.kept if route in KEPT else self.served
        return asked.ask(line, body, self.tokens[role], [("if-match", "1")])


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """Begin a world of eight roles, two branches and a job; what is asked then leaves no trace."""
    with serve(tmp_path_factory.mktemp("policy")) as served:
        world = served.world
        people = {role: world.add(role, factors=1) for role in (*ROLES, "nora", "sven", "keeper")}
        north, south = group(world, "North", people["nora"]), group(world, "South", people["sven"])
        all_of = ("users:read", "users:modify", "users:unlock", "user-permissions:read", KEYS, "audit:read",
                  "audit:export")  # fmt: skip
        own_role(world, "lead", *all_of)
        own_role(world, "spare", "users:read")
        own_role(world, "chief", "users:read", higher=True)
        for who, role, over in (
            ("administrator", "administrator", None), ("super", "super-user", None), ("desk", "help-desk", None),
            ("auditor", "auditor", None), ("nothing", "no-access", None), ("branch", "lead", north),
            ("branch-desk", "help-desk", north), ("denied", "administrator", None), ("keeper", "administrator", None),
        ):  # fmt: skip
            hold(world, people[who], role, over=over)
        hold(world, people["denied"], "administrator", DENY, south)
        for who in ("branch", "branch-desk"):
            join(world, north, people[who])
        tokens = {role: served.token(people[role]) for role in ROLES}
        job = start(world, OWNER, people["nora"], people["sven"], reason="a test").job
        runtime = replace(world.runtime, database=Forgetful(world.database))
        app, gate = _doors(runtime, served.queue, served.pool, served.threads, served.ticks)
        forgetful = replace(served, app=app, gate=gate)
        yield Scene(forgetful, served, people, tokens, {"North": north, "South": south}, job)


def cells(route: str, role: str, scene: Scene) -> Iterator[Answered]:
    """Ask once for each object that a row is about."""
    policy, body = ROWS[route]
    width = len(policy.split()[0])
    own, north, south = scene.people[role], scene.people["nora"], scene.people["sven"]
    if width == 3:
        yield from (scene.ask(route, body, role, one, "North") for one in (own, north, south))
    elif width == 2:
        yield from (scene.ask(route, body, role, north, about) for about in ("North", "South"))
    else:
        yield scene.ask(route, body, role, north, "North")


def mark(answer: Answered) -> str:
    """Spell an answer as the policy does."""
    if answer.status < 400:
        return "y"
    assert answer.status < 500, answer.body
    assert answer.code not in MALFORMED, (answer.code, answer.body)
    return MARKS.get(answer.code, "y")


def test_every_route_has_a_row() -> None:
    """And every row a route."""
    assert sorted(ROUTES) == sorted(ROWS)


def test_rows_of_anybody_ask_for_no_session() -> None:
    """A row without a right is no way around one."""
    asked = {
        route
        for route, (policy, _) in ROWS.items()
        if policy == ANYBODY and isinstance(leads := ROUTES[route], Action) and leads.act.who is not Who.ANYBODY
    }

    assert asked == BY_BODY


OPERATORS = sorted(route for route, (policy, _) in ROWS.items() if policy not in {ANYBODY, OWN})


@pytest.mark.parametrize("route", OPERATORS)
def test_route_keeps_to_the_policy(scene: Scene, route: str) -> None:
    """Eight roles, up to three objects each: every cell is as it is written."""
    told = " ".join("".join(mark(one) for one in cells(route, role, scene)) for role in ROLES)

    assert told == ROWS[route][0]


def test_nobody_is_let_in_without_a_session(scene: Scene) -> None:
    """The own page and the operators' routes alike."""
    nora = scene.people["nora"]
    none = replace(scene, tokens=dict.fromkeys(ROLES, ""))
    answers = {route: none.ask(route, body, "desk", nora, "North") for route, (policy, body) in ROWS.items() if policy}
    let_in = {route: answer.status for route, answer in answers.items() if answer.status not in {401, 422}}

    assert let_in == {}


def test_session_of_somebody_else_is_not_ended_under_another_account(scene: Scene) -> None:
    """Neither by an operator who reaches the account in the address, nor by its owner (T19)."""
    served, nora, sven = scene.kept, scene.people["nora"], scene.people["sven"]
    token = served.token(sven)
    listed = served.ask(f"GET /accounts/{sven}/sessions", token=scene.tokens["administrator"]).json()
    session = listed["items"][0]["id"]
    by_branch = served.ask(f"DELETE /accounts/{nora}/sessions/{session}", WHY, scene.tokens["branch"])
    by_nora = served.ask(f"DELETE /me/sessions/{session}", token=served.token(nora))

    assert "done" not in {one.json().get("outcome") for one in (by_branch, by_nora)}
    assert served.ask("GET /session", token=token).status == 200
