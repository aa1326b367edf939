"""`doorward forward-auth`: the hosts whose visitors Doorward signs in, and their web servers' configuration."""

import re
from typing import Any
from urllib.parse import urlsplit

import click

from doorward.doors.cli.desk import Desk, with_desk
from doorward.doors.cli.options import DRY_RUN, REASON, YES, CommandGroup
from doorward.doors.cli.telling import print_json, print_table
from doorward.features.applications.actions.hosts import add_host, list_hosts, remove_host, show_configuration
from doorward.features.applications.model import (
    AddHost,
    ListHosts,
    Proxy,
    ProxyPlaces,
    RemoveHost,
    ShowConfiguration,
)
from doorward.kernel.addresses import HIGHEST_PORT
from doorward.kernel.outcome import Refused

EXAMPLES = """\b
Examples:
  doorward forward-auth add app.example.org --kind nginx --upstream http://127.0.0.1:3000
  doorward forward-auth show app.example.org --kind caddy
  doorward forward-auth show app.example.org --node 10.0.0.1:8420 --node 10.0.0.2:8420
"""
_PLACE = re.compile(r"(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?")
_HTTP = 80
HOST = click.argument("host", metavar="HOST")
KIND = click.option(
    "--kind",
    type=click.Choice([one.value for one in Proxy]),
    default="nginx",
    help="The web server in front; nginx if left out.",
)
UPSTREAM = click.option(
    "--upstream",
    metavar="URL",
    default=ProxyPlaces().upstream,
    help="Where the application listens; http://127.0.0.1:3000 if left out.",
)


def _nodes(context: click.Context, option: click.Parameter, given: tuple[str, ...]) -> tuple[str, ...]:
    """Check the addresses of nodes."""
    del context, option
    for one in given:
        if not _is_place(one):
            raise click.BadParameter("it is an address and a port such as 10.0.0.1:8420 or [::1]:8420")
    return given


def _is_place(given: str, default_port: int = 0) -> bool:
    """Return whether something is an address with a port, which may be left out where there is one by default."""
    found = _PLACE.fullmatch(given)
    return found is not None and 0 < int(found["port"] or default_port) <= HIGHEST_PORT


NODE = click.option(
    "--node",
    "nodes",
    metavar="HOST:PORT",
    multiple=True,
    callback=_nodes,
    help="Where a node of Doorward listens; repeat it for each.",
)


@click.group("forward-auth", cls=CommandGroup, epilog=EXAMPLES)
def forward_auth() -> None:
    """Show, add and remove the hosts whose web servers ask Doorward who is there. HOST is a name, with its port."""


@forward_auth.command("list", short_help="List the hosts.")
@with_desk
def list_all(desk: Desk) -> None:
    """List the registered hosts."""
    hosts = desk.run(list_hosts, ListHosts()).hosts
    if desk.as_json:
        items = [{"host": one.named.host, "added_at": one.added_at, "added_by": one.added_by} for one in hosts]
        print_json({"items": items, "next": None})
        return
    rows = [(one.named.host, one.added_at, one.added_by) for one in hosts]
    print_table(("host", "added (UTC)", "by"), rows, "There is no host.")


@forward_auth.command("add", short_help="Register a host, and print its web server's configuration.")
@HOST
@KIND
@UPSTREAM
@NODE
@REASON
@DRY_RUN
@with_desk
def add(desk: Desk, host: str, *, reason: str | None, **given: Any) -> None:
    """Register a host, and print the configuration of the web server in front of it on standard output.

    It asks this node, unless --node names others: then all of them, one instead of another that does not answer.
    """
    wanted = _wanted(desk, host, **given)
    outcome: Any = desk.run(add_host, AddHost(host, reason))
    named = outcome.host.named.host
    said = f"{named} was added." if outcome.status == "done" else f"{named} was there already."
    if desk.dry_run:
        desk.tell(outcome, said, host=named)
        return
    text = desk.run(show_configuration, wanted).text
    if desk.as_json:
        desk.tell(outcome, said, host=named, configuration=text)
        return
    click.echo(said, err=True)
    click.echo(text, nl=False)
    if not desk.settings.behind_proxy:
        click.echo("\nStart Doorward with --behind-proxy, so that it believes the web server.", err=True)


@forward_auth.command("show", short_help="Print the configuration of a host's web server.")
@HOST
@KIND
@UPSTREAM
@NODE
@with_desk
def show(desk: Desk, host: str, **given: Any) -> None:
    """Print the configuration of the web server in front of a registered host.

    It asks this node, unless --node names others: then all of them, one instead of another that does not answer.
    """
    text = desk.run(show_configuration, _wanted(desk, host, **given)).text
    if desk.as_json:
        print_json({"host": host, "configuration": text})
    else:
        click.echo(text, nl=False)


@forward_auth.command("remove", short_help="Remove a host; whoever is signed in there is signed out there.")
@HOST
@REASON
@YES
@DRY_RUN
@with_desk
def remove(desk: Desk, host: str, *, reason: str | None, yes: bool) -> None:
    """Remove a host; within a second nobody is signed in there any more, while their sessions stay."""
    desk.confirm(f"Remove the host {host}, and sign everybody out there?", yes=yes)
    outcome = desk.run(remove_host, RemoveHost(host, reason))
    desk.tell(outcome, f"{host} was removed.")


def _wanted(desk: Desk, host: str, *, kind: str, upstream: str, nodes: tuple[str, ...]) -> ShowConfiguration:
    """Return which configuration is wanted: the web server, and the addresses between which it stands."""
    parts = urlsplit(upstream)
    beyond = parts.path.strip("/") or parts.query or parts.fragment
    if parts.scheme not in {"http", "https"} or not _is_place(parts.netloc, _HTTP) or beyond:
        raise desk.refusal(Refused("applications.upstream_malformed"))
    scheme = "https" if desk.settings.tls_cert else "http"
    places = ProxyPlaces(nodes or (desk.settings.listen,), scheme, f"{parts.scheme}://{parts.netloc}")
    return ShowConfiguration(host, Proxy(kind), places)
