"""T22 and T21: nobody takes away the last administrator, and nobody helps themselves."""

from collections.abc import Iterator
from typing import Any

import pytest

from doorward.doors.console import account_acts
from tests.launcher import eventually
from tests.storms.size import size
from tests.storms.town import Person, Town, api, password_of, town
from tests.storms.wire import Answer, ask, at_once, form

ROUNDS = size(8, 500)
REASON = {"reason": "a test"}
PATHS = ("disable", "lock", "reset-secret-key", "delete-secret-key")
SHELL = (
    ("account", "disable"), ("account", "lock"), ("account", "reset-key"), ("account", "delete-key"),
    ("exclusions", "add"), ("role", "revoke"), ("account", "edit"),
)  # fmt: skip
"""Ways to take an administrator away at the command line, where no other right is asked for (RIGHT-8)."""
MORE = {"revoke": ("administrator",), "edit": ("--kind", "external")}
ABLE = """
    SELECT count(*) FROM accounts JOIN account_state USING (account_id) JOIN role_assignments USING (account_id)
    WHERE role = 'administrator' AND enabled AND factors > 0 AND NOT excluded
      AND (lock_reason IS NULL OR lock_reason NOT IN ('Administrator', 'Reported'))
"""


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Launch two processes behind one port; Olga is the one administrator."""
    with town(tmp_path_factory.mktemp("last"), workers=2) as begun:
        begun.rules(failures_before_lock=3, failing_names_before_refusing=0)
        yield begun


def able(server: Town) -> int:
    """Count the able administrators (RIGHT-5)."""
    return server.count(ABLE)


def test_every_way_to_remove_the_last_one_is_refused(server: Town) -> None:
    """Seven ways at the command line, which asks for no right; each names the code, and Olga stays able."""
    said = [server.server.run(*words, "olga", *MORE.get(words[1], ()), "--reason", "a test") for words in SHELL]

    assert {one.returncode for one in said} == {3}, [one.stderr for one in said]
    assert all("rights.last_administrator" in one.stderr for one in said)
    assert able(server) == 1


def test_a_stranger_who_guesses_delays_the_last_one_and_no_more(server: Town) -> None:
    """Locked for a quarter of an hour, whatever the rules say; then she is in (RIGHT-5)."""
    for _ in range(6):
        ask(server.url, password_of("olga", "wrong"))
    locked = ask(server.url, password_of("olga"))
    server.server.turn(minutes=15, seconds=1)
    after = ask(server.url, password_of("olga"))

    assert (locked.code, after.status) == ("signin.refused", 200)
    assert able(server) == 1


def against(one: Person, path: str, token: str) -> bytes:
    """Write what one administrator does to another."""
    if path == "roles":
        return api(f"PUT /accounts/{one.account}/roles", {"roles": [], **REASON}, token)
    if path == "exclude":
        return api(f"PUT /exclusions/{one.account}", REASON, token)
    return api(f"POST /accounts/{one.account}/{path}", REASON, token)


@pytest.mark.parametrize("path", [*PATHS, "roles", "exclude"])
def test_two_who_remove_each_other_leave_one(server: Town, path: str) -> None:
    """At the same moment, on two processes: one of them is told no (T22)."""
    people = [server.olga]
    for number in range(ROUNDS):
        people.append(server.add(f"ada-{number}", "administrator"))
        first, second = people[-2:]
        tokens = [server.token(one) for one in (first, second)]
        answers = at_once(server.url, [against(second, path, tokens[0]), against(first, path, tokens[1])])

        assert {answer.status for answer in answers} <= {200, 401, 403}
        assert able(server) >= 1
        people = [one for one in (first, second) if is_able(server, one)]
        assert people


def is_able(server: Town, person: Person) -> bool:
    """Tell whether an administrator is still able."""
    return server.count(f"{ABLE} AND account_id = ?", person.account) == 1


def acts_on_oneself(person: Person) -> dict[str, tuple[str, dict[str, Any]]]:
    """Name what nobody does to their own account: line and body."""
    one = f"/accounts/{person.account}"
    return {
        "unlock": (f"POST {one}/unlock", REASON),
        "lock": (f"POST {one}/lock", REASON),
        "disable": (f"POST {one}/disable", REASON),
        "reset": (f"POST {one}/reset-secret-key", REASON),
        "delete": (f"POST {one}/delete-secret-key", REASON),
        "temporary code": (f"POST {one}/temporary-access-code", REASON),
        "allow": (f"PUT /allowlist/{person.account}", REASON),
        "exclude": (f"PUT /exclusions/{person.account}", REASON),
        "roles": (f"PUT {one}/roles", {"roles": ["auditor"], **REASON}),
    }


def by_page(server: Town, path: str, token: str, **fields: str) -> Answer:
    """Post a form of the console."""
    return ask(server.url, form(f"POST {path}", server.url, {"reason": "a test", **fields}, f"__Host-doorward={token}"))


BULK = {
    "unlocks": "unlock",
    "secret-key-resets": "reset",
    "allowlist-additions": "allow",
    "exclusion-additions": "exclude",
}


def test_nobody_helps_themselves_by_any_route(server: Town) -> None:
    """Nine acts by API and console, and eight jobs over oneself, by list and by search: nothing is done (T21)."""
    server.add("grace", "administrator")
    oda = server.add("oda", "administrator")
    token = server.token(oda)
    before = server.rows("SELECT * FROM account_state WHERE account_id = ?", oda.account.bytes)
    direct = {name: server.ask(line, body, token) for name, (line, body) in acts_on_oneself(oda).items()}
    page = f"/console/users/{oda.account}"
    forms = (*account_acts.DEEDS, "temporary-access-code", "roles/add")
    posted = {name: by_page(server, f"{page}/{name}", token, role="auditor") for name in forms}
    jobs = [server.ask(f"POST /{name}", {"accounts": [str(oda.account)], **REASON}, token) for name in BULK]
    jobs += [server.ask(f"POST /{name}", {"filter": {"query": "oda"}, **REASON}, token) for name in BULK]
    begun = [one.json()["id"] for one in jobs if one.status == 202]
    eventually(lambda: all(server.ask(f"GET /jobs/{one}", token=token).json()["state"] == "finished" for one in begun))
    outcomes = [server.ask(f"GET /jobs/{one}", token=token).json() for one in begun]

    assert {name: answer.status for name, answer in direct.items() if answer.status != 403} == {}
    assert {name: answer.status for name, answer in posted.items() if answer.status != 403} == {}
    assert len(begun) == 2 * len(BULK)
    assert [one for job in outcomes for one in job.get("items", ()) if one.get("outcome") == "done"] == []
    assert server.rows("SELECT * FROM account_state WHERE account_id = ?", oda.account.bytes) == before
    assert server.ask("GET /me", token=token).status == 200
