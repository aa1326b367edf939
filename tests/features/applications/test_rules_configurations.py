import re
from pathlib import Path

import pytest

from doorward.features.applications.model import HostName, Proxy, ProxyPlaces, ShowConfiguration
from doorward.features.applications.rules.configurations import filled_in

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "how-to" / "forward-auth.md"
APP = HostName("app-1.example.org", "app-1.example.org:8443")
OWN = "login.example.org"
PLACES = ProxyPlaces(("10.0.0.1:8420", "10.0.0.2:8420"), "https", "http://PORTAL:3000")


def written(proxy: Proxy, named: HostName = APP) -> str:
    """Fill a configuration in."""
    return filled_in(ShowConfiguration(named.host, proxy, PLACES), named, OWN)


@pytest.mark.parametrize("proxy", list(Proxy))
def test_every_place_is_filled_in(proxy: Proxy) -> None:
    """Once: a value that looks like a word to fill in stays as it is."""
    text = written(proxy)

    assert "http://PORTAL:3000" in text
    assert not any(word in text for word in ("UPSTREAM", "SCHEME", "NODES", "HOST", "NAME", "SLUG", "TRUST"))


@pytest.mark.parametrize(
    ("proxy", "lines"),
    [
        (
            Proxy.NGINX,
            [
                "    server 10.0.0.1:8420 max_fails=2 fail_timeout=5s;\n    server 10.0.0.2:8420 max_fails",
                "proxy_pass https://d_app__1_example_org_doorward/forward-auth;",
            ],
        ),
        (Proxy.CADDY, ["forward_auth https://10.0.0.1:8420 https://10.0.0.2:8420 {", "health_uri /readyz"]),
        (
            Proxy.TRAEFIK,
            [
                "address: http://127.0.0.1:8419/forward-auth",
                "          path: /readyz",
                "          - url: https://10.0.0.1:8420\n          - url: https://10.0.0.2:8420\n",
                "      service: d_app__1_example_org-doorward\n",
            ],
        ),
    ],
)
def test_all_nodes_are_asked(proxy: Proxy, lines: list[str]) -> None:
    """One in the place of another that does not answer."""
    text = written(proxy)

    assert [line for line in lines if line not in text] == []


@pytest.mark.parametrize(
    ("proxy", "lines"),
    [
        (Proxy.NGINX, ["proxy_ssl_verify on;", "proxy_ssl_name login.example.org;", "proxy_ssl_server_name on;"]),
        (Proxy.CADDY, ["tls_server_name login.example.org"]),
    ],
)
def test_over_tls_nobody_else_is_believed(proxy: Proxy, lines: list[str]) -> None:
    """Whoever stood between the web server and Doorward could say who is there (T32)."""
    text = written(proxy)
    plain = filled_in(ShowConfiguration(APP.host, proxy), APP, OWN)

    assert [line for line in lines if line not in text] == []
    assert [line for line in lines if line in plain] == []


def test_traefik_asks_a_single_node_itself() -> None:
    """It needs no entry point of its own for that."""
    text = filled_in(ShowConfiguration(APP.host, Proxy.TRAEFIK), APP, OWN)

    assert "address: http://127.0.0.1:8420/forward-auth" in text
    assert "entryPoints: [doorward]" not in text


@pytest.mark.parametrize(
    ("proxy", "lines"),
    [
        (
            Proxy.NGINX,
            ["listen 8443 ssl;", "server_name app-1.example.org;", "https://app-1.example.org:8443$request_uri"],
        ),
        (Proxy.CADDY, ["app-1.example.org:8443 {"]),
        (Proxy.TRAEFIK, ["rule: Host(`app-1.example.org`)"]),
    ],
)
def test_the_host_is_named(proxy: Proxy, lines: list[str]) -> None:
    """With its port where the proxy wants it."""
    text = written(proxy)

    assert [line for line in lines if line not in text] == []


def test_the_port_of_tls_goes_without_saying() -> None:
    """It stands where nginx listens."""
    text = written(Proxy.NGINX, HostName("app.example.org", "app.example.org"))

    assert "listen 443 ssl;" in text
    assert "https://app.example.org$request_uri" in text


def test_names_of_variables_hold_no_hyphen() -> None:
    """Else nginx would read a shorter name."""
    assert "$d_app__1_example_org_user" in written(Proxy.NGINX)


@pytest.mark.parametrize("name", ["a.org", "grafana.monitoring.example.org", f"{'long.' * 48}example.org"])
def test_nginx_takes_every_name(name: str) -> None:
    """Its variables have 46 characters at most (`variables_hash_bucket_size`), the parts of a pattern 32 (PCRE)."""
    text = written(Proxy.NGINX, HostName(name, name))

    assert max(len(one) for one in re.findall(r"\$(\w+)", text)) <= 46
    assert max(len(one) for one in re.findall(r"\?<(\w+)>", text)) <= 32


def test_the_hosts_token_is_taken_out_first() -> None:
    """It comes once where the upstream is asked; the nonce may come twice, and must not stand in the way (X7)."""
    before_nonce = written(Proxy.NGINX).partition("__Host-doorward-nonce")[0]

    assert before_nonce.count("__Host-doorward-app=") == 2


@pytest.mark.parametrize("proxy", list(Proxy))
def test_every_header_of_identity_is_set_by_doorward(proxy: Proxy) -> None:
    """All four, and no other."""
    text = written(proxy)

    assert [name for name in ("User", "Email", "Groups", "Assertion") if f"Remote-{name}" not in text] == []


@pytest.mark.parametrize("proxy", list(Proxy))
def test_the_guide_shows_what_is_printed(proxy: Proxy) -> None:
    """To the letter, for the host of its example."""
    text = filled_in(ShowConfiguration("app.example.org", proxy), HostName("app.example.org", "app.example.org"), OWN)

    assert text in GUIDE.read_text(encoding="utf-8")
