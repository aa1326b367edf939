import pytest

from doorward.kernel.networks import network


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
