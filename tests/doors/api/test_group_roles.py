from typing import Any

import pytest

from tests.doors.served import Served
from tests.features.rights.giving import give, group, protect

DESK = {"role": "help-desk", "reason": "new desk"}


def given(served: Served, token: str, group_id: object) -> list[tuple[str, str, Any]]:
    """Read what a group gives its members."""
    items = served.ask(f"GET /groups/{group_id}/roles", token=token).json()["items"]
    return [(one["role"], one["effect"], None if one["group"] is None else one["group"]["name"]) for one in items]


def test_a_role_is_given_and_taken_singly(served: Served) -> None:
    """Beside what is there; a second time changes nothing and says so; each has its entry (RIGHT-3, AUDIT-1)."""
    north, olga = group(served.world, "North"), served.operator()
    give(served.world, north, "auditor")
    asked = [
        served.ask(f"POST /groups/{north}/roles", DESK, olga),
        served.ask(f"POST /groups/{north}/roles", DESK, olga),
        served.ask(f"POST /groups/{north}/roles", DESK | {"groups": ["North"], "effect": "deny"}, olga),
    ]
    between = given(served, olga, north)
    taken = [
        served.ask(f"POST /groups/{north}/roles/remove", DESK, olga),
        served.ask(f"POST /groups/{north}/roles/remove", DESK, olga),
    ]
    told = [(one.act, one.outcome, one.reason) for one in served.world.entries() if one.act.startswith("rights.")]

    assert [(one.status, one.json()["outcome"]) for one in asked] == [(200, "done"), (200, "unchanged"), (200, "done")]
    assert between == [("auditor", "allow", None), ("help-desk", "allow", None), ("help-desk", "deny", "North")]
    assert [one.json()["outcome"] for one in taken] == ["done", "unchanged"]
    assert given(served, olga, north) == [("auditor", "allow", None), ("help-desk", "deny", "North")]
    assert told == [
        ("rights.granted", "done", "new desk"), ("rights.granted", "unchanged", "new desk"),
        ("rights.granted", "done", "new desk"), ("rights.revoked", "done", "new desk"),
        ("rights.revoked", "unchanged", "new desk"),
    ]  # fmt: skip


@pytest.mark.parametrize("way", ["", "/remove"])
@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"role": "emperor"}, (422, "rights.unknown_role")),
        ({"role": "help-desk", "groups": ["Nowhere"]}, (404, "groups.not_found")),
        ({"role": "help-desk", "groups": []}, (400, "request.malformed")),
        ({"role": "help-desk", "effect": "perhaps"}, (400, "request.malformed")),
        ({"role": "help-desk", "reason": ""}, (422, "request.reason")),
        ({}, (400, "request.malformed")),
    ],
)
def test_what_cannot_be_is_refused(served: Served, way: str, body: dict[str, Any], told: tuple[int, str]) -> None:
    """Bad words, groups that are not there, and nothing is given."""
    north, olga = group(served.world, "North"), served.operator()
    refused = served.ask(f"POST /groups/{north}/roles{way}", body, olga)

    assert (refused.status, refused.code) == told
    assert given(served, olga, north) == []


@pytest.mark.parametrize("way", ["", "/remove"])
def test_nobody_climbs_by_it(served: Served, way: str) -> None:
    """What one does not hold, what one's own group gives, and what a protected member holds (RIGHT-4, PROT-2)."""
    world = served.world
    pat = world.add("pat")
    guarded = group(world, "Guarded", pat)
    protect(world, pat)
    sam = world.add("sam", "super-user", factors=1)
    open_, own, token = group(world, "Open"), group(world, "Own", sam), served.token(sam)
    if way:
        give(world, open_, "auditor")

    def refusal(group_id: object, role: str) -> tuple[int, str]:
        answered = served.ask(f"POST /groups/{group_id}/roles{way}", {"role": role}, token)
        return answered.status, answered.json()["code"]

    assert refusal(open_, "auditor") == (403, "rights.not_held")
    assert refusal(own, "help-desk") == (403, "rights.self")
    assert refusal(guarded, "help-desk")[1] == "groups.protected_member"
