import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from doorward.features.signin.model import Next
from tests.chance import SeededEntropy
from tests.launcher import eventually
from tests.storms.nodes import SHAPES, shaped
from tests.storms.size import size
from tests.storms.town import PASSWORD, Person, Town, address, api, password_of
from tests.storms.wire import Answer, at_once

LIMIT = 5
AT_ONCE = 200
ROUNDS, ROUNDS_OF_CODES = size(10, 300), size(1, 300)
"""T07 asks for three hundred of each."""
GUESSED_ROUNDS, GUESSED_AT_MOST = size(3, 400), size(2, 18)
"""T08: of 400 rounds 10 are to be expected to guess right, and more than 18 in one run of a hundred."""


BLOCKS = itertools.count(100)


@pytest.fixture(scope="module", params=SHAPES)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Launch two processes on SQLite, and three nodes on PostgreSQL; addresses are as a proxy tells them."""
    with shaped(request.param, tmp_path_factory.mktemp("guesses"), {"behind_proxy": "127.0.0.1"}) as begun:
        begun.rules(failures_before_lock=LIMIT, second_factor_failures_before_lock=LIMIT)
        begun.rules(failing_names_before_refusing=0)
        yield begun


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of code, and how it is guessed at."""

    name: str
    line: str
    step: Next
    act: str
    wrong: str


KINDS = (
    Kind("secret-key", "POST /sign-in/code", Next.CODE, "signin.code", "000000"),
    Kind("mailed-code", "POST /sign-in/device-code", Next.DEVICE_CODE, "signin.device_code", "000000"),
    Kind("temporary-code", "POST /sign-in/device-code", Next.DEVICE_CODE, "signin.device_code", "AAAA AAAA AAAA"),
    Kind("recovery-code", "POST /sign-in/recovery-code", Next.CODE, "signin.recovery_code", "AAAAA-" * 4 + "AAAAA"),
)
every_kind = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)


def told(answers: list[Answer]) -> Counter[tuple[int, str]]:
    """Count answers by status and code."""
    return Counter((answer.status, answer.code) for answer in answers)


def block() -> list[str]:
    """Give two hundred addresses that nobody has used before."""
    first = next(BLOCKS) * AT_ONCE
    return [address(first + one) for one in range(AT_ONCE)]


def entries_from(server: Town, places: list[str], since: str) -> list[dict[str, Any]]:
    """Read the entries of the passwords from some addresses; who finds no place in the queue names nobody."""
    return [entry for entry in server.entries(act="signin.password", after=since) if entry["address"] in set(places)]


def attempts_from(server: Town, places: list[str], since: str) -> Counter[tuple[str, str | None]]:
    """Count the passwords from some addresses by outcome and result."""
    return Counter((entry["outcome"], entry["result"]) for entry in entries_from(server, places, since))


def standing(server: Town, person: Person) -> tuple[int, int, list[str]]:
    """Read how often the account was locked, how many attempts are in flight, and what mail there is."""
    locks = len(server.entries(person, act="lockout.locked"))
    flying = "SELECT count(*) FROM lockout_reservations WHERE account_id = ?"
    return locks, server.count(flying, person.account), [mail["kind"] for mail in server.mails(person)]


def failures(server: Town, person: Person) -> dict[str, int]:
    """Read the counters of an account."""
    rows = server.rows("SELECT factor, failures FROM lockout_counters WHERE account_id = ?", person.account)
    return {row["factor"]: row["failures"] for row in rows}


@pytest.mark.parametrize("number", range(ROUNDS))
def test_five_of_two_hundred_wrong_passwords_are_compared(server: Town, number: int) -> None:
    """Exactly as many as the limit, whichever process they reach (T07); everybody else is refused unchecked."""
    bram = server.add(f"password-{number}")
    places, since = block(), server.now()
    answers = at_once(server.urls, [password_of(bram.name, "wrong", place) for place in places])
    eventually(lambda: attempts_from(server, places, since).total() == AT_ONCE)

    assert attempts_from(server, places, since) == {("checked", "wrong"): 5, ("refused", None): 195}
    assert {entry["node"] for entry in entries_from(server, places, since)} == server.names
    assert set(told(answers)) <= {(401, "signin.refused"), (503, "signin.busy")}
    assert standing(server, bram) == (1, 0, ["account_locked"])
    assert failures(server, bram) == {"password": 5}


