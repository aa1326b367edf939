"""T11: between the reset of a key and the set-up of the next nobody slips in (KEY-10, KEY-13)."""

import base64
import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest

from doorward.features.signin.model import Next
from tests.launcher import eventually
from tests.storms.post_office import text_of
from tests.storms.size import size
from tests.storms.test_bad_input import Route, fields_of, queries_of
from tests.storms.town import Person, Town, api, password_of, town
from tests.storms.wire import Answer, ask, at_once, request

ATTACKERS = size(5, 100)
ROUNDS = size(3, 200)
CODE = re.compile(r"^ +(\d{6})\r?$", re.MULTILINE)
PAGES = (
    "/", "/me", "/me?tab=history", "/me/password", "/console", "/console/users", "/console/users/{account}",
    "/console/audit", "/console/mail", "/console/roles", "/console/two-factor", "/console/password-rules",
    "/console/palette",
)  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Launch a server."""
    with town(tmp_path_factory.mktemp("enrolment")) as begun:
        begun.rules(failures_before_lock=0, second_factor_failures_before_lock=100, failing_names_before_refusing=0)
        yield begun


@pytest.fixture(scope="module")
def routes(server: Town) -> list[Route]:
    """Read from the server's document which routes there are."""
    told = ask(server.url, request("GET /openapi.json")).json()
    shapes = told["components"]["schemas"]
    return [
        Route(method.upper(), path, fields_of(call, shapes), queries_of(call))
        for path, methods in told["paths"].items()
        for method, call in methods.items()
    ]


def reset(server: Town, name: str, *roles: str) -> Person:
    """Add somebody whose key an operator has just reset."""
    person = server.add(name, *roles)
    answer = server.ask(f"POST /accounts/{person.account}/reset-secret-key", {"reason": "lost phone"}, server.watch)
    assert answer.status == 200, answer
    return person


def begun(server: Town, person: Person) -> str:
    """Give the password: it leads to the e-mailed code and no further."""
    answer = ask(server.url, password_of(person.name)).json()
    assert answer["next"] == "device_code"
    return str(answer["sign_in"])


def codes(server: Town, person: Person) -> list[str]:
    """Read the codes in somebody's mailbox, oldest first."""
    return [one for letter in server.server.mails(person.email) for one in CODE.findall(text_of(letter))]


def mailed(server: Town, person: Person, count: int = 1) -> list[str]:
    """Wait for so many codes."""
    eventually(lambda: len(codes(server, person)) >= count)
    return codes(server, person)


def keys_of(server: Town, person: Person) -> int:
    """Count somebody's keys."""
    return server.count("SELECT count(*) FROM otp_keys WHERE account_id = ?", person.account.bytes)


def confirmed(server: Town, sign_in: str, code: str) -> bytes:
    """Type the e-mailed code, take the key, and write the request that proves it."""
    assert server.ask("POST /sign-in/device-code", {"sign_in": sign_in, "code": code}).json()["next"] == "set_up"
    shown = server.ask("POST /sign-in/set-up", {"sign_in": sign_in}).json()
    app = Person("", UUID(int=0), "", base64.b32decode(shown["secret_key"]))  # type: ignore[arg-type]
    return api("POST /sign-in/set-up/confirm", {"sign_in": sign_in, "code": app.code(server.server.now())})


def test_the_password_alone_binds_no_key(server: Town) -> None:
    """An attacker with the password races the mailbox: every step tried, with made-up codes; nothing is bound."""
    bram = reset(server, "bram")
    for number in range(ATTACKERS):
        (sign_in,) = server.pending(bram, Next.DEVICE_CODE)
        code = f"{number:06d}"
        lines = [
            api(f"POST /sign-in/{step}", {"sign_in": sign_in, **more})
            for step, more in (
                ("set-up", {}), ("set-up/confirm", {"code": code}), ("code", {"code": code}),
                ("recovery-code", {"code": "AAAAA-AAAAA-AAAAA-AAAAA-AAAAA"}),
                ("new-password", {"password": "eleven green bicycles"}),
            )
        ]  # fmt: skip
        assert {answer.status for answer in at_once(server.url, lines)} == {401}

    assert keys_of(server, bram) == 0
    assert server.count("SELECT count(*) FROM sessions WHERE account_id = ?", bram.account.bytes) == 0


