from base64 import urlsafe_b64encode

import pytest

from doorward.features.applications.actions.hosts import add_host
from doorward.features.applications.model import AddHost
from doorward.features.sessions.model import OpenedWith
from doorward.kernel.ids import AccountId
from tests.doors.gate.visiting import HOST, PROXY, ask, cookie_of, enter, start
from tests.doors.served import Served


@pytest.fixture
def bram(served: Served) -> AccountId:
    """Add somebody without a role, at a server with a host."""
    served.world.run(add_host, AddHost(HOST))
    return served.world.add("bram", factors=1)


@pytest.mark.parametrize(
    "said",
    [
        {"x_forwarded_method": "POST"},
        {"upgrade": "websocket"},
        {"sec_fetch_mode": "cors"},
        {"sec_websocket_key": "x"},
    ],
)
def test_what_shows_no_page_is_answered_by_401(served: Served, bram: AccountId, said: dict[str, str]) -> None:
    """A script or a socket cannot sign in."""
    del bram
    answered = ask(served, **said)

    assert (answered.status, "location" in answered.headers) == (401, False)


def test_what_shows_no_page_goes_on_when_signed_in(served: Served, bram: AccountId) -> None:
    """A form is posted by whoever is there."""
    own = enter(served, served.token(bram))

    assert ask(served, cookie=own, x_forwarded_method="POST").headers["remote-user"] == "bram"


def test_strangers_are_led_to_registered_hosts_only(served: Served, bram: AccountId) -> None:
    """An unknown host is a no, and start leads nowhere else: it is no open redirect."""
    unknown = ask(served, host="evil.example")
    wanted = urlsafe_b64encode(b"evil.example /").rstrip(b"=").decode()
    address = f"/forward-auth/start?return={wanted}&nonce={'A' * 43}"
    led = served.send(f"GET {address}", headers=[("cookie", f"__Host-doorward={served.token(bram)}")])

    assert (unknown.status, "location" in unknown.headers) == (401, False)
    assert (led.status, "location" in led.headers) == (404, False)


@pytest.mark.parametrize(
    "query",
    [
        "", "return=&nonce=", "return=YXBwIC8&nonce=short", "return=YXBwIC8", f"nonce={'A' * 43}",
        f"return=YXBwIC8&return=YXBwIC8&nonce={'A' * 43}", f"return=YXBwIC8&nonce={'A' * 43}&more=1",
        f"return=YXBw&nonce={'A' * 43}", f"return=!!!&nonce={'A' * 43}", f"return=gICA&nonce={'A' * 43}",
        f"return=YXBwIC8&nonce={'B' * 43}", f"return=YXBwIC8&nonce={'ä' * 43}",
    ],
)  # fmt: skip
def test_an_odd_start_is_refused(served: Served, bram: AccountId, query: str) -> None:
    """It goes on from what forward-auth has written, and from nothing else."""
    led = served.send(f"GET /forward-auth/start?{query}", headers=[("cookie", f"__Host-doorward={served.token(bram)}")])

    assert led.status == 400


def test_a_ticket_is_nothing_in_another_browser(served: Served, bram: AccountId) -> None:
    """Nobody can be signed in as somebody else by a link (login CSRF), and the ticket stays with its owner."""
    away = ask(served)
    back = start(served, away, served.token(bram)).headers["location"].removeprefix(f"https://{HOST}")
    other = ask(served, back, cookie=cookie_of(ask(served)))
    without = ask(served, back)
    own = ask(served, back, cookie=cookie_of(away))
    again = ask(served, back, cookie=cookie_of(away))

    assert [one.status for one in (other, without, own, again)] == [401, 401, 302, 401]


@pytest.mark.parametrize(
    "query", ["", "?ticket=", "?ticket=x", f"?ticket={'A' * 64}", f"?ticket={'A' * 64}&ticket=x", "?x"]
)
def test_an_odd_way_back_is_refused(served: Served, bram: AccountId, query: str) -> None:
    """Without a word about what was wrong, and without a way that could go round in circles."""
    del bram
    came = ask(served, f"/.doorward/callback{query}", cookie=cookie_of(ask(served)))

    assert (came.status, "location" in came.headers) == (401, False)