@pytest.mark.parametrize("number", range(ROUNDS_OF_CODES))
@every_kind
def test_five_of_two_hundred_wrong_codes_are_compared(server: Town, kind: Kind, number: int) -> None:
    """Each in a sign-in of its own, past the right password (T07)."""
    bram = code_holder(server, f"{kind.name}-{number}", kind)
    sign_ins = server.pending(bram, kind.step, AT_ONCE)
    answers = at_once(server.urls, [guess(kind, one, place) for place, one in enumerate(sign_ins)])

    assert server.attempts(kind.act, bram) == {("checked", "wrong"): 5, ("refused", None): 195}
    assert told(answers) == {(401, wrong(kind)): 4, (403, "signin.locked"): 1, (401, "signin.refused"): 195}
    assert standing(server, bram) == (1, 0, ["account_locked"])
    assert failures(server, bram) == {"second_factor": 5}


@every_kind
def test_one_sign_in_is_no_way_round_the_limit(server: Town, kind: Kind) -> None:
    """All codes at once in one sign-in: the lock ends it, and what comes after belongs to none, but is recorded."""
    bram = code_holder(server, f"one-{kind.name}", kind)
    (sign_in,) = server.pending(bram, kind.step)
    answers = at_once(server.urls, [guess(kind, sign_in, number) for number in range(AT_ONCE)])

    assert server.attempts(kind.act, bram) == {("checked", "wrong"): 5, ("refused", None): 195}
    assert told(answers) == {(401, wrong(kind)): 4, (403, "signin.locked"): 1, (401, "signin.expired"): 195}
    assert standing(server, bram) == (1, 0, ["account_locked"])


