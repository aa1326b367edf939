from typing import Any
from uuid import UUID

import pytest

from tests.doors.served import Served

REASON = {"reason": "moved to Harbour Street"}
NOWHERE = UUID(int=99)


def made(served: Served, token: str, name: str = "Branch North") -> Any:
    """Add a group and give what was answered."""
    return served.ask("POST /groups", {"name": name, "description": "Harbour Street"}, token).json()


def test_a_group_is_added(served: Served) -> None:
    """The answer is the group, its address and its version."""
    olga = served.operator()
    answered = served.ask("POST /groups", {"name": " Branch North "}, olga)
    group = answered.json()

    assert answered.status == 201
    assert (answered.headers["location"], answered.headers["etag"]) == (f"/api/v1/groups/{group['id']}", '"1"')
    assert group == {
        "id": group["id"], "name": "Branch North", "description": "", "password_rules": None, "members": 0,
        "created_at": "2026-05-04T12:00:00Z", "version": 1,
    }  # fmt: skip


def test_a_group_is_read_and_listed(served: Served) -> None:
    """The list has pages, and a search."""
    olga = served.operator()
    groups = [made(served, olga, name) for name in ("North", "south", "East")]
    first = served.ask("GET /groups?limit=2", token=olga).json()
    second = served.ask(f"GET /groups?limit=2&cursor={first['next']}", token=olga).json()

    assert [one["name"] for one in first["items"] + second["items"]] == ["East", "North", "south"]
    assert second["next"] is None
    assert served.ask("GET /groups?query=SOU", token=olga).json()["items"] == [groups[1]]
    assert served.ask(f"GET /groups/{groups[0]['id']}", token=olga).json() == groups[0]


def test_a_group_is_changed_under_its_version(served: Served) -> None:
    """Without the version it is refused, and with an old one too."""
    olga = served.operator()
    line = f"PATCH /groups/{made(served, olga)['id']}"
    without = served.ask(line, {"name": "Nord"}, olga)
    changed = served.ask(line, {"name": "Nord"}, olga, headers=[("if-match", '"1"')])
    late = served.ask(line, {"name": "Norden"}, olga, headers=[("if-match", "1")])

    assert [one.json().get("code") for one in (without, late)] == ["groups.version_missing", "groups.version_lost"]
    assert (without.status, late.status, changed.headers["etag"]) == (428, 409, '"2"')
    assert (changed.json()["name"], changed.json()["description"]) == ("Nord", "Harbour Street")


def test_a_member_is_put_and_taken(served: Served) -> None:
    """The account names its groups, and the group counts its members."""
    olga, bram = served.operator(), served.world.add("bram")
    group = made(served, olga)["id"]
    put = served.ask(f"PUT /groups/{group}/members/{bram}", REASON, olga).json()
    again = served.ask(f"PUT /groups/{group}/members/{bram}", REASON, olga).json()
    count = served.ask(f"GET /groups/{group}", token=olga).json()["members"]
    taken = served.ask(f"POST /groups/{group}/members/{bram}/remove", REASON, olga).json()

    assert (put["outcome"], put["account"]["groups"], again["outcome"], count) == (
        "done", ["Branch North"], "unchanged", 1,
    )  # fmt: skip
    assert (taken["outcome"], taken["account"]["groups"]) == ("done", [])


def test_members_are_listed_in_pages(served: Served) -> None:
    """By full name, as accounts are everywhere; the list of accounts filters by the group too."""
    olga = served.operator()
    group = made(served, olga)["id"]
    accounts = [str(served.world.add(name)) for name in ("ada", "bo", "cleo")]
    served.world.add("dirk")
    served.ask(f"POST /groups/{group}/members", {"accounts": accounts[::-1], **REASON}, olga)
    first = served.ask(f"GET /groups/{group}/members?limit=2", token=olga).json()
    second = served.ask(f"GET /groups/{group}/members?limit=2&cursor={first['next']}", token=olga).json()

    assert [one["user_name"] for one in first["items"] + second["items"]] == ["ada", "bo", "cleo"]
    for named in (group, "branch%20NORTH"):
        found = served.ask(f"GET /accounts?group={named}&query=bo", token=olga).json()["items"]
        assert [one["user_name"] for one in found] == ["bo"]


