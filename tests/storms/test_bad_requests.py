import asyncio
import re
from collections.abc import Iterator

import pytest

from tests.launcher import eventually
from tests.storms.town import Town, town
from tests.storms.wire import Answer, Wire, ask, form, in_turn, play, request, wires

KIB = 1024
SIGN_IN = "POST /api/v1/sign-in"
CREDENTIALS = {"user_name": "bram", "password": "wrong"}
METHODS = ("PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "QUERY", "get", "post")
TOKENS = ("", "x", "Bearer", "Bearer ", "Bearer x", "bearer " + "A" * 64, "Basic b2xnYTp4", "Bearer " + "A" * 9_000,
          "Bearer \xff\xfe", "Bearer A A", "Digest username=olga", "Bearer null")  # fmt: skip
COOKIES = ("", ";;;", "=", "__Host-doorward", "__Host-doorward=", "__Host-doorward==", "__Host-doorward=" + "A" * 64,
           "__Host-doorward=" + "A" * 9_000, "__Host-doorward=\xff\xfe", '__Host-doorward="x"', "__Host-doorward=a b",
           "__Host-doorward=x; __Host-doorward=y", "__Host-doorward-sign-in=" + "B" * 64,
           "__Host-doorward-browser=" + "x" * 9_000, "__Host-doorward=../../etc/passwd", "a=b" * 2_000)  # fmt: skip
PATHS = ("//api/v1/session", "/api/v1//session", "/api/v1/session/", "/API/v1/session", "/api/v1/session%00",
         "/api/v1/./session", "/api/v1/%73ession%2f", "/api/v1/..;/session", "/api/v1/session;x=1", "/api/v2/session",
         "/api/v1/%ff%fe", "/api/v1/" + "x" * 9_000, "/static/../../../../etc/passwd", "/static/%2e%2e/%2e%2e/app.py",
         "/static/..%2f..%2fsettings.py", "/static/", "/static/app.css%00.html", "/set-password/x",
         "/set-password/" + "A" * 64, "/rescue/" + "_" * 64, "/welcome/%00", "/console/users/not-an-id",
         "/console/../me", "/.git/config", "/doorward.key")  # fmt: skip
HEAD = b"POST /api/v1/sign-in HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"
HEADS = {
    "no length that is a number": HEAD + b"content-length: abc\r\n\r\n",
    "a length below nothing": HEAD + b"content-length: -1\r\n\r\n",
    "two lengths": HEAD + b"content-length: 2\r\ncontent-length: 3\r\n\r\n{}x",
    "a length and chunks": HEAD + b"content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    "a coding that nobody knows": HEAD + b"transfer-encoding: xchunked\r\n\r\n{}",
    "chunks of no size": CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n",
    "another version": b"GET /api/v1/session HTTP/9.9\r\nhost: x\r\n\r\n",
    "no version": b"GET /api/v1/session\r\n\r\n",
    "the next version": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "no request at all": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    "a header without a colon": b"GET /api/v1/session HTTP/1.1\r\nhost: x\r\nnonsense\r\n\r\n",
    "a header with a NUL": b"GET /api/v1/session HTTP/1.1\r\nhost: x\r\nuser-agent: a\x00b\r\n\r\n",
    "a header with a DEL": b"GET /api/v1/session HTTP/1.1\r\nhost: x\r\ncookie: \x7f=\x7f\r\n\r\n",
    "a header longer than all": b"GET /api/v1/session HTTP/1.1\r\nhost: x\r\nx-long: " + b"x" * 33 * KIB + b"\r\n\r\n",
    "a flood of headers": b"GET /api/v1/session HTTP/1.1\r\nhost: x\r\n" + b"x-many: 1\r\n" * 4_000 + b"\r\n",
    "an address longer than all": b"GET /api/v1/" + b"x" * 33 * KIB + b" HTTP/1.1\r\nhost: x\r\n\r\n",
}  # fmt: skip
"""Requests that are no HTTP, or more of it than is taken."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Launch a server with Bram."""
    with town(tmp_path_factory.mktemp("requests")) as begun:
        begun.add("bram")
        yield begun
        assert "Traceback" not in begun.server.log


def problem(answer: Answer) -> tuple[int, str]:
    """Give status and code of problem details; anything else has no code."""
    is_one = answer.headers.get("content-type") == "application/problem+json"
    return answer.status, answer.code if is_one else f"no problem: {answer.body[:80]!r}"


def attempts(server: Town) -> int:
    """Count the passwords that were looked at for Bram."""
    return sum(entry["target_name"] == "bram" for entry in server.entries(act="signin.password"))


def test_a_body_beyond_its_size_is_refused_when_announced(server: Town) -> None:
    """Before any of it is read; just as much as may be is read."""
    big, fits = (b'{"user_name": "' + b"x" * (size - 30) + b'"}' for size in (65 * KIB, 60 * KIB))

    assert problem(ask(server.url, request(SIGN_IN, big))) == (413, "request.too_large")
    assert problem(ask(server.url, request(SIGN_IN, fits))) == (400, "request.malformed")


def test_a_body_beyond_its_size_is_refused_when_it_comes_in_chunks(server: Town) -> None:
    """Nobody has said how long it is going to be; the connection ends with the answer."""
    chunk = b"1000\r\n" + b"x" * 4_096 + b"\r\n"
    answered = ask(server.url, CHUNKED + chunk * 17 + b"0\r\n\r\n")

    assert problem(answered) == (413, "request.too_large")
    assert answered.headers["connection"] == "close"


def test_a_body_in_chunks_is_read(server: Town) -> None:
    """Chunks by themselves are no offence."""
    body = b'9\r\n{"user_na\r\n1e\r\nme": "bram", "password": "no"}\r\n0\r\n\r\n'

    assert problem(ask(server.url, CHUNKED + body)) == (401, "signin.refused")


@pytest.mark.parametrize("name", HEADS)
def test_what_is_no_request_ends_the_connection(server: Town, name: str) -> None:
    """It is answered with a 4xx, no word of it is done, and the next visitor is served."""
    before = attempts(server)
    answered = ask(server.url, HEADS[name])

    assert answered.status in {400, 401, 431}
    assert (attempts(server), ask(server.url, request("GET /healthz")).status) == (before, 200)


@pytest.mark.parametrize("method", METHODS)
def test_another_method_is_refused(server: Town, method: str) -> None:
    """On the API, a page and a health address, and the answer says which it takes (RFC 9110 section 15.5.6)."""
    before = attempts(server)
    tries = [f"{method} {path}" for path in ("/api/v1/sign-in", "/me", "/healthz")]
    answers = [ask(server.url, request(line, headers={"origin": server.url})) for line in tries]

    assert {answer.status for answer in answers} == ({405} if method.isupper() else {400})
    assert not method.isupper() or [answer.headers["allow"] for answer in answers] == ["POST", "GET, HEAD", "GET, HEAD"]
    assert attempts(server) == before


def test_no_header_changes_the_method(server: Town) -> None:
    """A GET stays a GET whatever it says beside."""
    token = server.watch
    says = {"x-http-method-override": "DELETE", "x-method-override": "DELETE", "x-http-method": "DELETE"}
    tries = [request("GET /api/v1/session", token=token, headers=says),
             request("GET /api/v1/session?_method=DELETE", token=token),
             request("GET /api/v1/accounts?_method=POST", token=token)]  # fmt: skip
    in_turn(server.url, tries)

    assert server.ask("GET /session", token=token).status == 200


@pytest.mark.parametrize("number", range(len(TOKENS)))
def test_an_authorization_that_is_none_opens_nothing(server: Town, number: int) -> None:
    """The cookie of a good session does not stand in for it."""
    said = {"authorization": TOKENS[number], "cookie": f"__Host-doorward={server.watch}"}
    answers = in_turn(
        server.url, [request(f"GET /api/v1/{path}", headers=said) for path in ("session", "me", "accounts")]
    )

    assert [problem(one) for one in answers] == [(401, "session.required")] * 3


def test_two_authorizations_are_none(server: Town) -> None:
    """Nobody can say which of them is meant."""
    both = f"authorization: Bearer {server.watch}\r\n" * 2
    answered = ask(server.url, f"GET /api/v1/session HTTP/1.1\r\nhost: x\r\n{both}\r\n".encode())

    assert problem(answered) == (401, "session.required")


@pytest.mark.parametrize("number", range(len(COOKIES)))
def test_a_cookie_that_is_none_opens_nothing(server: Town, number: int) -> None:
    """The API says so, a page leads to sign-in, and a step of sign-in begins anew."""
    said = {"cookie": COOKIES[number], "origin": server.url}
    api, page, step = in_turn(server.url, [
        request("GET /api/v1/me", headers=said), request("GET /console", headers=said),
        form("POST /sign-in/code", server.url, {"code": "123456"}, COOKIES[number]),
    ])  # fmt: skip

    assert problem(api) == (401, "session.required")
    assert (page.status, page.headers["location"]) == (303, "/sign-in?return_to=%2Fconsole")
    assert step.status in {303, 401}


@pytest.mark.parametrize("number", range(len(PATHS)))
def test_an_address_that_is_none_leads_nowhere(server: Town, number: int) -> None:
    """Dots, doubled slashes, NULs and other servers' names: no file, no session, nothing of a bug."""
    answered = ask(server.url, request(f"GET {PATHS[number]}", headers={"cookie": f"__Host-doorward={server.watch}"}))

    assert answered.status in {303, 400, 401, 404, 410}
    assert not re.search(rb"root:|import |user_name\":", answered.body)


@pytest.mark.parametrize("host", ["evil.example", "", "127.0.0.1:1", "x" * 5_000, "a b", "[::1"])
def test_the_host_header_changes_nothing(server: Town, host: str) -> None:
    """What people are sent to is the configured address, whatever name a visitor uses (T12)."""
    page, api = in_turn(server.url, [
        request("GET /console", headers={"host": host}), request(SIGN_IN, CREDENTIALS, headers={"host": host}),
    ])  # fmt: skip

    assert (page.status, page.headers["location"]) == (303, "/sign-in?return_to=%2Fconsole")
    assert problem(api) == (401, "signin.refused")


@pytest.mark.parametrize("origin", ["", "null", "https://evil.example", "http://127.0.0.1", "http://127.0.0.1:1"])
def test_a_form_of_another_site_is_refused(server: Town, origin: str) -> None:
    """Without our own origin nothing is looked at (T14)."""
    before = attempts(server)
    answered = ask(server.url, form("POST /sign-in", origin, CREDENTIALS))

    assert answered.status == 403
    assert attempts(server) == before


@pytest.mark.parametrize(
    "fields",
    [
        {"user_name": "x" * 300, "password": "x"},
        {"user_name": "nul\x00", "password": "nul\x00"},
        {"user_name": "\u202egnirts\r\n", "password": "x"},
        {"user_name": "🔑", "password": "x" * 10_000},
        {"user_name": ""},
        {},
        {f"field-{number}": "x" for number in range(1_500)},
    ],
    ids=["long", "NUL", "direction", "long password", "empty", "nothing", "many fields"],
)
def test_a_form_with_nonsense_is_answered_by_its_page(server: Town, fields: dict[str, str]) -> None:
    """The page comes again with its refusal."""
    answered = ask(server.url, form("POST /sign-in", server.url, fields))

    assert answered.status == 401
    assert answered.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "application/json", "text/plain", ""])
