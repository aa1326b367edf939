import base64
from collections import Counter
from collections.abc import Iterator

import pytest

from doorward.features.devices import actions as devices
from doorward.features.signin.model import Next
from tests.storms.nodes import SHAPES, shaped
from tests.storms.size import size
from tests.storms.town import Person, Town, address, api, password_of
from tests.storms.wire import Answer, ask, at_once

AT_ONCE = 50
ROUNDS = size(3, 500)
"""T06 asks for five hundred."""
CYCLES = size(25, 10_000)
"""T05 asks for ten thousand."""
MALFORMED = (" 123456", "123456 ", "+123456", "-12345", "12 3456", "0123456", "12345", "1e5", "", "１２３４５６",
             "١٢٣٤٥٦", "123456\n", "123456\x00", "0x1e24")  # fmt: skip


@pytest.fixture(scope="module", params=SHAPES)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Launch two processes on SQLite, and three nodes on PostgreSQL."""
    with shaped(request.param, tmp_path_factory.mktemp("codes"), {"behind_proxy": "127.0.0.1"}) as begun:
        begun.rules(failures_before_lock=5, second_factor_failures_before_lock=5)
        yield begun


def told(answers: list[Answer]) -> Counter[tuple[int, str]]:
    """Count answers by status and code."""
    return Counter((answer.status, answer.code) for answer in answers)


def give(line: str, sign_in: str, code: str, number: int = 0) -> bytes:
    """Write a request that gives a code to a sign-in, from one of many addresses."""
    return api(f"POST /sign-in/{line}", {"sign_in": sign_in, "code": code}, x_forwarded_for=address(number))


def count(server: Town, table: str, person: Person) -> int:
    """Count somebody's rows of a table."""
    return server.count(f"SELECT count(*) FROM {table} WHERE account_id = ?", person.account)  # noqa: S608 - ours


def failures(server: Town, person: Person) -> int:
    """Add up an account's counters."""
    counted = "SELECT coalesce(sum(failures), 0) FROM lockout_counters WHERE account_id = ?"
    return server.count(counted, person.account)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_a_code_opens_one_of_fifty_sign_ins(server: Town, number: int) -> None:
    """Sent at one moment to two processes it is accepted once, and is a used one for the others (T06)."""
    bram = server.add(f"once-{number}")
    sign_ins = server.pending(bram, Next.CODE, AT_ONCE)
    code = bram.code(server.server.now())
    answers = at_once(server.urls, [give("code", one, code) for one in sign_ins])

    assert told(answers) == {(200, ""): 1, (401, "otp.used"): 49}
    assert server.attempts("signin.code", bram) == {("checked", "right"): 1, ("checked", "used"): 49}
    assert (count(server, "sessions", bram), failures(server, bram)) == (1, 0)
    assert server.entries(bram, act="lockout.locked") == []


def test_a_code_sent_fifty_times_in_one_sign_in_opens_it_once(server: Town) -> None:
    """A browser that repeats itself gets one session."""
    bram = server.add("repeated")
    (sign_in,) = server.pending(bram, Next.CODE)
    answers = at_once(server.urls, [give("code", sign_in, bram.code(server.server.now()))] * AT_ONCE)

    assert told(answers) == {(200, ""): 1, (401, "signin.expired"): 49}
    assert (count(server, "sessions", bram), failures(server, bram)) == (1, 0)


def test_no_step_before_an_accepted_one_is_accepted(server: Town) -> None:
    """The code of thirty seconds ago is inside the window, and used all the same (KEY-9)."""
    bram = server.add("backwards")
    later, earlier = server.pending(bram, Next.CODE, 2)
    now = server.server.now()
    accepted = ask(server.url, give("code", later, bram.code(now, 1)))
    refused = [ask(server.url, give("code", earlier, bram.code(now, steps))) for steps in (1, 0, -1)]

    assert accepted.status == 200
    assert told(refused) == {(401, "otp.used"): 3}


