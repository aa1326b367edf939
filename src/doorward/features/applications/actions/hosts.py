"""Registering hosts, and what stands in the configuration of the proxy in front of one."""

from doorward.edges.call import Call
from doorward.features.applications import store
from doorward.features.applications.model import (
    AddHost,
    ConfigurationShown,
    Host,
    HostAdded,
    HostRemoved,
    HostsListed,
    HostUnchanged,
    ListHosts,
    RemoveHost,
    ShowConfiguration,
)
from doorward.features.applications.rules import configurations
from doorward.features.applications.rules import hosts as rules
from doorward.kernel.act import act
from doorward.kernel.addresses import host_name
from doorward.kernel.ids import HostId, new_id
from doorward.kernel.outcome import Refused


@act("applications:read", event=None, writes=False)
def list_hosts(call: Call, command: ListHosts) -> HostsListed:
    """List the registered hosts, by name."""
    return HostsListed(tuple(store.hosts(call.sql)))


@act("applications:read", event=None, writes=False)
def show_configuration(call: Call, command: ShowConfiguration) -> ConfigurationShown | Refused:
    """Fill in the configuration of the proxy in front of a registered host."""
    host = _registered(call, command.host)
    if isinstance(host, Refused):
        return host
    return ConfigurationShown(configurations.filled_in(command, host.named, host_name(call.site.public_url)))


@act("applications:modify", event="applications.added")
def add_host(call: Call, command: AddHost) -> HostAdded | HostUnchanged | Refused:
    """Register a host: its visitors are signed in by Doorward from now on."""
    named = rules.parse(command.host, call.site.public_url)
    if isinstance(named, Refused):
        return named
    call.note.details["host"] = named.host
    before = store.by_name(call.sql, named.name)
    if refused := rules.judge_name(named, None if before is None else before.named):
        return refused
    if before is not None:
        return HostUnchanged(before)
    if refused := rules.judge_count(store.count_hosts(call.sql)):
        return refused
    host = Host(HostId(new_id(call.now, call.entropy)), named, call.now, call.actor.name)
    store.add_host(call.sql, host)
    return HostAdded(host)


@act("applications:modify", event="applications.removed")
def remove_host(call: Call, command: RemoveHost) -> HostRemoved | Refused:
    """Register a host no longer, and sign everybody out there; their sessions stay."""
    host = _registered(call, command.host)
    if isinstance(host, Refused):
        return host
    call.note.details["host"] = host.named.host
    return HostRemoved() if store.remove_host(call.sql, host.id) else Refused("applications.not_found")


def registered(call: Call) -> frozenset[str]:
    """Name the registered hosts: for the gate, which sends nobody to any other."""
    return frozenset(host.named.host for host in store.hosts(call.sql))


def _registered(call: Call, host: str) -> Host | Refused:
    named = rules.read(host)
    found = None if isinstance(named, Refused) else store.by_host(call.sql, named.host)
    return found or Refused("applications.not_found")
