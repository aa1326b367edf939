"""Crafted requests against the distribution's nginx and Caddy, as `doorward forward-auth add` configures them (T32).

Whatever a visitor sends: the upstream is told the true identity or is not asked at all.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.launcher import eventually
from tests.storms.town import Person, Town, town
from tests.storms.web_servers import KINDS, Came, Front, find, fronted

FOUND = tuple(kind for kind in KINDS if find(kind))
if not FOUND:
    pytest.skip("nginx and caddy are missing: no web server can be asked", allow_module_level=True)
IDENTITY = ("remote-user", "remote-email", "remote-groups", "remote-assertion")
SPOOFS = ("remote-name", "x-remote-user", "x-forwarded-user", "x-forwarded-email", "x-forwarded-groups")

SPOOFED: dict[str, tuple[str, ...]] = {
    "plain": (),
    "Remote-User": ("Remote-User: olga",),
    "Remote_User": ("Remote_User: olga",),
    "remote_user": ("remote_user: olga",),
    "REMOTE-USER": ("REMOTE-USER: olga",),
    "Remote-User twice": ("Remote-User: olga", "Remote-User: olga"),
    "every name": (
        "Remote-User: olga",
        "Remote-Email: olga@example.org",
        "Remote-Groups: admins",
        "Remote-Assertion: x.y.z",
    ),
    "every name with underscores": (
        "Remote_User: olga",
        "Remote_Email: o",
        "Remote_Groups: admins",
        "Remote_Assertion: x",
    ),
    "mixed": ("Remote-Groups: admins", "Remote_Groups: admins", "remote_groups: admins"),
    "Remote-Name": ("Remote-Name: olga",),
    "X-Forwarded-User twice": ("X-Forwarded-User: olga", "X-Forwarded-User: olga"),
    "X-Remote-User": ("X-Remote-User: olga",),
    "X- with underscores": (
        "X_Remote_User: olga",
        "X_Forwarded_User: olga",
        "X_forwarded-Email: o",
        "X_Remote-User: o",
    ),
    "X- with one underscore": ("X-Forwarded_Groups: admins", "X-Remote_User: olga", "X_Forwarded-Groups: admins"),
    "Remote_Name": ("Remote_Name: olga",),
    "dots": ("Remote.User: olga", "X.Remote.User: olga", "X.Forwarded-User: olga", "X-Forwarded.Groups: admins"),
    "Connection: Remote-User": ("Connection: close, Remote-User",),
    "Connection: X-Remote-User": ("Connection: close, X-Remote-User", "X-Remote-User: olga"),
    "Connection: Cookie": ("Connection: close, Cookie",),
    "Connection: X-Forwarded-Uri": ("Connection: close, X-Forwarded-Uri, X-Forwarded-Host",),
    "X-Forwarded-Host": ("X-Forwarded-Host: evil.example",),
    "X-Forwarded-Host twice": ("X-Forwarded-Host: evil.example", "X-Forwarded-Host: other.example"),
    "X-Forwarded-Uri": ("X-Forwarded-Uri: /.doorward/callback?ticket=x",),
    "X-Forwarded-Method": ("X-Forwarded-Method: POST",),
    "X-Forwarded-Proto": ("X-Forwarded-Proto: http",),
    "X-Original-URL": ("X-Original-URL: https://evil.example/",),
    "X-Original-Method": ("X-Original-Method: POST",),
    "Authorization": ("Authorization: Bearer " + "A" * 64,),
}
"""Headers with which a visitor passes for somebody else, or for a visitor of elsewhere."""

PAGES = (
    "/", "//", "//evil.example/", "/%2e%2e/", "/../", "/a/..;/b", "/%zz", "/%", "/a?b=100%", "/\\evil.example", "/a#b",
    "/.doorward/callback", "/.doorward/callback?ticket=x", "/.doorward/ask", "/%2edoorward/ask", "/a;b=c", "/%00",
    "/%0d%0aX: y",
)  # fmt: skip
"""Addresses that lead elsewhere where somebody reads them in another way."""

GARBAGE = (
    "__Host-doorward-app=", "__Host-doorward-app=x", "__Host-doorward-app=" + "A" * 64, "__Host-doorward-app", ";;;=;",
    "__Host-doorward-app=" + "A" * 16_000, "a=" + "b" * 16_000, '__Host-doorward-app="', "__Host-doorward-app=\xff\xfe",
)  # fmt: skip
"""Cookies that nobody was given."""


AWAY = (("GET",), ("POST", "Content-Length: 0"), ("GET", "Sec-Fetch-Mode: cors"))
"""Requests of a page, a form and a script, while nobody answers."""


@dataclass(frozen=True, slots=True)
class Place:
    """A web server with the one who is signed in there."""

    town: Town
    front: Front
    bram: Person
    cookie: str
    """The host's cookie of his browser."""


