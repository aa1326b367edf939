import pytest

from doorward.features.applications.model import HostName
from doorward.features.applications.rules import hosts as rules
from doorward.kernel.outcome import Refused

LOGIN = "https://login.example.org"
MALFORMED = Refused("applications.host_malformed")
APP = HostName("app.example.org", "app.example.org")
LABEL = "a" * 63


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("app.example.org", APP),
        (" App.Example.ORG ", APP),
        ("app.example.org:443", APP),
        ("app.example.org:8443", HostName("app.example.org", "app.example.org:8443")),
        ("wiki", HostName("wiki", "wiki")),
        ("4u.example.org", HostName("4u.example.org", "4u.example.org")),
        ("192.0.2.7:65535", HostName("192.0.2.7", "192.0.2.7:65535")),
        ("xn--bcher-kva.example", HostName("xn--bcher-kva.example", "xn--bcher-kva.example")),
    ],
)
def test_a_host_is_read(text: str, read: HostName) -> None:
    """In small letters, with its port where that is not 443."""
    assert rules.parse(text, LOGIN) == read


@pytest.mark.parametrize(
    "text",
    [
        "", ".", "app.", ".app", "a..b", "-a.org", "a-.org", "a_b.org", "bücher.example", "https://app.example.org",
        "app.example.org/", "app.example.org:0", "app.example.org:65536", "app.example.org:080", "app.example.org:",
        "1", "1.2.3", "1.2.3.256", "1.2.3.04", "app.1", "0x7f", "a.0x1f", "127.1",
        "a b", "a\nb", "user@app.example.org", "*.example.org", "[::1]", f"{LABEL}a.org",
        f"{LABEL}.{LABEL}.{LABEL}.{LABEL}",
    ],
)  # fmt: skip
def test_what_is_no_host_is_refused(text: str) -> None:
    """Nothing of it is mended."""
    assert rules.parse(text, LOGIN) == MALFORMED


@pytest.mark.parametrize("text", ["login.example.org", "LOGIN.example.org", "login.example.org:8443"])
def test_doorwards_own_name_is_refused(text: str) -> None:
    """On every port: browsers send a name's cookies to all of them."""
    assert rules.parse(text, LOGIN) == Refused("applications.own_host")


def test_a_name_has_one_port() -> None:
    """The same host again is no other; the same name on another port is."""
    other = HostName("app.example.org", "app.example.org:8443")

    assert rules.judge_name(APP, None) is None
    assert rules.judge_name(APP, APP) is None
    assert rules.judge_name(APP, other) == Refused("applications.host_taken", {"host": "app.example.org:8443"})


def test_hosts_have_a_most() -> None:
    """Two hundred."""
    assert rules.judge_count(199) is None
    assert rules.judge_count(200) == Refused("applications.too_many_hosts", {"most": 200})


def test_no_two_hosts_share_a_slug() -> None:
    """Hyphens are no dots, and of two long names each keeps what they differ in."""
    names = ["a-b.org", "a.b.org", "a--b.org", f"{'a' * 40}.org", f"{'a' * 40}.com", f"{'a' * 40}-org"]
    slugs = [rules.slug(name) for name in names]

    assert slugs[:3] == ["d_a__b_org", "d_a_b_org", "d_a____b_org"]
    assert len(set(slugs)) == len(names)
    assert {len(slug) for slug in slugs[3:]} == {33}
