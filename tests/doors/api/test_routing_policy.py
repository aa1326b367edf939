"""T19: every route of the API, asked by eight roles about an account or a group of their own, in reach and out of it.

A new route has no row in the policy, and fails.
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
from tests.doors.api.policy import ANYBODY, OWN, ROLES, ROWS, WHY
from tests.doors.asgi import Answered
from tests.doors.forgetful import Forgetful
from tests.doors.served import Served, _doors, serve
from tests.features.jobs.begun import start
from tests.features.rights.giving import DENY, KEYS, group, hold, join, own_role
from tests.worlds import OWNER

MARKS = {
    "rights.missing": ".", "rights.not_held": "h", "rights.reaches_higher": "h", "rights.self": "s",
    "lockout.self": "s", "second_factor.self": "s",
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
            "token": UUID(int=7), "host": "app.example.org",
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
