import json
from base64 import urlsafe_b64decode
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from doorward.features.applications.actions.hosts import add_host, remove_host
from doorward.features.applications.model import AddHost, RemoveHost
from doorward.features.sessions.actions import end_sessions_of
from doorward.features.sessions.model import EndSessionsOf
from doorward.kernel.ids import AccountId
from tests.doors.gate.visiting import HOST, PROXY, ask, cookie_of, enter, start
from tests.doors.served import Served
from tests.signer import SIGNER


@pytest.fixture
def bram(served: Served) -> AccountId:
    """Add somebody without a role, at a server with a host."""
    served.world.run(add_host, AddHost(HOST))
    return served.world.add("bram", factors=1)


def test_a_browser_is_sent_to_sign_in_and_comes_back(served: Served, bram: AccountId) -> None:
    """To the page first asked for, which then says who is there."""
    away = ask(served)
    signed_in = start(served, away, served.token(bram))
    back = urlsplit(signed_in.headers["location"])
    came = ask(served, f"{back.path}?{back.query}", cookie=cookie_of(away))
    shown = ask(served, cookie=cookie_of(came))

    assert (away.status, signed_in.status, came.status, shown.status) == (302, 303, 302, 200)
    assert away.headers["location"].startswith("https://login.example.org/forward-auth/start?return=")
    assert (back.scheme, back.netloc, back.path) == ("https", HOST, "/.doorward/callback")
    assert came.headers["location"] == "https://app.example.org/page?x=1"
    assert (shown.headers["remote-user"], shown.headers["remote-email"]) == ("bram", "bram@example.org")
    assert shown.body == b""


def test_whoever_is_not_signed_in_signs_in_first(served: Served, bram: AccountId) -> None:
    """And comes back to the start."""
    del bram
    away = ask(served)
    address = away.headers["location"].removeprefix("https://login.example.org")
    led = served.send(f"GET {address}")

    assert led.status == 303
    assert unquote(led.headers["location"].removeprefix("/sign-in?return_to=")) == address


