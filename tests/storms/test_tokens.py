import base64
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from starlette.routing import Route

from doorward.doors.console.app import routes
from doorward.features.accounts import actions as accounts
from doorward.features.devices import actions as devices
from doorward.features.links import actions as links
from doorward.features.links.model import LinkKind
from doorward.features.sessions.model import OpenedWith
from doorward.features.signin.model import Next
from doorward.features.signin.rules.machine import STEPS, TRANSITIONS, Input
from doorward.kernel.ids import AccountId, new_id
from doorward.kernel.tokens import make_token
from tests.authenticators import Authenticator
from tests.storms.town import Person, Town, api, town
from tests.storms.wire import Answer, ask, form, request

NEW_PASSWORD = "eleven green bicycles"


@dataclass(frozen=True, slots=True)
class Held:
    """A token in the hands of somebody who has every other proof that anybody could ask for."""

    token: str
    key: Person
    """Whose app shows the code that is asked for, if one is."""
    temporary: str
    recovery: str

    def code(self, server: Town) -> str:
        """Read the app."""
        return self.key.code(server.server.now())


Ask = Callable[[Town, Held], bytes]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a token can be shown, and how it shows that it was taken."""

    name: str
    ask: Ask
    taken: frozenset[int] = frozenset({200})


def step(line: str, **proofs: str) -> Place:
    """Show a token to a step of sign-in, with the proof that this step asks for."""

    def asked(server: Town, held: Held) -> bytes:
        given = {"code": held.code(server), "temporary": held.temporary, "recovery": held.recovery}
        more = {name: given.get(value, value) for name, value in proofs.items()}
        return api(f"POST /sign-in/{line}", {"sign_in": held.token, **more})

    return Place(f"sign-in/{line}", asked)


def session(line: str) -> Place:
    """Show a token as a session's."""
    return Place(line, lambda _, held: api(f"GET {line}", token=held.token))


def page(path: str, cookie: str) -> Place:
    """Show a token as a cookie; whoever is not let in is led elsewhere."""
    line = f"GET {path}"
    return Place(f"page {path}", lambda _, held: request(line, headers={"cookie": f"{cookie}={held.token}"}))


def link(path: str) -> Place:
    """Open a page behind a one-time link."""
    return Place(f"open {path}", lambda _, held: request(f"GET /{path}/{held.token}"))


def use(path: str) -> Place:
    """Post the form of a page behind a one-time link; a name is asked for where nobody has one yet."""

    def asked(server: Town, held: Held) -> bytes:
        fields = {"user_name": f"first {held.token[-12:]}", "full_name": "First", "email": "first@example.org"}
        return form(f"POST /{path}/{held.token}", server.url, {**fields, "new_password": NEW_PASSWORD})

    return Place(f"use {path}", asked, frozenset({200, 303}))


def by_link(line: str, **more: str) -> Place:
    """Show a token to a call that takes a link's."""
    return Place(line, lambda _, held: api(f"POST /{line}", {"token": held.token, **more}))


def signed_by_nobody() -> dict[str, object]:
    """Give what an authenticator that nobody has registered has signed."""
    return Authenticator(origin="http://127.0.0.1").get({"challenge": "A" * 43})


def by_passkey() -> Place:
    """Show a token to a sign-in by passkey, with every other proof but the passkey itself."""
    signed = {"credential": signed_by_nobody()}
    return Place("sign-in/passkey", lambda _, held: api("POST /sign-in/passkey", {"sign_in": held.token, **signed}))


def by_passkey_page(path: str) -> Place:
    """Post what the script of a page posts, with a token as its sign-in and as the sign-in's cookie."""
    line, signed = f"POST {path}", {"credential": json.dumps(signed_by_nobody())}
    return Place(f"page {path}", lambda server, held: form(line, server.url, {"sign_in": held.token, **signed},
                                                           f"{SIGN_IN_COOKIE}={held.token}"))  # fmt: skip


