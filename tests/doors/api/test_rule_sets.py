import pytest

from doorward.features.policy.rules import FOR_EVERYBODY
from tests.doors.served import Served


def group(served: Served, token: str, name: str = "Branch North") -> str:
    """Add a group and give its id."""
    return str(served.ask("POST /groups", {"name": name}, token).json()["id"])


def strict(served: Served, token: str) -> None:
    """Make a named set."""
    served.ask("POST /password-rules", {"name": "strict", "min_length": 16, "reason": "the works council"}, token)


def test_a_set_is_made_read_and_changed(served: Served) -> None:
    """What is read can be sent back as it is."""
    olga = served.operator()
    made = served.ask("POST /password-rules", {"name": "strict", "min_length": 16, "reason": "asked"}, olga)
    found = served.ask("GET /password-rules/strict", token=olga).json()
    named = {key: value for key, value in found.items() if key not in FOR_EVERYBODY}
    same = served.ask("PUT /password-rules/strict", named, olga).json()

    assert made.json() == {"outcome": "done", "version": 1, "changed": {"min_length": "12 → 16"}}
    assert (made.status, made.headers["location"]) == (201, "/api/v1/password-rules/strict")
    assert (found["name"], found["version"], found["min_length"], found["hours_locked"]) == ("strict", 1, 16, 0)
    assert same == {"outcome": "unchanged", "version": 1, "changed": {}}


def test_the_sets_are_listed(served: Served) -> None:
    """With whom they serve; `default` is the last."""
    olga = served.operator()
    strict(served, olga)
    north = group(served, olga)
    served.ask(f"PUT /groups/{north}/password-rules", {"name": "strict"}, olga)
    found = served.ask("GET /password-rule-sets", token=olga).json()

    assert found["next"] is None
    assert found["items"] == [
        {"name": "strict", "rank": 1, "groups": ["Branch North"], "accounts": 0},
        {"name": "default", "rank": None, "groups": [], "accounts": 1},
    ]


def test_rules_are_assigned_to_a_group(served: Served) -> None:
    """And taken from it again; a password is judged by them."""
    olga = served.operator()
    strict(served, olga)
    north = group(served, olga)
    assigned = served.ask(f"PUT /groups/{north}/password-rules", {"name": "strict", "reason": "asked"}, olga).json()
    shown = served.ask(f"GET /groups/{north}", token=olga).json()
    taken = served.ask(f"PUT /groups/{north}/password-rules", {"name": None}, olga).json()
    again = served.ask(f"PUT /groups/{north}/password-rules", {"name": None}, olga).json()

    assert (assigned, taken, again) == ({"outcome": "done"}, {"outcome": "done"}, {"outcome": "unchanged"})
    assert (shown["password_rules"], shown["version"]) == ("strict", 2)


def test_a_set_is_ranked_and_deleted(served: Served) -> None:
    """While it is assigned it stays."""
    olga = served.operator()
    strict(served, olga)
    north = group(served, olga)
    served.ask(f"PUT /groups/{north}/password-rules", {"name": "strict"}, olga)
    ranked = served.ask("PUT /password-rules/strict/rank", {"rank": 5}, olga).json()
    kept = served.ask("DELETE /password-rules/strict", {"reason": "tidying"}, olga)
    served.ask(f"PUT /groups/{north}/password-rules", {"name": None}, olga)
    deleted = served.ask("DELETE /password-rules/strict", None, olga).json()

    assert ranked == {"outcome": "done", "version": 2, "changed": {"rank": "1 → 5"}}
    assert (kept.status, kept.code, deleted) == (409, "policy.in_use", {"outcome": "done"})
    assert served.ask("GET /password-rules/strict", token=olga).status == 404


@pytest.mark.parametrize(
    ("line", "body", "code"),
    [
        ("POST /password-rules", {"name": "Strict"}, "policy.name_malformed"),
        ("POST /password-rules", {"name": "strict"}, "policy.name_taken"),
        ("POST /password-rules", {"name": "default"}, "policy.name_taken"),
        ("POST /password-rules", {"name": "lax", "lock_contact": "me"}, "policy.default_only"),
        ("POST /password-rules", {"name": "lax", "version": 1}, "request.unknown_field"),
        ("POST /password-rules", {"min_length": 16}, "request.malformed"),
        ("PUT /password-rules/strict", {"lock_contact": "me"}, "policy.default_only"),
        ("PUT /password-rules/lax", {"min_length": 16}, "policy.not_found"),
        ("PUT /password-rules/lax", {"name": "strict"}, "request.malformed"),
        ("PUT /password-rules/strict", {"rank": 2}, "request.unknown_field"),
        ("PUT /password-rules/strict", {"min_length": 1}, "policy.out_of_bounds"),
        ("PUT /password-rules/lax/rank", {"rank": 2}, "policy.not_found"),
        ("PUT /password-rules/strict/rank", {"rank": 0}, "policy.out_of_bounds"),
        ("PUT /password-rules/strict/rank", {}, "request.malformed"),
        ("DELETE /password-rules/lax", None, "policy.not_found"),
        ("DELETE /password-rules/default", None, "policy.default_stays"),
        ("GET /password-rules/lax", None, "policy.not_found"),
        ("PUT /groups/x/password-rules", {"name": None}, "groups.not_found"),
        ("PUT /groups/01900000-0000-7000-8000-000000000001/password-rules", {"name": "x"}, "groups.not_found"),
    ],
)
def test_refusals(served: Served, line: str, body: object, code: str) -> None:
    """Each names its code."""
    olga = served.operator()
    strict(served, olga)

    assert served.ask(line, body, olga).code == code