def test_what_is_not_six_digits_is_refused_at_the_door(server: Town) -> None:
    """With the right digits in it, too; none is accepted, none is counted, and the sign-in goes on (T06)."""
    bram = server.add("malformed")
    (sign_in,) = server.pending(bram, Next.CODE)
    right = bram.code(server.server.now())
    spellings = [*MALFORMED, f" {right}", f"{right} ", f"+{right}", f"0{right}", f"{right}0"]
    spellings.append(right.translate({ord("0") + digit: ord("０") + digit for digit in range(10)}))
    refused = [ask(server.url, give("code", sign_in, spelling)) for spelling in spellings]

    assert told(refused) == {(422, "otp.malformed"): len(spellings)}
    assert (server.attempts("signin.code", bram), failures(server, bram)) == ({}, 0)
    assert ask(server.url, give("code", sign_in, right)).json()["next"] == "done"


def test_wrong_codes_are_limited_however_often_the_password_is_right(server: Town) -> None:
    """Right password, wrong code, again and again: five are compared, then not even the right one is (T05)."""
    bram = server.add("cycled")
    (kept,) = server.pending(bram, Next.CODE)
    for number in range(CYCLES):
        begun = ask(server.url, password_of(bram.name, address=address(number)))
        if begun.status == 200:
            ask(server.url, give("code", begun.json()["sign_in"], bram.wrong_code(server.server.now())))
    answered = ask(server.url, give("code", kept, bram.code(server.server.now())))

    assert (answered.status, answered.code) == (401, "signin.refused")
    assert server.attempts("signin.code", bram) == {("checked", "wrong"): 5, ("refused", None): 1}
    assert server.attempts("signin.password", bram) == {("checked", "right"): 5, ("refused", None): CYCLES - 5}
    assert [mail["kind"] for mail in server.mails(bram)] == ["account_locked"]


def test_of_ten_set_ups_at_once_one_binds_its_key(server: Town) -> None:
    """The allowlist entry is for one set-up, and every code was right (T11)."""
    bram = server.add("set-up", key=False, allowed=True)
    sign_ins = server.pending(bram, Next.SET_UP, 10)
    shown = [ask(server.url, api("POST /sign-in/set-up", {"sign_in": one})).json() for one in sign_ins]
    people = [Person("", bram.account, "", from_base32(one["secret_key"])) for one in shown]
    codes = [one.code(server.server.now()) for one in people]
    guesses = [give("set-up/confirm", one, code) for one, code in zip(sign_ins, codes, strict=True)]
    answers = at_once(server.urls, guesses)

    assert told(answers) == {(200, ""): 1, (403, "signin.set_up_not_available"): 9}
    assert [count(server, table, bram) for table in ("otp_keys", "sessions", "allowlist")] == [1, 1, 0]
    assert len(server.entries(bram, act="second_factor.set_up")) == 1


@pytest.mark.parametrize("kind", ["recovery-code", "device-code"])
def test_a_code_of_one_use_opens_one_of_fifty_sign_ins(server: Town, kind: str) -> None:
    """A recovery code and a temporary access code go once, too; for the others they are wrong."""
    bram = server.add(f"used-{kind}", key=kind == "recovery-code", allowed=kind == "device-code")
    server.rules(second_factor_failures_before_lock=100)
    if kind == "recovery-code":
        sign_ins, code = server.pending(bram, Next.CODE, AT_ONCE), server.recovery_codes(bram)[0]
    else:
        sign_ins, code = server.pending(bram, Next.DEVICE_CODE, AT_ONCE), temporary_code(server, bram)
    answers = at_once(server.urls, [give(kind, one, code) for one in sign_ins])
    server.rules(second_factor_failures_before_lock=5)

    wrong = {"recovery-code": "recovery_codes.wrong", "device-code": "devices.wrong_code"}[kind]
    assert told(answers) == {(200, ""): 1, (401, wrong): 49}
    assert failures(server, bram) == 49


def temporary_code(server: Town, person: Person) -> str:
    """Issue a temporary access code."""
    with server.writing() as call:
        return devices.issue_temporary_code(call, person.account)[0].reveal()


def from_base32(text: str) -> bytes:
    """Read a secret key as it was shown."""
    return base64.b32decode(text)