SIGN_IN_COOKIE, SESSION_COOKIE = "__Host-doorward-sign-in", "__Host-doorward"
PLACES = (
    session("/session"), session("/me"), session("/accounts"), session("/me/sessions"), page("/me", SESSION_COOKIE),
    page("/console/users", SESSION_COOKIE),
    step("code", code="code"), step("recovery-code", code="recovery"), step("device-code", code="temporary"),
    step("device-code/resend"), step("set-up"), step("set-up/confirm", code="code"),
    step("new-password", password=NEW_PASSWORD), step("passkey/options"), by_passkey(),
    page("/sign-in/code", SIGN_IN_COOKIE), page("/sign-in/device-code", SIGN_IN_COOKIE),
    by_passkey_page("/sign-in/passkey"), by_passkey_page("/sign-in/code/passkey"),
    by_passkey_page("/sign-in/code/passkey/options"),
    page("/sign-in/set-up", SIGN_IN_COOKIE), page("/sign-in/new-password", SIGN_IN_COOKIE),
    by_link("sign-in/forgotten-password/confirm", password=NEW_PASSWORD), by_link("not-me"),
    *(link(kind.value) for kind in LinkKind), *(use(kind.value) for kind in LinkKind),
)  # fmt: skip
WORKS = {
    "session": {"/session", "/me", "/accounts", "/me/sessions", "page /me", "page /console/users"},
    "session of a recovery code": {"/session", "/me", "/me/sessions", "page /me"},
    "browser": set(),
    "code": {"sign-in/code", "sign-in/recovery-code", "page /sign-in/code"},
    "device_code": {"sign-in/device-code", "sign-in/device-code/resend", "page /sign-in/device-code"},
    "set_up": {"sign-in/set-up", "sign-in/set-up/confirm", "page /sign-in/set-up"},
    "new_password": {"sign-in/new-password", "page /sign-in/new-password"},
    "welcome": {"open welcome", "use welcome"},
    "set-password": {"open set-password", "use set-password"},
    "rescue": {"open rescue", "use rescue"},
    "forgotten-password": {"open forgotten-password", "use forgotten-password", "sign-in/forgotten-password/confirm"},
    "not-me": {"open not-me", "use not-me", "not-me"},
}
"""Where each kind of token works: there and nowhere else (T31)."""
REFUSED = {303, 400, 401, 403, 409, 410}
"""How a token is refused: 303 leads to sign-in, 409 says that there is no passkey to ask for."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Launch a server."""
    with town(tmp_path_factory.mktemp("tokens")) as begun:
        yield begun


def held(server: Town, kind: str, name: str) -> Held:
    """Give somebody new a token of a kind, and every proof beside."""
    at_set_up = kind in {"device_code", "set_up"}
    person = server.add(name, "help-desk", key=not at_set_up, allowed=at_set_up, must_change=kind == "new_password")
    recovery = server.recovery_codes(person)[0]
    with server.writing() as call:
        call.sql.exec_driver_sql("DELETE FROM role_assignments WHERE role = 'administrator'")  # or no welcome is good
        temporary = devices.issue_temporary_code(call, person.account)[0].reveal()
    token = token_of(server, kind, person)
    if kind == "set_up":
        shown = server.ask("POST /sign-in/set-up", {"sign_in": token}).json()
        person = Person(name, person.account, "", base64.b32decode(shown["secret_key"]))
    return Held(token, person, temporary, recovery)


def token_of(server: Town, kind: str, person: Person) -> str:
    """Make a token of a kind."""
    if kind == "session":
        return server.token(person)
    if kind == "session of a recovery code":
        return server.token(person, OpenedWith.RECOVERY_CODE)
    if kind == "browser":
        return known_browser(server, person)
    if kind in set(Next):
        return at_step(server, person, Next(kind))
    with server.writing() as call:
        standing = accounts.load(call, person.account)
        assert standing is not None
        whose, epoch = person.account, standing.state.epoch
        if kind == LinkKind.WELCOME:
            whose, epoch = AccountId(new_id(call.now, call.entropy)), 0
        return links.make_link(call, whose, LinkKind(kind), epoch)[0].reveal().rpartition("/")[2]


def known_browser(server: Town, person: Person) -> str:
    """Make what a browser keeps that has completed a sign-in: spelled like every token, and opening nothing."""
    with server.writing() as call:
        browser, stored = make_token(person.account, call.entropy)
        devices.know_browser(call, person.account, stored)
    return browser.reveal()


def at_step(server: Town, person: Person, step_wanted: Next) -> str:
    """Open a sign-in at a step; a new password is asked for once a code was right."""
    if step_wanted is not Next.NEW_PASSWORD:
        return server.pending(person, step_wanted)[0]
    (sign_in,) = server.pending(person, Next.CODE)
    code = person.code(server.server.now())
    assert server.ask("POST /sign-in/code", {"sign_in": sign_in, "code": code}).json()["next"] == "new_password"
    return sign_in


@pytest.mark.parametrize("kind", WORKS)
def test_a_token_works_in_its_own_place_and_nowhere_else(server: Town, kind: str) -> None:
    """Shown everywhere, fresh each time, with every other proof right: only its own places take it."""
    holders = {place: held(server, kind, f"{kind}-{number}") for number, place in enumerate(PLACES)}
    answers = {place: ask(server.url, place.ask(server, one)) for place, one in holders.items()}

    assert {place.name for place, answer in answers.items() if answer.status in place.taken} == WORKS[kind]
    assert {answer.status for place, answer in answers.items() if place.name not in WORKS[kind]} <= REFUSED
    assert [place.name for place, answer in answers.items() if place.name not in WORKS[kind] and opens(answer)] == []


