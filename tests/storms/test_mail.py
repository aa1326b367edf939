import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

import pytest

from tests.launcher import eventually
from tests.storms.nodes import SHAPES, shaped
from tests.storms.post_office import PostOffice, post_office
from tests.storms.size import size
from tests.storms.town import Person, Town, api, password_of
from tests.storms.wire import Answer, ask, in_turn

REFUSED = "The mail server could not be reached (Connection refused)."
CUT_OFF = "The mail server hung up, or did not answer in time."
USUAL, SLOWEST = 0.5, 2.0
"""Seconds that a request takes, and that one of them may take where other tests run; a mail server is given ten."""
OUTAGE = size(10, 50)
"""T28 asks for fifty."""
SHOWN = {"id", "account_id", "kind", "recipient", "state", "error", "attempts", "queued_at", "next_attempt_at",
         "finished_at"}  # fmt: skip
"""What operators see of a mail: no body, code or link (DEV-5)."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """How a mail server can be in trouble, and what is then said of the mail."""

    name: str
    begin: Callable[[PostOffice], None]
    error: str
    state: str = "queued"


TROUBLES = (
    Trouble("closed", lambda office: office.close(), REFUSED),
    Trouble("hanging", lambda office: office.hang(), CUT_OFF),
    Trouble("trickling", lambda office: office.trickle(), "What answers there does not speak as a mail server does."),
    Trouble("dropping", lambda office: office.drop(), CUT_OFF),
    Trouble("421", lambda office: office.open(RCPT="421 4.3.2 olga@example.org"),
            "The mail server refused the recipient (421 4.3.2)."),
    Trouble("451", lambda office: office.open(DATA="451 4.7.1 later"),
            "The mail server refused the message (451 4.7.1)."),
    Trouble("550", lambda office: office.open(RCPT="550 5.1.1 nobody"),
            "The mail server refused the recipient (550 5.1.1).", "failed"),
)  # fmt: skip


@pytest.fixture(scope="module")
def office() -> Iterator[PostOffice]:
    """Make a mail server that is closed."""
    with post_office() as made:
        yield made


@pytest.fixture(scope="module", params=SHAPES)
def server(
    request: pytest.FixtureRequest, office: PostOffice, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Town]:
    """Launch two processes on SQLite, and three nodes on PostgreSQL, which send their mail there."""
    office.clerk.letters.clear()
    with shaped(request.param, tmp_path_factory.mktemp("mail"), {"mail": office.url}) as begun:
        yield begun


def newcomers(server: Town, name: str, count: int) -> list[Person]:
    """Add people who are sent a code when they sign in."""
    return server.add_several(name, count, key=False, allowed=True)


def sign_in(server: Town, people: list[Person]) -> list[Answer]:
    """Let people give their passwords, one after the other."""
    return in_turn(server.url, [password_of(one.name) for one in people])


def mails(server: Town, people: list[Person]) -> list[dict[str, Any]]:
    """List what is known of their mail."""
    return [mail for one in people for mail in server.mails(one)]


def are(server: Town, people: list[Person], state: str) -> bool:
    """Tell whether all mail to these people is in a state."""
    return {mail["state"] for mail in mails(server, people)} == {state}


def nothing_waits(server: Town) -> bool:
    """Tell whether all mail has gone."""
    return server.count("SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')") == 0


def post_has_gone(server: Town, office: PostOffice, name: str) -> None:
    """Wait until a mail that was queued last is delivered: whatever was to go before it has gone."""
    people = newcomers(server, name, 1)
    sign_in(server, people)
    eventually(lambda: bool(office.codes(people[0].email)))


@pytest.mark.parametrize("trouble", TROUBLES, ids=lambda trouble: trouble.name)
def test_a_mail_server_in_trouble_loses_nothing(server: Town, office: PostOffice, trouble: Trouble) -> None:
    """Nobody waits for it, its error is told, and afterwards each code goes out once and works (DEV-5, T28)."""
    people = newcomers(server, f"trouble-{trouble.name}", 3)
    office.open()
    eventually(lambda: nothing_waits(server))  # else it may be the mail of before that meets the trouble
    trouble.begin(office)
    answers = sign_in(server, people)
    if trouble.name in {"hanging", "trickling"}:
        eventually(lambda: bool(office.lines))
        office.close()
    eventually(lambda: all(mail["attempts"] == 1 for mail in mails(server, people)))
    told = mails(server, people)
    office.open()
    server.server.turn(seconds=6)
    if trouble.state == "failed":
        server.ask("POST /mail/retry", {"reason": "the mailbox is there now"}, server.watch)
    eventually(lambda: are(server, people, "delivered"))
    post_has_gone(server, office, f"after-{trouble.name}")

    assert {answer.json()["next"] for answer in answers} == {"device_code"}
    assert at_once(answers)
    assert {mail["state"] for mail in told} == {trouble.state}
    assert trouble.error in {mail["error"] for mail in told} <= {trouble.error, REFUSED}
    assert [len(office.codes(one.email)) for one in people] == [1, 1, 1]
    assert {give(server, office, *pair).json()["next"] for pair in zip(answers, people, strict=True)} == {"set_up"}


def at_once(answers: list[Answer]) -> bool:
    """Tell whether nobody has waited for the mail server."""
    times = [answer.seconds for answer in answers]
    return median(times) < USUAL and max(times) < SLOWEST


def test_no_outage_makes_the_password_enough(server: Town, office: PostOffice) -> None:
    """A reset key is dead, its code is on the way, and the password alone lets nobody in (T28)."""
    people = server.add_several("outage", OUTAGE)
    office.close()
    line, why = "POST /accounts/{}/reset-secret-key", {"reason": "called back"}
    resets = in_turn(server.url, [api(line.format(one.account), why, server.watch) for one in people])
    answers = sign_in(server, people)
    told = mails(server, people)

    assert {answer.status for answer in resets} == {200}
    assert at_once(resets)
    assert at_once(answers)
    assert [set(answer.json()) & {"token", "session"} for answer in answers] == [set()] * OUTAGE
    assert {answer.json()["next"] for answer in answers} == {"device_code"}
    assert sum(server.count("SELECT count(*) FROM sessions WHERE account_id = ?", one.account) for one in people) == 0
    assert {mail["state"] for mail in told} == {"queued"}
    assert Counter(mail["kind"] for mail in told) == {"second_factor_reset": OUTAGE, "device_code": OUTAGE}


def give(server: Town, office: PostOffice, begun: Answer, person: Person) -> Answer:
    """Type the code that somebody was sent."""
    code = office.codes(person.email)[0]
    return ask(server.url, api("POST /sign-in/device-code", {"sign_in": begun.json()["sign_in"], "code": code}))


def test_an_expired_code_is_never_sent(server: Town, office: PostOffice) -> None:
    """A mail server that comes back too late finds nothing to send, and no body is kept (DEV-5)."""
    people = newcomers(server, "late", 2)
    office.close()
    sign_in(server, people)
    eventually(lambda: all(mail["attempts"] == 1 for mail in mails(server, people)))
    server.server.turn(minutes=10, seconds=1)
    office.open()
    eventually(lambda: are(server, people, "expired"))
    post_has_gone(server, office, "after-late")
    bodies = "SELECT count(*) FROM outbox WHERE state IN ('expired', 'delivered') AND sealed_body IS NOT NULL"

    assert [office.letters(one.email) for one in people] == [[], []]
    assert {mail["error"] for mail in mails(server, people)} == {REFUSED}
    assert server.count(bodies) == 0


def test_a_mail_goes_twice_only_where_the_yes_was_lost(server: Town, office: PostOffice) -> None:
    """Whoever sends it dies between the mail server's yes and our commit: again, with the same Message-ID (DEV-5)."""
    people = newcomers(server, "twice", 1)
    answered, killed = threading.Event(), threading.Event()

    def die() -> None:
        answered.wait(SLOWEST)
        for node in server.nodes:
            node.kill()
        killed.set()

    office.open()
    eventually(lambda: nothing_waits(server))  # else it may be the mail of before that meets the death
    office.clerk.before_yes = die
    sign_in(server, people)
    answered.set()
    eventually(killed.is_set)
    office.clerk.before_yes = None
    for node in server.nodes:
        node.start()
    server.server.turn(minutes=2, seconds=1)
    eventually(lambda: are(server, people, "delivered"))
    post_has_gone(server, office, "after-twice")
    letters = office.letters(people[0].email)

    assert [letter["Message-ID"] for letter in letters] == [letters[0]["Message-ID"]] * 2
    assert len(set(office.codes(people[0].email))) == 1


def test_operators_see_no_body_code_or_link(server: Town, office: PostOffice) -> None:
    """The API and the command line tell recipient, kind, state and error of a mail, and nothing that it says."""
    people = newcomers(server, "seen", 1)
    office.open()
    sign_in(server, people)
    eventually(lambda: are(server, people, "delivered"))
    (code,) = office.codes(people[0].email)
    listed = server.listed("/mail")
    shell = server.server.run("mail", "list", "--json")

    assert {frozenset(mail) for mail in listed} == {frozenset(SHOWN)}
    assert shell.returncode == 0
    assert not any(code in text for text in (str(listed), shell.stdout, shell.stderr))
