from dataclasses import replace

import pytest

from doorward.edges.call import Site
from doorward.features.applications.actions.hosts import (
    add_host,
    list_hosts,
    registered,
    remove_host,
    show_configuration,
)
from doorward.features.applications.model import (
    AddHost,
    ConfigurationShown,
    HostAdded,
    HostRemoved,
    HostsListed,
    HostUnchanged,
    ListHosts,
    Proxy,
    RemoveHost,
    ShowConfiguration,
)
from doorward.kernel.outcome import Refused
from tests.worlds import API, NOON, OWNER, World


def hosts(world: World) -> list[str]:
    """List the registered hosts."""
    listed = world.run(list_hosts, ListHosts())
    assert isinstance(listed, HostsListed)
    return [one.named.host for one in listed.hosts]


def test_a_host_is_added_once(world: World) -> None:
    """Another spelling is the same host; who added it, and when, is kept."""
    first = world.run(add_host, AddHost("app.example.org"))
    again = world.run(add_host, AddHost("APP.example.org:443"))

    assert isinstance(first, HostAdded)
    assert (first.host.added_at, first.host.added_by) == (NOON, "cli:root")
    assert again == HostUnchanged(first.host)
    assert hosts(world) == ["app.example.org"]


def test_a_name_is_registered_with_one_port(world: World) -> None:
    """The other one is refused, and says which there is."""
    world.run(add_host, AddHost("app.example.org:8443"))

    assert world.run(add_host, AddHost("app.example.org")) == Refused(
        "applications.host_taken", {"host": "app.example.org:8443"}
    )


@pytest.mark.parametrize(
    ("host", "code"), [("login.example.org", "applications.own_host"), ("https://a", "applications.host_malformed")]
)
def test_what_may_not_be_a_host_is_refused(world: World, host: str, code: str) -> None:
    """And nothing is written but the entry."""
    outcome = world.run(add_host, AddHost(host))

    assert isinstance(outcome, Refused)
    assert (outcome.code, hosts(world)) == (code, [])


def test_there_is_an_end_to_hosts(world: World) -> None:
    """Two hundred, and not one more."""
    for number in range(200):
        world.run(add_host, AddHost(f"app-{number}.example.org"))

    assert world.run(add_host, AddHost("one-more.example.org")) == Refused("applications.too_many_hosts", {"most": 200})


def test_a_host_is_removed(world: World) -> None:
    """In any spelling; what is not there is said to be missing."""
    world.run(add_host, AddHost("app.example.org"))
    removed = world.run(remove_host, RemoveHost("App.example.org", "no longer needed"))
    again = world.run(remove_host, RemoveHost("app.example.org"))
    odd = world.run(remove_host, RemoveHost("no host!"))

    assert removed == HostRemoved()
    assert (again, odd) == (Refused("applications.not_found"), Refused("applications.not_found"))
    assert hosts(world) == []


def test_a_host_of_doorwards_own_name_is_removed(world: World) -> None:
    """It was registered before the public address was this one."""
    world.run(add_host, AddHost("app.example.org"))
    moved = replace(world.runtime, site=Site("https://app.example.org", "node-1"))

    assert moved.run(remove_host, RemoveHost("app.example.org"), OWNER, API) == HostRemoved()
    assert hosts(world) == []


def test_each_act_is_recorded_with_its_host(world: World) -> None:
    """By whom, why, and what came of it."""
    olga = world.add_operator("olga", "administrator")
    world.run(add_host, AddHost("app.example.org", "the wiki"), olga)
    world.run(remove_host, RemoveHost("app.example.org"), olga)
    entries = [(one.act, one.outcome, one.actor_name, one.reason, one.details) for one in world.entries()]

    assert entries == [
        ("applications.added", "done", "olga", "the wiki", {"host": "app.example.org"}),
        ("applications.removed", "done", "olga", None, {"host": "app.example.org"}),
    ]


@pytest.mark.parametrize(("role", "reads", "changes"), [
    ("administrator", True, True), ("auditor", True, False), ("help-desk", False, False),
])  # fmt: skip
def test_rights_decide(world: World, role: str, *, reads: bool, changes: bool) -> None:
    """`applications:read` to look, `applications:modify` to change (RIGHT-1)."""
    grace = world.add_operator("grace", role)
    listed = world.run(list_hosts, ListHosts(), grace)
    added = world.run(add_host, AddHost("app.example.org"), grace)
    shown = world.run(show_configuration, ShowConfiguration("app.example.org", Proxy.NGINX), grace)
    removed = world.run(remove_host, RemoveHost("app.example.org"), grace)

    assert isinstance(listed, HostsListed) is reads
    assert isinstance(added, HostAdded) is changes
    assert isinstance(shown, ConfigurationShown) is changes
    assert isinstance(removed, HostRemoved) is changes


def test_a_configuration_is_of_a_registered_host(world: World) -> None:
    """Of another there is none to print."""
    world.run(add_host, AddHost("app.example.org:8443"))
    shown = world.run(show_configuration, ShowConfiguration("APP.example.org:8443", Proxy.CADDY))
    missing = world.run(show_configuration, ShowConfiguration("app.example.org", Proxy.CADDY))

    assert isinstance(shown, ConfigurationShown)
    assert "app.example.org:8443 {" in shown.text
    assert missing == Refused("applications.not_found")


def test_the_gate_is_told_the_hosts(world: World) -> None:
    """As a browser names them."""
    world.run(add_host, AddHost("app.example.org:8443"))
    with world.reading() as call:
        assert registered(call) == {"app.example.org:8443"}