@pytest.fixture(scope="module", params=FOUND)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Start Doorward, a web server and an upstream, and go on to it signed in."""
    folder = tmp_path_factory.mktemp("web")
    with town(folder, {"behind_proxy": ["127.0.0.1/32"]}) as begun:
        bram = begun.add("bram")
        with fronted(begun.server, folder / "front", request.param) as front:
            yield Place(begun, front, bram, go_on(begun, front, begun.token(bram)))


def go_on(begun: Town, front: Front, token: str) -> str:
    """Go all the way as a browser does, and give the host's cookie."""
    away = front.get("/page?x=1")
    nonce = away.header("set-cookie").partition(";")[0]
    with begun.server.client() as client:
        said = {"cookie": f"__Host-doorward={token}", "sec-fetch-site": "cross-site"}
        led = client.get(away.header("location"), headers=said)
    came = front.get(led.headers["location"].removeprefix(f"https://{front.host}"), f"Cookie: {nonce}")
    assert (away.status, led.status_code, came.status) == (302, 303, 302), front.printed
    assert came.header("location") == f"https://{front.host}/page?x=1"
    return came.header("set-cookie").partition(";")[0]


def is_true_or_unseen(came: Came) -> bool:
    """Tell whether the upstream was told of bram and of nobody else, each thing once, or was not asked."""
    if came.seen is None:
        return True
    told = {name: came.told(name) for name in (*IDENTITY, *SPOOFS)}
    true = {"remote-user": ["bram"], "remote-email": ["bram@example.org"], "remote-groups": []}
    return (
        all(told[name] == value for name, value in true.items())
        and len(told["remote-assertion"]) == 1
        and told["remote-assertion"][0].startswith("eyJ")
        and not any(told[name] for name in SPOOFS)
    )


@pytest.mark.parametrize("lines", SPOOFED.values(), ids=SPOOFED)
def test_the_true_identity_is_told(place: Place, lines: tuple[str, ...]) -> None:
    """To the upstream, whatever somebody who is signed in sends besides."""
    came = place.front.get("/a", f"Cookie: {place.cookie}", *lines)

    assert is_true_or_unseen(came), came
    assert came.seen is not None or came.status == 400


@pytest.mark.parametrize("lines", SPOOFED.values(), ids=SPOOFED)
def test_nobody_passes_for_somebody(place: Place, lines: tuple[str, ...]) -> None:
    """Without a session the upstream is not asked."""
    came = place.front.get("/a", *lines)

    assert came.seen is None
    assert came.status in {302, 401} or (came.status == 400 and any("Connection: close," in line for line in lines)), (
        came
    )


@pytest.mark.parametrize("page", PAGES)
def test_no_address_leads_past_the_question(place: Place, page: str) -> None:
    """For whoever is signed in it is told truly; for others the upstream is not asked."""
    with_cookie, without = place.front.get(page, f"Cookie: {place.cookie}"), place.front.get(page)

    assert is_true_or_unseen(with_cookie), with_cookie
    assert without.seen is None
    assert without.status in {302, 400, 401, 404}, without


