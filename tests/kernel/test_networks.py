import pytest

from doorward.kernel.networks import is_this_machine, network


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8::1", "20010db800000000::/64"),
        ("2001:db8::ffff:ffff:ffff:ffff", "20010db800000000::/64"),
        ("2001:db8:0:1::1", "20010db800000001::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", ""),
        ("nowhere", "nowhere"),
    ],
)
def test_address_stands_for_its_network(address: str, expected: str) -> None:
    """An IPv4 address for itself, however it is spelled; an IPv6 one for its /64; anything else for itself."""
    assert network(address) == expected


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("127.0.0.1", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("localhost", True),
        ("", False),
        ("0.0.0.0", False),
        ("192.0.2.1", False),
        ("localhost.example.org", False),
    ],
)
def test_which_hosts_are_this_machine(host: str, here: bool) -> None:
    """Loopback addresses, and the one name for them; nothing is looked up."""
    assert is_this_machine(host) == here
