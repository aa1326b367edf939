"""T13: what becomes of all that somebody holds when their account is shut, opened or re-keyed; a matrix by hand."""

import base64
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from doorward.features.accounts import actions as accounts
from doorward.features.applications.actions.hosts import add_host
from doorward.features.applications.model import AddHost
from doorward.features.devices import actions as devices
from doorward.features.links import actions as links
from doorward.features.links.model import LinkKind
from doorward.features.sessions.model import OpenedWith
from doorward.features.signin.model import Next
from doorward.kernel.events import Door, Origin
from tests import keys
from tests.storms.town import Person, Town, api, password_of, town
from tests.storms.wire import Answer, ask, form, request
from tests.worlds import OWNER

REASON = {"reason": "a test"}
HOST = "app.example.org"
SESSIONS = {
    "session": OpenedWith.SECRET_KEY,
    "session of a set-up": OpenedWith.SET_UP,
    "session of a recovery code": OpenedWith.RECOVERY_CODE,
    "session of a passkey": OpenedWith.PASSKEY,
    "session of a security key": OpenedWith.PASSWORD_AND_PASSKEY,
}
SPARED = {OpenedWith.PASSWORD, OpenedWith.DEVICE_CODE, OpenedWith.REMEMBERED_DEVICE}
"""Ways in for accounts without a second factor; whoever holds one here has a factor."""
STEPS = ("sign-in at its code", "sign-in by recovery code", "sign-in at its mailed code", "another mail for a sign-in")
LINKS = {"link to set a password": LinkKind.SET_PASSWORD, "link of a forgotten password": LinkKind.FORGOTTEN_PASSWORD,
         "rescue link": LinkKind.RESCUE, "not-me link": LinkKind.NOT_ME}  # fmt: skip
HELD = (*SESSIONS, "session in a cookie", "visit of a host", *STEPS, *LINKS, "temporary code", "remembered device")
"""Seventeen kinds of what can be held."""
DEAD: frozenset[str] = frozenset({"not-me link"})
"""What lives on when everything else is dead: DESK-3's link carries no epoch."""
MATRIX: dict[str, frozenset[str]] = {
    "nothing": frozenset(HELD),
    "disabled": DEAD,
    "locked by hand": DEAD,
    "key reset": DEAD,
    "key deleted": DEAD,
    "key regenerated": DEAD,
    "password set by a link": DEAD,
    # LOCK-5: an automatic lock bars new sign-ins only, and no step of one is compared while it lasts (LOCK-11)
    "locked by failures": frozenset(
        {*SESSIONS, "session in a cookie", "visit of a host", *LINKS, "another mail for a sign-in", "remembered device"}
    ),
}
"""What is alive after each event."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody with one of everything."""

    person: Person
    tokens: dict[str, str]
    recovery: str
    temporary: str


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Launch two processes behind one port."""
    with town(tmp_path_factory.mktemp("survivors"), {"behind_proxy": ["127.0.0.1/32"]}, workers=2) as begun:
        begun.runtime.run(add_host, AddHost(HOST), OWNER, Origin(Door.CLI))
        begun.rules(failures_before_lock=3, failing_names_before_refusing=0, remember_device_days=30)
        yield begun


def holder(server: Town, name: str) -> Holder:
    """Give somebody one of everything."""
    person = server.add(name)
    tokens = {what: server.token(person, opened_with) for what, opened_with in SESSIONS.items()}
    tokens["session in a cookie"] = server.token(person)
    tokens["visit of a host"] = visit(server, server.token(person))
    for what, step in zip(STEPS, (Next.CODE, Next.CODE, Next.DEVICE_CODE, Next.DEVICE_CODE), strict=True):
        tokens[what] = server.pending(person, step)[0]
    with server.writing() as call:
        temporary = devices.issue_temporary_code(call, person.account)[0].reveal()
        standing = accounts.load(call, person.account)
        assert standing is not None
        assert devices.remember_device(call, standing) is not None
        for what, kind in LINKS.items():
            path, _ = links.make_link(call, person.account, kind, standing.state.epoch)
            tokens[what] = path.reveal().rpartition("/")[2]
    return Holder(person, tokens, server.recovery_codes(person)[0], temporary)


def forward_auth(page: str, cookie: str = "") -> bytes:
    """Ask about a page of the host, as a web server does."""
    said = {"x-original-url": f"https://{HOST}{page}", "x-original-method": "GET", "cookie": cookie}
    return request("GET /forward-auth", headers=said)


def visit(server: Town, token: str) -> str:
    """Go on to the host with a session, and give the host's cookie."""
    away = ask(server.url, forward_auth("/")).headers
    start = away["location"].removeprefix(server.url)
    said = {"cookie": f"__Host-doorward={token}", "sec-fetch-site": "cross-site"}
    back = ask(server.url, request(f"GET {start}", headers=said)).headers["location"].removeprefix(f"https://{HOST}")
    nonce = away["set-cookie"].partition(";")[0]
    return ask(server.url, forward_auth(back, nonce)).headers["set-cookie"].partition(";")[0]