def test_two_kinds_of_code_share_one_limit(server: Town) -> None:
    """Codes of the key and recovery codes, a hundred each: five in all are compared (LOCK-3)."""
    bram = server.add("both-kinds")
    key, recovery = KINDS[0], KINDS[3]
    sign_ins = server.pending(bram, Next.CODE, AT_ONCE)
    kinds = [key, recovery] * (AT_ONCE // 2)
    at_once(server.urls, [guess(kind, one, 0) for one, kind in zip(sign_ins, kinds, strict=True)])

    compared = [entry for entry in server.entries(bram) if entry["outcome"] == "checked"]
    assert len(compared) == 5
    assert standing(server, bram) == (1, 0, ["account_locked"])


def test_spellings_of_a_name_share_one_limit(server: Town) -> None:
    """Capitals, blanks and wide letters lead to one account and one counter (LOCK-16, T40)."""
    bram = server.add("spelled")
    names = ("spelled", "SPELLED", " spelled", "spelled ", "Spelled", "ｓｐｅｌｌｅｄ", "spelleᵈ", "ſpelled")
    guesses = [password_of(names[one % len(names)], "wrong", address(one)) for one in range(AT_ONCE)]
    at_once(server.urls, guesses)

    assert server.attempts("signin.password", bram)["checked", "wrong"] == 5
    assert standing(server, bram) == (1, 0, ["account_locked"])


def test_twenty_names_of_one_address_are_tried(server: Town) -> None:
    """Two hundred names at once, one guess each, on two processes: no more are looked at than may fail (LOCK-17)."""
    server.rules(failing_names_before_slowing=0, failing_names_before_refusing=20)
    sprayer, since = block()[0], server.now()
    answers = at_once(server.urls, [password_of(f"nobody-{one}", "wrong", sprayer) for one in range(AT_ONCE)])
    again = at_once(server.urls, [password_of(f"nobody-{one}", "wrong", sprayer) for one in range(20)])
    server.rules(failing_names_before_refusing=0)
    eventually(lambda: attempts_from(server, [sprayer], since).total() == AT_ONCE + 20)

    assert told(answers)[401, "signin.refused"] == 20
    assert set(told(answers)) <= {(401, "signin.refused"), (429, "signin.throttled"), (503, "signin.busy")}
    assert told(again) == {(429, "signin.throttled"): 20}


def test_the_right_one_of_two_hundred_guesses_seldom_gets_in(server: Town) -> None:
    """One password of each round is right, and it is compared only if it comes among the first (T08)."""
    chance = SeededEntropy("guesses")
    successes = 0
    for number in range(GUESSED_ROUNDS):
        bram, right = server.add(f"guessed-{number}"), chance.below(AT_ONCE)
        words = [PASSWORD if one == right else "wrong" for one in range(AT_ONCE)]
        guesses = [password_of(bram.name, word, address(one)) for one, word in enumerate(words)]
        successes += sum(answer.status == 200 for answer in at_once(server.urls, guesses))

        compared = server.attempts("signin.password", bram)
        assert compared["checked", "wrong"] == 5
        assert compared["checked", "right"] <= 1
        assert standing(server, bram)[0] == 1
    assert successes <= GUESSED_AT_MOST


def test_twenty_right_passwords_at_once_all_go_on(server: Town) -> None:
    """Four times the limit, and nobody is locked (the mirror of T08)."""
    bram = server.add("right")
    answers = at_once(server.urls, [password_of(bram.name, address=address(one)) for one in range(20)])

    assert [answer.json()["next"] for answer in answers] == ["code"] * 20
    assert server.attempts("signin.password", bram) == {("checked", "right"): 20}
    assert standing(server, bram) == (0, 0, [])


def test_twenty_whole_sign_ins_at_once_all_succeed(server: Town) -> None:
    """An excluded account is in by its password alone: twenty sessions, and each works.

    Its owner hears of five of the places that were new, as DESK-3 has it, however many come at once.
    """
    robot = server.add("robot", key=False, excluded=True)
    answers = at_once(server.urls, [password_of(robot.name, address=address(one)) for one in range(20)])
    tokens = [answer.json()["token"] for answer in answers]

    assert {answer.json()["user_name"] for answer in at_once(server.urls, sessions(tokens))} == {"robot"}
    assert len(set(tokens)) == 20
    assert standing(server, robot) == (0, 0, ["new_browser"] * 5)


def test_right_passwords_wait_for_wrong_ones_in_flight(server: Town) -> None:
    """With four failures counted one place is left, and twenty right passwords take turns in it."""
    bram = server.add("turns")
    words = ["wrong"] * 4 + [PASSWORD] * 20
    guesses = [password_of(bram.name, word, address(one)) for one, word in enumerate(words)]
    answers = at_once(server.urls, guesses)

    assert told(answers) == {(401, "signin.refused"): 4, (200, ""): 20}
    assert standing(server, bram) == (0, 0, [])
    assert failures(server, bram) == {"password": 4}


def guess(kind: Kind, sign_in: str, number: int) -> bytes:
    """Write a guess at a code, from one of many addresses."""
    return api(kind.line, {"sign_in": sign_in, "code": kind.wrong}, x_forwarded_for=address(number))


def code_holder(server: Town, name: str, kind: Kind) -> Person:
    """Add somebody who is asked for this kind of code."""
    at_set_up = kind.step is Next.DEVICE_CODE
    return server.add(name, key=not at_set_up, allowed=at_set_up)


def wrong(kind: Kind) -> str:
    """Name the code that a wrong one of this kind is refused with."""
    said = {"signin.code": "otp.wrong", "signin.device_code": "devices.wrong_code"}
    return said.get(kind.act, "recovery_codes.wrong")


def sessions(tokens: list[str]) -> list[bytes]:
    """Write a session check for each token."""
    return [api("GET /session", token=token) for token in tokens]
