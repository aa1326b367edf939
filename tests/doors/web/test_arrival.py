from ipaddress import ip_network

import pytest

from doorward.doors.web.arrival import arrival_of, client_address, is_from, note_arrival, origin_of
from doorward.kernel.events import Door
from tests.chance import SeededEntropy
from tests.doors.asgi import Headers, scope_of

PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


def address(client: str, *forwarded: str, proxies: tuple[object, ...] = PROXIES) -> str:
    """Find the client of a request with these forwarded headers."""
    headers: Headers = [("x-forwarded-for", value) for value in forwarded]
    return client_address(scope_of("GET", "/", headers, client), proxies)  # type: ignore[arg-type] # networks


def test_the_peer_is_the_client() -> None:
    """Without a proxy the address is the connection's."""
    assert address("192.0.2.7") == "192.0.2.7"


def test_a_strangers_forwarded_header_is_not_believed() -> None:
    """Anybody can write a header; only the named networks are proxies."""
    assert address("192.0.2.7", "198.51.100.1") == "192.0.2.7"


def test_without_proxies_no_header_is_believed() -> None:
    """The default believes nobody."""
    assert address("10.0.0.1", "198.51.100.1", proxies=()) == "10.0.0.1"


def test_a_proxys_forwarded_header_is_believed() -> None:
    """A trusted proxy says whom it heard from."""
    assert address("10.0.0.1", "198.51.100.1") == "198.51.100.1"


def test_what_the_client_wrote_itself_is_passed_over() -> None:
    """A proxy appends; whatever stands left of what it appended came from outside."""
    assert address("10.0.0.1", "127.0.0.1, 198.51.100.1") == "198.51.100.1"


def test_a_chain_of_proxies_is_followed() -> None:
    """Each trusted hop is passed, in one header or in several."""
    assert address("10.0.0.1", "198.51.100.1, 10.0.0.9", "10.0.0.8") == "198.51.100.1"


def test_a_chain_of_trusted_addresses_ends_with_the_first() -> None:
    """Where all are proxies, the farthest is the client."""
    assert address("10.0.0.1", "10.0.0.3, 10.0.0.2") == "10.0.0.3"


@pytest.mark.parametrize("told", ["unknown", "", "198.51.100.1, garbage", "999.1.1.1"])
def test_what_is_no_address_ends_the_chain(told: str) -> None:
    """The last address that is certain stands."""
    assert address("10.0.0.1", told) == "10.0.0.1"


@pytest.mark.parametrize(
    ("told", "read"),
    [
        ("198.51.100.1:4711", "198.51.100.1"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("fe80::1%eth0", "fe80::1"),
        ("::ffff:198.51.100.1", "198.51.100.1"),
    ],
)
def test_an_address_has_one_spelling(told: str, read: str) -> None:
    """Ports, zones and mapped IPv4 do not make another client."""
    assert address("10.0.0.1", told) == read


def test_a_socket_without_an_address_has_none() -> None:
    """A Unix socket has no client address."""
    scope = scope_of("GET", "/")
    scope["client"] = None

    assert client_address(scope, ()) == ""


def test_references_are_unguessable_and_equally_long() -> None:
    """Sixty bits as twelve characters, another for each request."""
    entropy = SeededEntropy()
    references = {note_arrival(scope_of("GET", "/"), entropy, ()).reference for _ in range(50)}

    assert len(references) == 50
    assert {len(reference) for reference in references} == {12}


def test_an_arrival_is_read_where_it_was_noted() -> None:
    """The doors behind the gate see what it has noted."""
    scope = scope_of("GET", "/")
    noted = note_arrival(scope, SeededEntropy(), ())

    assert arrival_of(scope) is noted


def test_an_origin_tells_door_address_browser_and_reference() -> None:
    """What the entry says of where a request came from."""
    headers = [("user-agent", "Firefox/1"), ("cookie", f"__Host-doorward-browser={'A' * 64}")]
    scope = scope_of("GET", "/", headers)
    noted = note_arrival(scope, SeededEntropy(), ())
    origin = origin_of(scope, Door.CONSOLE)

    assert (origin.door, origin.address, origin.user_agent) == (Door.CONSOLE, "192.0.2.7", "Firefox/1")
    assert origin.reference == noted.reference
    assert origin.browser is not None
    assert origin.browser.hex().startswith("d53eda7a637c99cc")


def test_a_user_agent_cannot_forge_a_line() -> None:
    """Control characters become spaces, and 400 characters are enough for everybody."""
    scope = scope_of("GET", "/", [("user-agent", "a\x1b[2J\x85" + "b" * 500)])
    note_arrival(scope, SeededEntropy(), ())

    assert origin_of(scope, Door.API).user_agent == "a [2J " + "b" * 394


@pytest.mark.parametrize(
    ("client", "inside"),
    [
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("fd00::7", True),
        ("192.0.2.7", False),
        ("", False),
        ("unix", False),
    ],
)
def test_a_request_comes_straight_from_a_network(client: str, *, inside: bool) -> None:
    """By its connection, whatever its headers say."""
    scope = scope_of("GET", "/", [("x-forwarded-for", "10.9.9.9")], client)

    assert is_from(scope, PROXIES) is inside


def test_a_request_without_a_client_comes_from_nowhere() -> None:
    """A socket of the file system has no address."""
    scope = scope_of("GET", "/")
    scope["client"] = None

    assert is_from(scope, PROXIES) is False
