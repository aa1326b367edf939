"""T30: what opens an account is decided by the account, never by what the visitor would like to show instead."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from doorward.features.devices import actions as devices
from doorward.features.sessions.model import OpenedWith
from doorward.features.signin.model import Next
from tests.storms.town import PASSWORD, Person, Town, api, password_of, town
from tests.storms.wire import Answer, ask, form, request

REFRESHES = 20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Launch a server."""
    with town(tmp_path_factory.mktemp("downgrade")) as begun:
        begun.rules(failures_before_lock=0, second_factor_failures_before_lock=100, failing_names_before_refusing=0)
        yield begun


def temporary(server: Town, person: Person) -> str:
    """Issue a temporary access code, whatever the account's state."""
    with server.writing() as call:
        return devices.issue_temporary_code(call, person.account)[0].reveal()


def opened(answer: Answer) -> bool:
    """Tell whether an answer lets anybody in."""
    return b'"token"' in answer.body or "__Host-doorward=A" in answer.headers.get("set-cookie", "")


def attempts(server: Town, person: Person) -> dict[str, list[bytes]]:
    """Write every way to finish a sign-in that asks for the secret key's code with something else."""
    (sign_in,) = server.pending(person, Next.CODE)
    named = {"sign_in": sign_in}
    weaker = temporary(server, person)
    basic = {"authorization": "Basic YnJhbTphIHdhbGsgaW4gdGhlIHdvb2Q="}
    hinted = {"user_name": person.name, "password": PASSWORD}
    return {
        "a temporary access code": [api("POST /sign-in/device-code", {**named, "code": weaker})],
        "a temporary access code as the code": [api("POST /sign-in/recovery-code", {**named, "code": weaker})],
        "another e-mailed code": [api("POST /sign-in/device-code/resend", named)],
        "a key of one's own": [
            api("POST /sign-in/set-up", named),
            api("POST /sign-in/set-up/confirm", {**named, "code": "123456"}),
        ],
        "a new password": [api("POST /sign-in/new-password", {**named, "password": "eleven green bicycles"})],
        "the sign-in as a session": [
            api("GET /me", token=sign_in), request("GET /me", headers={"cookie": f"__Host-doorward={sign_in}"}),
        ],
        "the password alone, again": [password_of(person.name)] * 3,
        "a password in the header": [request("GET /api/v1/me", headers=basic)],
        "a wish in the body": [api("POST /sign-in", {**hinted, "acr": "password", "next": "done", "factor": "none"})],
        "a wish in the query": [api("POST /sign-in?next=done&method=email", hinted)],
        "the page of another step": [
            form(f"POST /sign-in/{step}", server.url, {"code": weaker, "new_password": "eleven green bicycles"},
                 f"__Host-doorward-sign-in={sign_in}")
            for step in ("device-code", "set-up", "new-password", "device-code/resend")
        ],
    }  # fmt: skip


def test_whoever_has_a_key_finishes_with_nothing_weaker(server: Town) -> None:
    """Eleven tries in its place: none opens anything, and the key's own code still does."""
    bram = server.add("bram")
    let_in = {
        what: [line.split(b"\r\n")[0] for line in lines if opened(ask(server.url, line))]
        for what, lines in attempts(server, bram).items()
    }
    (sign_in,) = server.pending(bram, Next.CODE)
    right = server.ask("POST /sign-in/code", {"sign_in": sign_in, "code": bram.code(server.server.now())})

    assert let_in == {what: [] for what in let_in}
    assert right.json()["next"] == "done"


@pytest.mark.parametrize("opened_with", [OpenedWith.RECOVERY_CODE, OpenedWith.PASSWORD])
def test_a_session_never_gains_by_being_used(server: Town, opened_with: OpenedWith) -> None:
    """Twenty checks and pages later it is what it was opened as, and reaches no more."""
    excluded = opened_with is OpenedWith.PASSWORD
    oda = server.add(f"oda-{opened_with.value}", "administrator", key=not excluded, excluded=excluded)
    token = server.token(oda, opened_with)
    victim = server.add(f"victim-{opened_with.value}")
    first = server.ask("GET /session", token=token).json()["session"]
    for _ in range(REFRESHES):
        server.server.turn(seconds=30)
        server.ask("GET /me", token=token)
    last = server.ask("GET /session", token=token).json()["session"]
    refused = server.ask(f"POST /accounts/{victim.account}/reset-secret-key", {"reason": "x"}, token)

    assert (first["used_second_factor"], first["own_page_only"]) == (False, not excluded)
    assert {name: last[name] for name in first} == first
    assert refused.status == 403


def test_a_recovery_code_is_no_second_factor_for_administering(server: Town) -> None:
    """Its session opens the own page, and not one page or call of the console (KEY-1)."""
    oda = server.add("oda-recovers", "administrator")
    token = server.token(oda, OpenedWith.RECOVERY_CODE)
    calls = [server.ask(f"GET {path}", token=token).code for path in ("/accounts", "/audit", "/two-factor", "/roles")]
    pages = [ask(server.url, request(f"GET {path}", headers={"cookie": f"__Host-doorward={token}"})) for path in
             ("/console", "/console/users", "/console/audit")]  # fmt: skip

    assert set(calls) <= {"session.own_page_only", "session.second_factor_required", "rights.missing"}
    assert {(page.status, page.headers.get("location")) for page in pages} == {(303, "/me")}


def test_what_a_reset_took_does_not_come_back_weaker(server: Town) -> None:
    """Between reset and set-up: neither old code nor recovery code nor the password alone opens anything."""
    bram = server.add("bram-reset")
    codes = server.recovery_codes(bram)
    (before,) = server.pending(bram, Next.CODE)
    assert server.ask(f"POST /accounts/{bram.account}/reset-secret-key", {"reason": "lost"}, server.watch).status == 200
    begun = ask(server.url, password_of(bram.name)).json()
    server.server.turn(seconds=timedelta(seconds=30).total_seconds())
    code = bram.code(server.server.now())
    answers = [
        server.ask(f"POST /sign-in/{step}", {"sign_in": one, "code": given})
        for one in (before, begun["sign_in"])
        for step, given in (("code", code), ("recovery-code", codes[0]))
    ]

    assert begun["next"] == "device_code"
    assert {answer.status for answer in answers} == {401}
    assert server.count("SELECT count(*) FROM sessions WHERE account_id = ?", bram.account.bytes) == 0
