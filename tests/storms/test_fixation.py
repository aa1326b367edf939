"""T12: nobody ends up in a session that somebody else prepared, and nobody goes on with another's sign-in."""

import base64
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from doorward.features.devices import actions as devices
from doorward.features.sessions.model import OpenedWith
from tests import keys
from tests.storms.size import size
from tests.storms.town import PASSWORD, Person, Town, town
from tests.storms.wire import Answer, ask, form, request

ROUNDS = size(5, 50)
SESSION, SIGN_IN, BROWSER = "__Host-doorward", "__Host-doorward-sign-in", "__Host-doorward-browser"
KEY = re.compile(r'id="key-text"[^>]*>(.+?)</', re.DOTALL)
SET = re.compile(r"(__Host-[\w-]+)=([^;,]*)")
MADE_UP = "A" * 64
Way = Callable[[Town, "Jar", Person], None]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Launch a server."""
    with town(tmp_path_factory.mktemp("fixation")) as begun:
        begun.rules(failures_before_lock=0, failing_names_before_refusing=0)
        yield begun


@dataclass(slots=True)
class Jar:
    """A browser, as far as its cookies go."""

    url: str
    cookies: dict[str, str] = field(default_factory=dict)
    handed_out: list[tuple[str, str]] = field(default_factory=list)
    """Every cookie that the server has ever set here."""

    def get(self, path: str) -> Answer:
        """Open a page."""
        return self._kept(ask(self.url, request(f"GET {path}", headers={"cookie": self._spelled()})))

    def post(self, path: str, fields: dict[str, str], origin: str | None = None) -> Answer:
        """Send a form; of our own page unless another origin is named."""
        return self._kept(ask(self.url, form(f"POST {path}", origin or self.url, fields, self._spelled())))

    def _spelled(self) -> str:
        return "; ".join(f"{name}={value}" for name, value in self.cookies.items())

    def _kept(self, answer: Answer) -> Answer:
        for name, value in SET.findall(answer.headers.get("set-cookie", "")):
            self.handed_out.append((name, value))
            if value:
                self.cookies[name] = value
            else:
                self.cookies.pop(name, None)
        return answer

    def opens(self) -> bool:
        """Tell whether one's own page opens."""
        return self.get("/me").status == 200


def give_password(jar: Jar, person: Person) -> Answer:
    """Give name and password."""
    return jar.post("/sign-in", {"user_name": person.name, "password": PASSWORD})


def give_code(server: Town, jar: Jar, person: Person) -> Answer:
    """Give the next code of the app."""
    server.server.turn(seconds=30)
    return jar.post("/sign-in/code", {"code": person.code(server.server.now())})


def test_a_planted_sign_in_leaves_the_attacker_outside(server: Town) -> None:
    """Mallory begins a sign-in, plants its cookie in Bram's browser, and waits: Bram's session is Bram's alone."""
    bram, mallory = server.add("bram"), server.add("mallory")
    inside: list[int] = []
    for number in range(ROUNDS):
        attackers, victims = Jar(server.url), Jar(server.url)
        give_password(attackers, bram if number % 2 else mallory)
        victims.cookies |= attackers.cookies
        give_password(victims, bram)
        give_code(server, victims, bram)
        assert victims.opens()
        inside += [number for path in ("/me", "/console", "/sign-in/code") if attackers.get(path).status == 200
                   and b"sign-in/code" not in attackers.get(path).body]  # fmt: skip
        assert attackers.cookies.get(SESSION) is None

    assert inside == []


def test_a_planted_session_is_left_behind(server: Town) -> None:
    """Mallory plants a session of their own: whoever signs in is in their own, and Mallory's stays Mallory's."""
    bram, mallory = server.add("bert"), server.add("mara")
    planted = server.token(mallory)
    jar = Jar(server.url, {SESSION: planted})
    give_password(jar, bram)
    give_code(server, jar, bram)
    mine = Jar(server.url, {SESSION: planted})

    assert jar.cookies[SESSION] != planted
    assert b"bert" in jar.get("/me").body
    assert b"mara" in mine.get("/me").body


@pytest.mark.parametrize("name", [SESSION, SIGN_IN, BROWSER])
def test_what_somebody_made_up_is_never_taken_over(server: Town, name: str) -> None:
    """The server makes what opens anything; what it is shown it does not hand out again."""
    bram = server.add(f"made-up{name.lower()}")
    jar = Jar(server.url, {name: MADE_UP})
    give_password(jar, bram)
    if name == BROWSER:
        jar.cookies.setdefault(BROWSER, MADE_UP)
    give_code(server, jar, bram)

    assert jar.opens()
    assert MADE_UP not in {value for _, value in jar.handed_out}
    assert jar.cookies[name if name == SESSION else SESSION] != MADE_UP