def tried(server: Town, held: Holder, what: str) -> bool:
    """Show one thing, with every proof that it asks for; tell whether it was taken."""
    token = held.tokens.get(what, "")
    code = held.person.code(server.server.now())
    steps = {
        "sign-in at its code": api("POST /sign-in/code", {"sign_in": token, "code": code}),
        "sign-in by recovery code": api("POST /sign-in/recovery-code", {"sign_in": token, "code": held.recovery}),
        "sign-in at its mailed code": api("POST /sign-in/device-code", {"sign_in": token, "code": held.temporary}),
        "another mail for a sign-in": api("POST /sign-in/device-code/resend", {"sign_in": token}),
    }
    if what in SESSIONS:
        line = api("GET /me", token=token)
    elif what in LINKS:
        line = request(f"GET /{LINKS[what].value}/{token}")
    elif what == "session in a cookie":
        line = request("GET /me", headers={"cookie": f"__Host-doorward={token}"})
    elif what == "visit of a host":
        line = forward_auth("/", token)
    elif what == "remembered device":
        listed = server.ask(f"GET /accounts/{held.person.account}/devices", token=server.watch)
        return bool(listed.json()["items"])
    elif what == "temporary code":
        (anew,) = server.pending(held.person, Next.DEVICE_CODE)
        line = api("POST /sign-in/device-code", {"sign_in": anew, "code": held.temporary})
    else:
        line = steps[what]
    return ask(server.url, line).status == 200


def by_operator(path: str) -> Callable[[Town, Holder], None]:
    """Let an operator do something to the account."""

    def happens(server: Town, held: Holder) -> None:
        assert_done(ask(server.url, api(f"POST /accounts/{held.person.account}/{path}", REASON, server.watch)))

    return happens


def assert_done(answer: Answer) -> None:
    """See that what should happen did."""
    assert answer.status == 200, answer


def regenerated(server: Town, held: Holder) -> None:
    """Let the person replace their own key, in a session of its own."""
    own = server.token(held.person)
    server.server.turn(seconds=60)
    shown = server.ask("POST /me/secret-key", {"code": held.person.code(server.server.now())}, own)
    assert_done(shown)
    secret = base64.b32decode(shown.json()["secret_key"])
    assert_done(server.ask("POST /me/secret-key/check", {"code": keys.code(secret, server.server.now())}, own))
    assert_done(server.ask("PUT /me/secret-key", {}, own))
    assert_done(server.ask("GET /me", token=own))


def new_password(server: Town, held: Holder) -> None:
    """Let the person set a password by another link."""
    with server.writing() as call:
        standing = accounts.load(call, held.person.account)
        assert standing is not None
        path, _ = links.make_link(call, held.person.account, LinkKind.SET_PASSWORD, standing.state.epoch)
    assert_done(ask(server.url, form(f"POST {path.reveal()}", server.url, {"new_password": "eleven green bicycles"})))


def guessed_at(server: Town, held: Holder) -> None:
    """Let a stranger guess until it locks."""
    for _ in range(4):
        ask(server.url, password_of(held.person.name, "wrong"))
    assert len(server.entries(held.person, act="lockout.locked")) == 1


EVENTS: dict[str, Callable[[Town, Holder], None]] = {
    "nothing": lambda _server, _held: None,
    "disabled": by_operator("disable"),
    "locked by hand": by_operator("lock"),
    "key reset": by_operator("reset-secret-key"),
    "key deleted": by_operator("delete-secret-key"),
    "key regenerated": regenerated,
    "password set by a link": new_password,
    "locked by failures": guessed_at,
}


def test_every_kind_of_session_and_link_has_its_row() -> None:
    """What is new fails here until the matrix says what becomes of it."""
    assert {*SESSIONS.values(), *SPARED} == set(OpenedWith)
    assert {*LINKS.values(), LinkKind.WELCOME} == set(LinkKind)
    assert set(EVENTS) == set(MATRIX)


@pytest.mark.parametrize("event", EVENTS)
def test_what_somebody_holds_lives_or_dies_as_the_matrix_says(server: Town, event: str) -> None:
    """Seventeen kinds for each event, each in other hands; shown at once after the event, to either process."""
    alive = set()
    for number, what in enumerate(HELD):
        held = holder(server, f"{event}-{number}")
        EVENTS[event](server, held)
        if tried(server, held, what):
            alive.add(what)

    assert alive == MATRIX[event]