def test_a_pending_sign_in_opens_no_route(server: Town, routes: list[Route]) -> None:
    """Password alone, shown as a session to more than 40 routes and pages: only sign-in itself looks at it."""
    olaf = reset(server, "olaf", "help-desk")
    sign_in = begun(server, olaf)
    cookie = {"cookie": f"__Host-doorward={sign_in}; __Host-doorward-sign-in={sign_in}", "origin": server.url}
    let_in: dict[str, Any] = {}
    probed = 0
    for route in (one for one in routes if "/sign-in" not in one.path and "/not-me" not in one.path):
        line = f"{route.method} {gap(route.path, olaf)}"
        body = None if route.method == "GET" else dict.fromkeys(route.fields, "x")
        asked = (
            request(line, body, token=sign_in, headers={"if-match": "1"}),
            request(line, body, headers={**cookie, "if-match": "1"}),
        )
        opened = {ask(server.url, one).status for one in asked} - {400, 401, 403, 415, 422}
        probed += 1
        let_in |= {line: opened} if opened else {}
    for page in PAGES:
        answer = ask(server.url, request(f"GET {gap(page, olaf)}", headers=cookie))
        probed += 1
        let_in |= {page: answer.status} if not sent_away(answer) else {}

    assert probed > 40
    assert {line: status for line, status in let_in.items() if "/links" not in line} == {}


def gap(path: str, person: Person) -> str:
    """Fill an address."""
    return re.sub(r"{[a-z_]+}", str(UUID(int=7)), path.replace("{account}", str(person.account)))


def sent_away(answer: Answer) -> bool:
    """Tell whether a page leads to sign-in."""
    return answer.status in {401, 403} or (answer.status == 303 and answer.headers["location"].startswith("/sign-in"))


def test_of_two_valid_set_ups_at_once_one_binds_its_key(server: Town) -> None:
    """Password, mailbox and key of both are right; the entry is for one (KEY-13), and who loses learns it."""
    for number in range(ROUNDS):
        bram = reset(server, f"twice-{number}")
        first = begun(server, bram)
        mailed(server, bram)
        second = begun(server, bram)
        one, other = mailed(server, bram, 2)[:2]
        answers = at_once(server.url, [confirmed(server, first, one), confirmed(server, second, other)])

        assert sorted(answer.status for answer in answers) == [200, 403]
        assert keys_of(server, bram) == 1
        assert server.count("SELECT count(*) FROM allowlist WHERE account_id = ?", bram.account.bytes) == 0


def test_a_second_set_up_on_the_same_entry_is_refused(server: Town) -> None:
    """It was used up by the first; a sign-in that was under way does not finish."""
    bram = reset(server, "used-up")
    late, sign_in = begun(server, bram), begun(server, bram)
    first, second = mailed(server, bram, 2)[:2]
    lines = [confirmed(server, late, first), confirmed(server, sign_in, second)]
    answers = [ask(server.url, line) for line in reversed(lines)]

    assert [answer.status for answer in answers] == [200, 403]
    assert ask(server.url, password_of(bram.name)).json()["next"] == "code"


def test_an_entry_that_has_run_out_opens_nothing(server: Town) -> None:
    """72 hours and a second after the reset: blocked, whether the sign-in begins or was under way (KEY-13)."""
    bram = reset(server, "too-late")
    server.server.turn(hours=71, minutes=50)
    sign_in = begun(server, bram)
    line = confirmed(server, sign_in, mailed(server, bram)[0])
    server.server.turn(minutes=10, seconds=1)
    under_way, anew = ask(server.url, line), ask(server.url, password_of(bram.name))

    assert under_way.status in {401, 403}
    assert (anew.status, anew.code) == (403, "signin.set_up_not_available")
    assert keys_of(server, bram) == 0


def test_the_old_key_and_old_sessions_are_dead_at_once(server: Town) -> None:
    """Nothing that was there before the reset opens anything after it (KEY-6)."""
    bram = server.add("before")
    token, (sign_in,) = server.token(bram), server.pending(bram, Next.CODE)
    recovery = server.recovery_codes(bram)[0]
    assert server.ask(f"POST /accounts/{bram.account}/reset-secret-key", {"reason": "x"}, server.watch).status == 200
    code = {"sign_in": sign_in, "code": bram.code(server.server.now())}
    answers = [
        server.ask("POST /sign-in/code", code),
        server.ask("POST /sign-in/recovery-code", {"sign_in": sign_in, "code": recovery}),
        server.ask("GET /me", token=token),
        server.ask("PATCH /me", {"full_name": "x"}, token),
    ]

    assert {answer.status for answer in answers} <= {401, 404, 405}
    assert answers[0].code == "signin.expired"
