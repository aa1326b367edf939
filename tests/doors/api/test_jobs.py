from uuid import UUID

import pytest

from doorward.features.jobs.actions.working import go_on
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


def test_the_same_key_with_another_body_is_refused(served: Served) -> None:
    """The answer would be about something that nobody asked for now."""
    bram = served.world.add("bram", locked_at=NOON, lock_reason="Failures")
    olga, key = served.operator(), [("idempotency-key", "monday")]
    served.ask("POST /unlocks", {**REASON, "accounts": [str(bram)]}, olga, key)
    refused = served.ask("POST /unlocks", {**REASON, "filter": {}}, olga, key)

    assert (refused.status, refused.code) == (409, "jobs.key_used")


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


@pytest.mark.parametrize(
    ("path", "kind", "came"),
    [
        ("/secret-key-resets", "secret-key-resets", {"bram": "done", "carl": "done"}),
        ("/allowlist-additions", "allowlist-additions", {"bram": "unchanged", "carl": "done"}),
        ("/exclusion-additions", "exclusion-additions", {"bram": "done", "carl": "done"}),
    ],
)
def test_other_acts_on_many(served: Served, path: str, kind: str, came: dict[str, str]) -> None:
    """Begun, worked off and told as unlocks are."""
    chosen = [str(served.world.add("bram", factors=1)), str(served.world.add("carl"))]
    olga = served.operator("sue", "super-user")
    started = served.ask(f"POST {path}", {**REASON, "accounts": chosen}, olga)
    work(served)
    job = served.ask(f"GET /jobs/{started.json()['id']}", token=olga).json()

    assert (started.status, started.headers["location"]) == (202, f"/api/v1/jobs/{started.json()['id']}")
    assert (job["kind"], job["state"], job["reason"]) == (kind, "finished", REASON["reason"])
    assert {one["user_name"]: one["outcome"] for one in job["items"]} == came


def test_a_filter_is_that_of_the_list(served: Served) -> None:
    """A search counts when it is worked off, not when it is begun."""
    served.world.add("bram", factors=1)
    served.world.add("brad")
    olga = served.operator("sue", "super-user")
    body = {**REASON, "filter": {"query": "br", "second_factor": "blocked", "enabled": True}}
    started = served.ask("POST /allowlist-additions", body, olga).json()
    work(served)
    job = served.ask(f"GET /jobs/{started['id']}", token=olga).json()

    assert (started["total"], started["counting"]) == (0, True)
    assert (job["total"], job["counting"], job["done"]) == (1, False, 1)


@pytest.mark.parametrize("path", ["/secret-key-resets", "/allowlist-additions", "/exclusion-additions"])
def test_other_acts_take_their_right(served: Served, path: str) -> None:
    """And a reason."""
    bram = str(served.world.add("bram"))
    refused = served.ask(f"POST {path}", {**REASON, "accounts": [bram]}, served.operator("olga", "help-desk"))
    silent = served.ask(f"POST {path}", {"accounts": [bram]}, served.operator("sue", "super-user"))

    assert (refused.status, refused.code) == (403, "rights.missing")
    assert (silent.status, silent.code) == (400, "request.malformed")


def test_own_jobs_are_listed(served: Served) -> None:
    """Newest first, page by page."""
    olga, bram = served.operator(), str(served.world.add("bram"))
    begun = []
    for _ in range(3):
        served.world.pass_time(seconds=1)
        begun.append(served.ask("POST /unlocks", {**REASON, "accounts": [bram]}, olga).json()["id"])
    first = served.ask("GET /jobs?limit=2", token=olga).json()
    rest = served.ask(f"GET /jobs?limit=2&cursor={first['next']}", token=olga).json()

    assert [one["id"] for one in first["items"] + rest["items"]] == begun[::-1]
    assert (first["items"][0]["waiting"], rest["next"]) == (1, None)


def test_a_job_is_stopped_once(served: Served) -> None:
    """What waits is left."""
    olga, bram = served.operator(), served.world.add("bram", locked_at=NOON, lock_reason="Failures")
    job = served.ask("POST /unlocks", {**REASON, "accounts": [str(bram)]}, olga).json()["id"]
    said = [served.ask(f"POST /jobs/{job}/stop", token=olga).json() for _ in range(2)]
    work(served)
    shown = served.ask(f"GET /jobs/{job}", token=olga).json()

    assert said == [{"outcome": "done"}, {"outcome": "unchanged"}]
    assert (shown["state"], shown["waiting"]) == ("stopped", 1)
    assert served.world.standing(bram).state.lock is not None