def test_a_form_of_another_kind_is_refused(server: Town, kind: str) -> None:
    """A page takes fields and nothing else: no files, no JSON."""
    told = {"origin": server.url, "content-type": kind}
    answered = ask(
        server.url, request("POST /sign-in", b'--x\r\ncontent-disposition: form-data; name="a"\r\n\r\n1', headers=told)
    )

    assert answered.status == 400


def test_requests_that_come_together_are_answered_in_turn(server: Town) -> None:
    """Two in one packet: the answer to the first is not the second's."""

    async def scene() -> list[Answer]:
        async with wires(server.url, 1) as opened:
            first = await opened[0].ask(request("GET /healthz") + request("GET /api/v1/nothing"))
            return [first, await opened[0].ask(b"")]

    first, second = play(scene)

    assert (first.status, second.status) == (200, 404)


def test_who_hangs_up_in_the_middle_is_no_bug(server: Town) -> None:
    """Half a head, half a body, and a whole request whose answer nobody waits for."""
    whole = request(SIGN_IN, {**CREDENTIALS, "user_name": "nobody"})

    async def leave(wire: Wire, part: bytes) -> None:
        wire.send(part)
        await wire.close()

    async def scene() -> None:
        parts = [whole[:20], whole[:-5], whole] * 10
        async with wires(server.url, len(parts)) as opened:
            await asyncio.gather(*(leave(wire, part) for wire, part in zip(opened, parts, strict=True)))

    play(scene)

    assert server.ask("GET /session", token=server.watch).status == 200
    eventually(lambda: not server.count("SELECT count(*) FROM lockout_reservations"), 10)