@pytest.mark.parametrize("cookie", GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_is_nobody(place: Place, cookie: str) -> None:
    """No cookie that nobody was given opens anything, however long."""
    came = place.front.get("/a", f"Cookie: {cookie}")

    assert came.seen is None
    assert came.status in {302, 400, 401, 431, 494}, came


def test_an_absolute_address_is_the_hosts_own(place: Place) -> None:
    """RFC 9112 section 3.2.2: its host counts, and another one is not served here."""
    head = f"Host: {place.front.host}\r\nCookie: {place.cookie}\r\nConnection: close\r\n\r\n"
    own = place.front.send(f"GET https://{place.front.host}/a HTTP/1.1\r\n{head}".encode())
    other = place.front.send(f"GET https://evil.example/a HTTP/1.1\r\n{head}".encode())

    assert is_true_or_unseen(own), own
    assert is_true_or_unseen(other), other


def test_the_session_is_at_nobody_elses_disposal(place: Place) -> None:
    """The upstream sees the application's cookies and none of Doorward's, first, last or between."""
    own = place.cookie
    for sent in (own, f"a=1; {own}", f"{own}; b=2", f"a=1; {own}; b=2", f"a=1; __Host-doorward-nonce=x; {own}; b=2"):
        seen = place.front.get("/a", f"Cookie: {sent}").told("cookie")

        assert "doorward" not in "".join(seen), sent
        assert all(("a=1" in "".join(seen)) == ("a=1" in sent) for _ in seen)


def test_no_cookie_of_the_application_stands_in_the_way(place: Place) -> None:
    """However many it has set, the nonce twice among them; one that only begins like Doorward's is its own (X7)."""
    others = "__Host-doorward-aa=1; __Host-doorward-bb=2; __Host-doorward-nonce=x; __Host-doorward-nonce=y"
    seen = place.front.get("/a", f"Cookie: {others}; {place.cookie}; a=1").told("cookie")

    assert seen
    assert place.cookie.partition("=")[2] not in "".join(seen)
    assert all(part in "".join(seen) for part in ("__Host-doorward-aa=1", "a=1"))


def test_what_shows_no_page_is_answered_by_401(place: Place) -> None:
    """A post, a script and a socket cannot sign in; signed in they go through."""
    socket = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: x", "Sec-WebSocket-Version: 13")
    without = [
        place.front.get("/a", "Content-Length: 0", method="POST"),
        place.front.get("/a", "Sec-Fetch-Mode: cors"),
        place.front.get("/a", *socket),
    ]
    signed_in = [
        place.front.get("/a", f"Cookie: {place.cookie}", "Content-Length: 0", method="POST"),
        place.front.get("/a", f"Cookie: {place.cookie}", *socket),
    ]

    assert [came.status for came in without] == [401, 401, 401]
    assert [came.told("remote-user") for came in signed_in] == [["bram"], ["bram"]]


def test_an_ended_session_is_over_at_the_host(place: Place) -> None:
    """Within a second, through the web server too (SESS-3)."""
    ada = place.town.add("ada")
    token = place.town.token(ada)
    own = go_on(place.town, place.front, token)
    before = place.front.get("/a", f"Cookie: {own}").told("remote-user")
    place.town.ask("DELETE /session", token=token)

    assert before == ["ada"]
    eventually(lambda: place.front.get("/a", f"Cookie: {own}").seen is None, 2)


def test_a_server_that_is_away_is_a_503(place: Place) -> None:
    """With the seconds after which to try again, in whatever method; and what was signed in goes on when it is back."""
    place.town.server.stop()
    try:
        came = [place.front.get("/a", f"Cookie: {place.cookie}", *lines, method=method) for method, *lines in AWAY]
    finally:
        place.town.server.start()

    assert [(one.status, one.header("retry-after"), one.seen) for one in came] == [(503, "5", None)] * len(AWAY)
    eventually(lambda: place.front.get("/a", f"Cookie: {place.cookie}").told("remote-user") == ["bram"], 10)