def test_a_ticket_is_not_taken_by_a_post(served: Served, bram: AccountId) -> None:
    """A browser comes back by GET."""
    away = ask(served)
    back = start(served, away, served.token(bram)).headers["location"].removeprefix(f"https://{HOST}")

    assert ask(served, back, cookie=cookie_of(away), x_forwarded_method="POST").status == 401


def test_a_planted_nonce_is_replaced(served: Served, bram: AccountId) -> None:
    """One that the server cannot have made is none."""
    del bram

    assert cookie_of(ask(served, cookie="__Host-doorward-nonce=planted")) != "__Host-doorward-nonce=planted"


def test_a_recovery_code_leads_to_no_host(served: Served) -> None:
    """Its session reaches the own account page alone (KEY-1)."""
    served.world.run(add_host, AddHost(HOST))
    ada = served.token(served.world.add("ada"), OpenedWith.RECOVERY_CODE)
    refused = start(served, ask(served), ada)

    assert (refused.status, "location" in refused.headers) == (403, False)


def test_a_visit_that_may_no_longer_be_is_refused(served: Served, bram: AccountId) -> None:
    """Whatever put a session of a recovery code there."""
    own = enter(served, served.token(bram))
    with served.world.database.write() as sql:
        sql.exec_driver_sql("UPDATE sessions SET own_page_only = 1")

    assert ask(served, cookie=own).status == 403


def test_a_name_that_no_header_carries_is_nobody(served: Served, bram: AccountId) -> None:
    """Unsure means no."""
    own = enter(served, served.token(bram))
    with served.world.database.write() as sql:
        sql.exec_driver_sql("UPDATE accounts SET user_name = 'bram' || char(13, 10) || 'Remote-Groups: admins'")

    assert ask(served, cookie=own).status == 302


@pytest.mark.parametrize("client", ["198.51.100.1", "192.0.2.7"])
def test_nobody_but_a_proxy_is_answered(served: Served, bram: AccountId, client: str) -> None:
    """Not even from memory."""
    own = enter(served, served.token(bram))
    ask(served, cookie=own)

    assert ask(served, cookie=own, client=client).status == 401


@pytest.mark.parametrize("cookie", ["", "=", ";;;", "__Host-doorward-app=", "__Host-doorward-app=\xff", "a" * 16_000])
def test_garbage_is_nobody(served: Served, bram: AccountId, cookie: str) -> None:
    """Malformed cookies never pass (T32)."""
    del bram

    assert ask(served, cookie=cookie).status == 302


def test_a_cookie_that_comes_twice_is_nobody(served: Served, bram: AccountId) -> None:
    """Nobody can say which of them is meant."""
    own = enter(served, served.token(bram))

    assert ask(served, cookie=f"{own}; {own}").status == 302


def test_what_is_malformed_is_refused_from_memory_too(served: Served, bram: AccountId) -> None:
    """Every request is read anew, whoever was remembered."""
    own = enter(served, served.token(bram))
    ask(served, cookie=own)
    answers = [ask(served, page, cookie=own).status for page in ("/%zz", "/\\", "//", "/a#b")]

    assert answers == [401, 401, 200, 401]


def test_only_get_is_taken(served: Served, bram: AccountId) -> None:
    """Proxies ask by GET, whatever they ask about and whoever is remembered."""
    own = enter(served, served.token(bram))
    remembered = ask(served, cookie=own).status
    said = {"proto": "https", "host": HOST, "uri": "/page?x=1", "method": "GET"}
    headers = [("cookie", own), *((f"x-forwarded-{name}", value) for name, value in said.items())]
    refused = served.send("POST /forward-auth", headers=headers, client=PROXY)

    assert (remembered, refused.status, b"takes GET" in refused.body) == (200, 405, True)