def test_several_are_put_at_once(served: Served) -> None:
    """Each has an outcome of its own, and what is refused for one leaves the others."""
    olga, bram, cora = served.operator(), served.world.add("bram"), served.world.add("cora")
    me = served.ask("GET /session", token=olga).json()["id"]
    group = made(served, olga)["id"]
    served.ask(f"PUT /groups/{group}/members/{cora}", REASON, olga)
    accounts = [str(bram), me, str(cora), str(NOWHERE), str(bram)]
    told = served.ask(f"POST /groups/{group}/members", {"accounts": accounts, **REASON}, olga).json()["items"]

    assert [(one["account_id"], one["outcome"], one["code"]) for one in told] == [
        (str(bram), "done", None),
        (me, "refused", "rights.self"),
        (str(cora), "unchanged", None),
        (str(NOWHERE), "refused", "accounts.not_found"),
    ]


def test_several_are_taken_at_once(served: Served) -> None:
    """The group can be deleted then."""
    olga = served.operator()
    group = made(served, olga)["id"]
    accounts = [str(served.world.add(name)) for name in ("ada", "bo")]
    served.ask(f"POST /groups/{group}/members", {"accounts": accounts, **REASON}, olga)
    refused = served.ask(f"DELETE /groups/{group}", None, olga)
    taken = served.ask(f"POST /groups/{group}/members/remove", {"accounts": accounts, **REASON}, olga).json()
    deleted = served.ask(f"DELETE /groups/{group}", {"reason": "closed"}, olga)

    assert (refused.status, refused.json()["code"]) == (409, "groups.not_empty")
    assert [one["outcome"] for one in taken["items"]] == ["done", "done"]
    assert (deleted.json(), served.ask(f"GET /groups/{group}", token=olga).status) == ({"outcome": "done"}, 404)


@pytest.mark.parametrize("line", ["POST /groups/{}/members", "POST /groups/{}/members/remove"])
def test_what_concerns_everybody_is_refused_once(served: Served, line: str) -> None:
    """A group that is not there, and an operator without the right."""
    olga, ivy, bram = served.operator(), served.operator("ivy", "help-desk"), str(served.world.add("bram"))
    group = made(served, olga)["id"]
    asked = {"accounts": [bram], **REASON}

    assert served.ask(line.format(NOWHERE), asked, olga).json()["code"] == "groups.not_found"
    assert served.ask(line.format(group), asked, ivy).json()["code"] == "rights.missing"


@pytest.mark.parametrize(
    ("line", "body", "code"),
    [
        ("POST /groups", {"name": "BRANCH north"}, "groups.name_taken"),
        ("POST /groups", {"name": "a;b"}, "groups.name_malformed"),
        ("POST /groups", {"name": "East", "members": ["x"]}, "request.unknown_field"),
        ("POST /groups", {"name": "East", "password_rules": "lax"}, "request.unknown_field"),
        ("GET /groups/not-an-id", None, "groups.not_found"),
        ("GET /groups?cursor=" + "A" * 22, None, "list.cursor"),
        (f"GET /groups/{NOWHERE}/members", None, "groups.not_found"),
        ("GET /accounts?group=nowhere", None, "groups.not_found"),
        (f"PUT /groups/{NOWHERE}/members/{NOWHERE}", {}, "request.malformed"),
        (f"POST /groups/{NOWHERE}/members", {"accounts": [], **REASON}, "request.malformed"),
        (f"POST /groups/{NOWHERE}/members", {"accounts": ["x"], **REASON}, "accounts.not_found"),
    ],
)
def test_refusals(served: Served, line: str, body: object, code: str) -> None:
    """Each names its code."""
    olga = served.operator()
    made(served, olga)

    assert served.ask(line, body, olga).json()["code"] == code