@pytest.mark.parametrize("site", ["same-origin", "none", ""])
def test_after_sign_in_a_page_goes_on(served: Served, bram: AccountId, site: str) -> None:
    """Browsers let a form of sign-in lead to no other host, so that a page without a form has to."""
    away = ask(served)
    address = away.headers["location"].removeprefix("https://login.example.org")
    headers = [("cookie", f"__Host-doorward={served.token(bram)}"), ("sec-fetch-site", site)]
    shown = served.send(f"GET {address}", headers=headers)
    back = shown.body.decode().partition(f"url=https://{HOST}")[2].partition('"')[0]

    assert (shown.status, shown.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert shown.headers["referrer-policy"] == "no-referrer"
    assert ask(served, back, cookie=cookie_of(away)).status == 302


def test_cookies_are_the_hosts_own(served: Served, bram: AccountId) -> None:
    """Over TLS alone, out of reach of scripts, gone with the browser; the session's token is neither of them."""
    token = served.token(bram)
    away = ask(served)
    own = enter(served, token)

    assert away.headers["set-cookie"].startswith("__Host-doorward-nonce=")
    assert away.headers["set-cookie"].endswith("; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=3600")
    assert own.startswith("__Host-doorward-app=")
    assert token not in own


def test_a_hosts_token_opens_nothing_here(served: Served, bram: AccountId) -> None:
    """Neither as a bearer token nor as the session's cookie, nor to go on to another host."""
    value = enter(served, served.token(bram)).partition("=")[2]
    as_bearer = served.ask("GET /session", token=value)
    as_cookie = served.ask("GET /session", headers=[("cookie", f"__Host-doorward={value}")])
    on = start(served, ask(served), value)

    assert (as_bearer.status, as_cookie.status) == (401, 401)
    assert on.headers["location"].startswith("/sign-in?")


def test_the_sessions_token_opens_no_host(served: Served, bram: AccountId) -> None:
    """Neither in the host's cookie, nor in its own, nor as a bearer token."""
    token = served.token(bram)
    said = [f"__Host-doorward-app={token}", f"__Host-doorward={token}"]
    answers = [ask(served, cookie=one).status for one in said]

    assert answers == [302, 302]
    assert ask(served, authorization=f"Bearer {token}").status == 302


def test_a_token_is_good_at_its_host_alone(served: Served, bram: AccountId) -> None:
    """Remembered or not."""
    served.world.run(add_host, AddHost("wiki.example.org"))
    own = enter(served, served.token(bram))
    here, there = ask(served, cookie=own), ask(served, host="wiki.example.org", cookie=own)

    assert (here.status, there.status) == (200, 302)


def test_a_check_from_memory_says_the_same_without_a_read(served: Served, bram: AccountId) -> None:
    """For 0.8 s, signature and all."""
    own = enter(served, served.token(bram))
    first = ask(served, cookie=own)
    served.world.database.close()
    second = ask(served, "/another/page", cookie=own)

    assert (second.status, second.headers, second.body) == (200, first.headers, b"")


def test_a_changed_name_is_seen_within_a_second(served: Served, bram: AccountId) -> None:
    """What is remembered is trusted for 0.8 s and no longer."""
    own = enter(served, served.token(bram))
    ask(served, cookie=own)
    with served.world.database.write() as sql:
        sql.exec_driver_sql("UPDATE accounts SET user_name = 'abraham', email = 'new@example.org'")
    served.ticks.now += 0.8
    seen = ask(served, cookie=own)

    assert (seen.headers["remote-user"], seen.headers["remote-email"]) == ("abraham", "new@example.org")


def test_an_ended_session_is_dead_within_a_second(served: Served, bram: AccountId) -> None:
    """At every host, on a node that heard nothing of the end (SESS-3)."""
    own = enter(served, served.token(bram))
    ask(served, cookie=own)
    served.world.run(end_sessions_of, EndSessionsOf(bram))
    served.ticks.now += 0.79
    still = ask(served, cookie=own)
    served.ticks.now += 0.02
    over = ask(served, cookie=own)

    assert (still.status, over.status) == (200, 302)


def test_a_removed_host_is_dead_within_a_second(served: Served, bram: AccountId) -> None:
    """Nobody is there any more, and nobody is led there."""
    own = enter(served, served.token(bram))
    ask(served, cookie=own)
    served.world.run(remove_host, RemoveHost(HOST))
    served.ticks.now += 0.81
    over = ask(served, cookie=own)

    assert (over.status, "location" in over.headers) == (401, False)


def test_use_keeps_the_session_alive(served: Served, bram: AccountId) -> None:
    """Visiting a host is activity (SESS-1)."""
    token = served.token(bram)
    own = enter(served, token)
    statuses = []
    for _ in range(4):
        served.world.pass_time(minutes=10)
        served.ticks.now += 600
        statuses.append(ask(served, cookie=own).status)
        served.runner.run(served.gate.activity.settled())

    assert statuses == [200, 200, 200, 200]
    assert served.ask("GET /session", token=token).status == 200


def test_nginx_is_told_by_a_401(served: Served, bram: AccountId) -> None:
    """With the way in its headers, since it passes on nothing else."""
    headers = [("x-original-url", f"https://{HOST}/a"), ("x-original-method", "GET")]
    away = served.send("GET /forward-auth", headers=headers, client=PROXY)
    back = start(served, away, served.token(bram)).headers["location"]
    headers = [("x-original-url", back), ("x-original-method", "GET"), ("cookie", cookie_of(away))]
    came = served.send("GET /forward-auth", headers=headers, client=PROXY)

    assert (away.status, came.status) == (401, 401)
    assert came.headers["location"] == "https://app.example.org/a"
    assert cookie_of(came).startswith("__Host-doorward-app=")


def test_two_tabs_come_back(served: Served, bram: AccountId) -> None:
    """The browser's nonce is kept, so that the first tab is still known when the second was sent away."""
    token = served.token(bram)
    first = ask(served, "/one")
    second = ask(served, "/two", cookie=cookie_of(first))
    backs = [start(served, away, token).headers["location"].removeprefix(f"https://{HOST}") for away in (first, second)]
    came = [ask(served, back, cookie=cookie_of(second)).headers["location"] for back in backs]

    assert cookie_of(first) == cookie_of(second)
    assert came == ["https://app.example.org/one", "https://app.example.org/two"]


def test_a_page_that_is_too_long_becomes_the_first(served: Served, bram: AccountId) -> None:
    """The way through sign-in has an end."""
    away = ask(served, f"/{'a' * 6_000}")
    back = start(served, away, served.token(bram)).headers["location"].removeprefix(f"https://{HOST}")

    assert ask(served, back, cookie=cookie_of(away)).headers["location"] == "https://app.example.org/"


def test_the_keys_are_published(served: Served) -> None:
    """To anybody, to be kept for five minutes."""
    found = served.send("GET /forward-auth/keys")

    assert (found.status, found.json(), found.headers["cache-control"]) == (200, SIGNER.keys(), "public, max-age=300")


def test_the_assertion_is_for_this_host(served: Served, bram: AccountId) -> None:
    """Its audience is where the visitor is."""
    own = enter(served, served.token(bram))
    body = ask(served, cookie=own).headers["remote-assertion"].split(".")[1]
    claims = json.loads(urlsafe_b64decode(body + "=" * (-len(body) % 4)))

    assert (claims["aud"], claims["iss"], claims["sub"]) == (HOST, "https://login.example.org", str(bram))


def test_the_way_holds_no_secret(served: Served, bram: AccountId) -> None:
    """What the address of start carries is the page, and the hash of what the browser keeps."""
    del bram
    away = ask(served)
    asked = parse_qs(urlsplit(away.headers["location"]).query)

    assert urlsafe_b64decode(asked["return"][0] + "==") == b"app.example.org /page?x=1"
    assert cookie_of(away).partition("=")[2] not in away.headers["location"]
