from uuid import UUID

import pytest

from doorward.features.jobs.actions import go_on
from tests.doors.served import Served
from tests.worlds import NOON

REASON = {"reason": "keyboard layout changed overnight"}


def work(served: Served) -> None:
    """Let the worker do what there is to do."""
    while go_on(served.world.runtime):
        pass


def test_a_selection_is_unlocked(served: Served) -> None:
    """202 with the job's address; then counts, and an outcome for each account (LOCK-12)."""
    locked = served.world.add("bram", locked_at=NOON, lock_reason="Failures")
    by_hand = served.world.add("luca", locked_at=NOON, lock_reason="Administrator")
    opened = served.world.add("zoe")
    olga = served.operator()
    body = {**REASON, "accounts": [str(locked), str(by_hand), str(opened)]}
    started = served.ask("POST /unlocks", body, olga)
    before = served.ask(f"GET /jobs/{started.json()['id']}", token=olga).json()
    work(served)
    after = served.ask(f"GET /jobs/{started.json()['id']}", token=olga).json()
    outcomes = {one["user_name"]: (one["outcome"], one["code"]) for one in after["items"]}

    assert (started.status, started.headers["location"]) == (202, f"/api/v1/jobs/{started.json()['id']}")
    assert (started.json()["state"], started.json()["total"]) == ("running", 3)
    assert (before["state"], before["waiting"]) == ("running", 3)
    assert (after["state"], after["total"], after["waiting"]) == ("finished", 3, 0)
    assert outcomes == {"bram": ("done", None), "luca": ("refused", "lockout.by_hand"), "zoe": ("unchanged", None)}
    assert (after["done"], after["unchanged"], after["refused"]) == (1, 1, 1)


def test_a_whole_search_is_unlocked(served: Served) -> None:
    """All that it finds, and nobody else."""
    for name in ("bram rossi", "rosa luz", "ben"):
        served.world.add(name, locked_at=NOON, lock_reason="Failures")
    olga = served.operator()
    started = served.ask("POST /unlocks", {**REASON, "filter": {"query": "ros", "locked": True}}, olga).json()
    work(served)

    assert served.ask(f"GET /jobs/{started['id']}", token=olga).json()["done"] == 2
    left = served.ask("GET /accounts?locked=true", token=olga).json()["items"]
    assert [one["user_name"] for one in left] == ["ben"]


def test_the_same_key_gives_the_same_job(served: Served) -> None:
    """A request that is sent again starts nothing (Idempotency-Key)."""
    served.world.add("bram", locked_at=NOON, lock_reason="Failures")
    olga = served.operator()
    body = {**REASON, "filter": {}}
    first, again = (served.ask("POST /unlocks", body, olga, [("idempotency-key", "monday")]).json() for _ in range(2))
    other = served.ask("POST /unlocks", body, olga, [("idempotency-key", "tuesday")]).json()

    assert first["id"] == again["id"]
    assert first["id"] != other["id"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "request.malformed"),
        ({"accounts": []}, "jobs.nothing_selected"),
        ({"accounts": [str(UUID(int=7))], "filter": {}}, "request.malformed"),
        ({"accounts": "all"}, "request.malformed"),
        ({"accounts": ["bram"]}, "accounts.not_found"),
        ({"filter": {"everyone": True}}, "request.unknown_field"),
        ({"filter": {"locked": False}}, "request.malformed"),
    ],
)
def test_what_is_no_selection_is_refused(served: Served, body: dict[str, object], code: str) -> None:
    """Either accounts or a filter, and each as it is described."""
    assert served.ask("POST /unlocks", {**REASON, **body}, served.operator()).code == code


@pytest.mark.parametrize("key", ["", "x" * 201, "two words", "tab\tbed"])
def test_what_is_no_key_is_refused(served: Served, key: str) -> None:
    """Visible characters, 200 at most."""
    refused = served.ask("POST /unlocks", {**REASON, "filter": {}}, served.operator(), [("idempotency-key", key)])

    assert refused.code == "request.malformed"


def test_a_job_has_parts(served: Served) -> None:
    """Counts of all, and its accounts part by part."""
    for name in ("ada", "bo", "cleo"):
        served.world.add(name, locked_at=NOON, lock_reason="Failures")
    olga = served.operator()
    started = served.ask("POST /unlocks", {**REASON, "filter": {}}, olga).json()
    work(served)
    first = served.ask(f"GET /jobs/{started['id']}?limit=2", token=olga).json()
    second = served.ask(f"GET /jobs/{started['id']}?limit=2&cursor={first['next']}", token=olga).json()

    assert sorted(one["user_name"] for one in first["items"] + second["items"]) == ["ada", "bo", "cleo"]
    assert (first["done"], second["done"], second["next"]) == (3, 3, None)


@pytest.mark.parametrize("job", ["7", str(UUID(int=7))])
def test_an_unknown_job_is_not_found(served: Served, job: str) -> None:
    """Malformed or nobody's, the answer is one."""
    assert served.ask(f"GET /jobs/{job}", token=served.operator()).code == "jobs.not_found"