def test_a_sign_in_goes_on_in_its_own_browser_only(server: Town) -> None:
    """The address of a step opens nothing elsewhere, with the right code neither."""
    bram = server.add("own-browser")
    own, other = Jar(server.url), Jar(server.url)
    give_password(own, bram)
    steps = (
        "/sign-in/code",
        "/sign-in/recovery-code",
        "/sign-in/device-code",
        "/sign-in/set-up",
        "/sign-in/new-password",
    )
    elsewhere = [other.get(step) for step in steps]
    elsewhere.append(give_code(server, other, bram))

    assert {(one.status, one.headers["location"].partition("?")[0]) for one in elsewhere} == {(303, "/sign-in")}
    assert other.cookies.get(SESSION) is None
    assert give_code(server, own, bram).headers["location"] != "/sign-in"
    assert own.opens()


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1"])
def test_no_other_site_signs_anybody_in_or_goes_on(server: Town, origin: str) -> None:
    """With the victim's cookies sent along: neither a name and password of the attacker's, nor a code (T14)."""
    bram, mallory = server.add(f"csrf-{len(origin)}"), server.add(f"site-{len(origin)}")
    jar = Jar(server.url)
    give_password(jar, bram)
    code = {"code": bram.code(server.server.now())}
    theirs = {"user_name": mallory.name, "password": PASSWORD}
    answers = [
        jar.post("/sign-in/code", code, origin),
        jar.post("/sign-in", theirs, origin),
        jar.post("/sign-out", {}, origin),
    ]

    assert {answer.status for answer in answers} == {403}
    assert jar.cookies.get(SESSION) is None
    assert server.attempts("signin.code", bram) == {}
    assert server.attempts("signin.password", mallory) == {}


def by_code(server: Town, jar: Jar, person: Person) -> None:
    """From a pending sign-in to a session."""
    give_code(server, jar, person)


def by_recovery_code(server: Town, jar: Jar, person: Person) -> None:
    """From a pending sign-in to a session of the own page."""
    jar.post("/sign-in/recovery-code", {"code": server.recovery_codes(person)[0]})


def by_new_password(server: Town, jar: Jar, person: Person) -> None:
    """From a pending sign-in over a new password to a session."""
    give_code(server, jar, person)
    jar.post("/sign-in/new-password", {"new_password": "eleven green bicycles"})


def by_set_up(server: Town, jar: Jar, person: Person) -> None:
    """From a pending sign-in over a set-up to a session."""
    with server.writing() as call:
        code = devices.issue_temporary_code(call, person.account)[0].reveal()
    jar.post("/sign-in/device-code", {"code": code})
    shown = KEY.search(jar.get("/sign-in/set-up").body.decode())
    assert shown is not None
    secret = base64.b32decode(re.sub(r"[^A-Z2-7]", "", shown[1]))
    jar.post("/sign-in/set-up", {"code": keys.code(secret, server.server.now())})


@pytest.mark.parametrize("way", [by_code, by_recovery_code, by_new_password, by_set_up])
def test_what_names_somebody_changes_with_every_step_up(server: Town, way: Way) -> None:
    """Four transitions: the token after is another, and the token before is dead."""
    name = way.__name__.replace("_", "-")
    setting_up = way is by_set_up
    bram = server.add(name, key=not setting_up, allowed=setting_up, must_change=way is by_new_password)
    jar = Jar(server.url)
    give_password(jar, bram)
    before = jar.cookies[SIGN_IN]
    way(server, jar, bram)
    after = jar.cookies[SESSION]
    old = Jar(server.url, {SIGN_IN: before, SESSION: before})

    assert jar.opens()
    assert before != after
    assert SIGN_IN not in jar.cookies
    assert [old.get(path).status for path in ("/me", "/sign-in/code", "/sign-in/set-up")] == [303, 401, 401]
    assert server.ask("GET /session", token=before).status == 401


def test_a_new_sign_in_does_not_reuse_the_old_session(server: Town) -> None:
    """Each session has its own token; whoever signs out has none."""
    bram = server.add("again")
    jar = Jar(server.url)
    seen = set()
    for _ in range(ROUNDS):
        give_password(jar, bram)
        give_code(server, jar, bram)
        seen.add(jar.cookies[SESSION])
        old = Jar(server.url, dict(jar.cookies))
        jar.post("/sign-out", {})
        assert (jar.cookies.get(SESSION), old.opens()) == (None, False)

    assert len(seen) == ROUNDS


def test_the_api_names_a_sign_in_by_what_it_handed_out(server: Town) -> None:
    """A made-up `sign_in` is no sign-in, and another account's is not this one's."""
    bram = server.add("api-names")
    code = {"code": bram.code(server.server.now())}

    assert server.ask("POST /sign-in/code", {"sign_in": MADE_UP, **code}).code == "signin.expired"
    assert server.ask("GET /session", token=server.token(bram, OpenedWith.SECRET_KEY)).status == 200