def opens(answer: Answer) -> bool:
    """Tell whether an answer hands out a session."""
    return "__Host-doorward=A" in answer.headers.get("set-cookie", "") or b'"token"' in answer.body


def test_every_kind_is_tried_at_every_place(server: Town) -> None:
    """Twelve kinds and more: a new kind of link, step, call or page that takes one fails here until it has its row."""
    told = ask(server.url, request("GET /openapi.json")).json()
    bodies = {name: set(shape.get("properties", ())) for name, shape in told["components"]["schemas"].items()}
    takes = {
        path.removeprefix("/api/v1/")
        for path, methods in told["paths"].items()
        for call in methods.values()
        for name in re.findall(r"#/components/schemas/(\w+)", json.dumps(call.get("requestBody", {})))
        if bodies[name] & {"sign_in", "token"}
    } - {"accounts/{account}/assign-token"}  # which takes the id of a hardware token: nothing that opens a door
    pages = {route.path.split("/")[1] for route in routes() if isinstance(route, Route) and "{token}" in route.path}
    steps = {route.path for route in routes() if isinstance(route, Route) and route.path.startswith("/sign-in/")}
    stands_for = {"/sign-in/recovery-code": "/sign-in/code", "/sign-in/device-code/resend": "/sign-in/device-code"}
    stands_for["/sign-in/passkey/options"] = "/sign-in/passkey"  # which asks for no token
    steps -= {"/sign-in/forgotten-password"}  # nor does this
    names = {place.name for place in PLACES}

    assert len(WORKS) >= 12
    assert set(LinkKind) | {*Next} - {Next.DONE} <= set(WORKS)
    assert takes - names == set()
    assert {f"use {page}" for page in pages} - names == set()
    assert {f"page {stands_for.get(step, step)}" for step in steps} - names == set()


EDGES = {
    Input.CODE_RIGHT: "sign-in/code",
    Input.RECOVERY_CODE_RIGHT: "sign-in/recovery-code",
    Input.DEVICE_CODE_RIGHT: "sign-in/device-code",
    Input.SET_UP_CONFIRMED: "sign-in/set-up/confirm",
    Input.PASSWORD_SET: "sign-in/new-password",
}
"""Where a visitor gives what moves a sign-in on."""


@pytest.mark.parametrize("kind", [one.value for one in STEPS])
def test_only_the_edges_of_the_machine_move_a_sign_in(kind: str) -> None:
    """What the walk above found out is what the machine's table says, state by state (T31)."""
    edges = {EDGES[given] for state, given in TRANSITIONS if state is STEPS[Next(kind)] and given in EDGES}

    assert WORKS[kind] & set(EDGES.values()) == edges


@pytest.mark.parametrize("kind", ["code", "device_code", "set_up", "new_password"])
def test_a_sign_in_does_not_go_back(server: Town, kind: str) -> None:
    """Once it was taken, the same token does not do the same step again."""
    own = next(place for place in PLACES if place.name == f"sign-in/{kind.replace('_', '-')}")
    if kind == "set_up":
        own = next(place for place in PLACES if place.name == "sign-in/set-up/confirm")
    holder = held(server, kind, f"again-{kind}")
    first, second = (ask(server.url, own.ask(server, holder)) for _ in range(2))

    assert (first.status, second.status) == (200, 401)
    assert second.code == "signin.expired"


@pytest.mark.parametrize("kind", ["set-password", "rescue", "welcome", "forgotten-password", "not-me"])
def test_a_link_is_used_once(server: Town, kind: str) -> None:
    """Opening it ten times changes nothing; posting its form does, once."""
    holder = held(server, kind, f"once-{kind}")
    opened = {ask(server.url, link(kind).ask(server, holder)).status for _ in range(10)}
    used = [ask(server.url, use(kind).ask(server, holder)).status for _ in range(3)]

    assert opened == {200}
    assert used[0] in {200, 303}
    assert used[1:] == [410, 410]


@pytest.mark.parametrize("kind", WORKS)
def test_a_token_of_another_account_is_none(server: Town, kind: str) -> None:
    """Its account and its secret belong together: with another's id in front it is nobody's."""
    mine, yours = held(server, kind, f"mine-{kind}"), held(server, kind, f"yours-{kind}")
    raw = base64.urlsafe_b64decode(yours.token)[:16] + base64.urlsafe_b64decode(mine.token)[16:]
    mixed = Held(base64.urlsafe_b64encode(raw).decode(), yours.key, yours.temporary, yours.recovery)
    places = [place for place in PLACES if place.name in WORKS[kind]]
    answers = {place.name: ask(server.url, place.ask(server, mixed)) for place in places}

    assert [name for name, answer in answers.items() if answer.status not in REFUSED] == []
    assert [name for name, answer in answers.items() if opens(answer)] == []
