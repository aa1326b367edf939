import pytest

from tests.doors.served import Served

NOTHING = {
    "query": "", "locked": False, "second_factor": None, "without_factor": False, "enabled": None, "group": None,
    "lock": None,
}  # fmt: skip


def test_a_view_is_kept_listed_renamed_and_deleted(served: Served) -> None:
    """Each step tells how it stands."""
    olga = served.operator()
    body = {"query": "branch-7", "locked": True, "second_factor": "blocked", "enabled": True}
    kept = served.ask("PUT /me/views/branch-7", body, olga)
    again = served.ask("PUT /me/views/branch-7", body, olga)
    listed = served.ask("GET /me/views", token=olga).json()
    renamed = served.ask("POST /me/views/BRANCH-7/rename", {"name": "seven"}, olga)
    deleted = served.ask("DELETE /me/views/seven", token=olga)
    view = {**NOTHING, **body, "name": "branch-7"}

    assert (kept.status, kept.json()) == (200, {"outcome": "done", "view": view})
    assert again.json()["outcome"] == "unchanged"
    assert listed == {"items": [view], "next": None}
    assert renamed.json()["view"] == {**view, "name": "seven"}
    assert deleted.json() == {"outcome": "done"}
    assert served.ask("GET /me/views", token=olga).json()["items"] == []


@pytest.mark.parametrize(
    ("line", "body", "status", "code"),
    [
        (f"PUT /me/views/{'x' * 61}", {}, 422, "views.name_malformed"),
        ("PUT /me/views/mine", {"colour": "red"}, 422, "request.unknown_field"),
        ("PUT /me/views/mine", {"second_factor": "none"}, 400, "request.malformed"),
        ("POST /me/views/nowhere/rename", {"name": "x"}, 404, "views.not_found"),
        ("DELETE /me/views/nowhere", None, 404, "views.not_found"),
    ],
)
def test_what_cannot_be_kept_is_told(served: Served, line: str, body: object, status: int, code: str) -> None:
    """By its code."""
    refused = served.ask(line, body, served.operator())

    assert (refused.status, refused.code) == (status, code)


def test_nobody_has_no_views(served: Served) -> None:
    """It takes a session."""
    assert served.ask("GET /me/views").code == "session.required"
