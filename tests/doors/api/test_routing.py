import json

import pytest

from tests.doors.served import JSON, Served

HERE = "https://login.example.org"
COOKIE = ("cookie", "__Host-doorward-browser=abc")
WRONG = json.dumps({"user_name": "bram", "password": "wrong"}).encode()


def test_an_address_that_leads_nowhere_is_told(served: Served) -> None:
    """Without a word about what there is."""
    answered = served.ask("GET /nowhere")

    assert (answered.status, answered.code) == (404, "request.not_found")


def test_a_slash_at_the_end_is_another_address(served: Served) -> None:
    """Nothing is redirected: a redirect could carry a body elsewhere."""
    assert served.ask("GET /accounts/", token=served.operator()).code == "request.not_found"


def test_a_method_that_is_not_taken_is_told(served: Served) -> None:
    """With those that are (RFC 9110 section 15.5.6)."""
    answered = served.ask("GET /sign-in")

    assert (answered.status, answered.code, answered.headers["allow"]) == (405, "request.method_not_allowed", "POST")


@pytest.mark.parametrize("headers", [[COOKIE], [COOKIE, ("origin", "https://evil.example")]])
def test_a_cookie_from_elsewhere_is_refused(served: Served, headers: list[tuple[str, str]]) -> None:
    """Browsers send cookies along by themselves, so their origin has to be ours."""
    answered = served.send("POST /api/v1/sign-in", [WRONG], [JSON, *headers])

    assert (answered.status, answered.code) == (403, "request.cross_origin")


@pytest.mark.parametrize("header", [("origin", HERE), ("sec-fetch-site", "same-origin")])
def test_a_cookie_from_our_own_page_passes(served: Served, header: tuple[str, str]) -> None:
    """The same request from here is judged by what it says."""
    assert served.send("POST /api/v1/sign-in", [WRONG], [JSON, COOKIE, header]).code == "signin.refused"


def test_a_program_needs_no_origin(served: Served) -> None:
    """Without a cookie there is nothing that a browser could have added."""
    assert served.send("POST /api/v1/sign-in", [WRONG], [JSON]).code == "signin.refused"


def test_a_session_cookie_acts_from_our_own_page(served: Served) -> None:
    """The console's script may use the API with the browser's session."""
    token = served.operator()
    bram = served.world.add("bram")
    headers = [JSON, ("cookie", f"__Host-doorward={token}"), ("sec-fetch-site", "same-origin")]
    answered = served.send(f"POST /api/v1/accounts/{bram}/lock", [b'{"reason":"left"}'], headers)

    assert answered.json()["outcome"] == "done"


def test_an_unknown_field_is_refused(served: Served) -> None:
    """Nobody sets what the body does not list (mass assignment)."""
    bram = served.world.add("bram")
    answered = served.ask(f"POST /accounts/{bram}/lock", {"reason": "x", "locked_at": None}, served.operator())

    assert (answered.status, answered.code) == (422, "request.unknown_field")
    assert "“locked_at”" in answered.json()["detail"]


def test_an_unknown_parameter_is_refused(served: Served) -> None:
    """On reading and on writing alike."""
    token = served.operator()

    assert served.ask("GET /accounts?lokced=true", token=token).code == "request.unknown_field"
    assert served.ask("POST /mail/retry?all=true", token=token).code == "request.unknown_field"


@pytest.mark.parametrize("user_name", [["bram"], {"name": "bram"}, 5, True, None])
def test_another_kind_of_value_is_refused(served: Served, user_name: object) -> None:
    """An array where one name is expected is how a second address got a first one's mail elsewhere."""
    answered = served.ask("POST /sign-in", {"user_name": user_name, "password": "x"})

    assert (answered.status, answered.code) == (400, "request.malformed")


@pytest.mark.parametrize("value", ["5", 5.0, True])
def test_nothing_is_converted(served: Served, value: object) -> None:
    """A number is a number."""
    answered = served.ask("PUT /password-rules", {"version": value}, served.operator())

    assert (answered.status, answered.code) == (400, "request.malformed")


def test_a_missing_body_is_told(served: Served) -> None:
    """A form of another site could send none."""
    answered = served.ask("POST /sign-in")

    assert (answered.status, answered.code) == (400, "request.malformed")


def test_a_form_is_refused(served: Served) -> None:
    """The API takes JSON alone."""
    headers = [("content-type", "application/x-www-form-urlencoded")]
    answered = served.send("POST /api/v1/sign-in", [b"user_name=bram&password=x"], headers)

    assert (answered.status, answered.code) == (400, "request.malformed")


@pytest.mark.parametrize("account", ["1", "nobody", "019DF2DC0A007FF7B5746ADC41A2EA49", "%00", "{019df2dc-0a00}"])
def test_a_malformed_id_is_no_account(served: Served, account: str) -> None:
    """An id has one spelling, and every other is an address that leads nowhere."""
    answered = served.ask(f"GET /accounts/{account}", token=served.operator())

    assert (answered.status, answered.code) == (404, "accounts.not_found")


@pytest.mark.parametrize("limit", ["0", "201", "-1", "1.5", "1_0", "ten", "%20", " 5"])
def test_a_page_has_one_to_two_hundred_items(served: Served, limit: str) -> None:
    """Everything else is refused, not corrected."""
    answered = served.ask(f"GET /accounts?limit={limit}", token=served.operator())

    assert (answered.status, answered.code) == (400, "request.malformed")


@pytest.mark.parametrize("path", ["/accounts", "/allowlist", "/exclusions", "/audit", "/mail"])
@pytest.mark.parametrize("cursor", ["x", "AAAA", "%ff%fe", "' OR 1=1 --", "AZ3y3AoAf_e1dGrcQaLqSR"])
def test_a_malformed_cursor_is_refused(served: Served, path: str, cursor: str) -> None:
    """A list goes on only from where it ended."""
    answered = served.ask(f"GET {path}?cursor={cursor}", token=served.operator())

    assert (answered.status, answered.code) == (400, "list.cursor")


def test_a_name_of_three_hundred_characters_is_refused(served: Served) -> None:
    """Before anything is looked up or hashed."""
    answered = served.ask("POST /sign-in", {"user_name": "x" * 300, "password": "x"})

    assert (answered.status, answered.code) == (400, "request.malformed")


@pytest.mark.parametrize("name", ["bram\n", "br\x00am", "\u202ebram", "bram\u2028"])
def test_control_characters_in_a_name_are_refused(served: Served, name: str) -> None:
    """Nobody types them."""
    assert served.ask("POST /sign-in", {"user_name": name, "password": "x"}).code == "request.malformed"


@pytest.mark.parametrize("reason", ["", "   ", "x" * 501, "line\nbreak", "\u202egnirts"])
def test_a_reason_says_something(served: Served, reason: str) -> None:
    """1 to 500 characters, none of them a control character."""
    bram = served.world.add("bram")
    answered = served.ask(f"POST /accounts/{bram}/unlock", {"reason": reason}, served.operator())

    assert (answered.status, answered.code) == (422, "request.reason")
