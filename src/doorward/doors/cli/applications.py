"""`doorward forward-auth`: the hosts whose visitors Doorward signs in, and their web servers' configuration."""

import re
from typing import Any
from urllib.parse import urlsplit

import click

from doorward.doors.cli.desk import Desk, with_desk
from doorward.doors.cli.options import DRY_RUN, REASON, YES, Group
from doorward.doors.cli.telling import print_json, print_table
from doorward.features.applications.actions.hosts import add_host, list_hosts, remove_host, show_configuration
from doorward.features.applications.model import (
    AddHost,
    ListHosts,
    Places,
    Proxy,
    RemoveHost,
    ShowConfiguration,
)
from doorward.kernel.outcome import Refused

EXAMPLES = """\b
Examples:
  doorward forward-auth add app.example.org --kind nginx --upstream http://127.0.0.1:3000
  doorward forward-auth show app.example.org --kind caddy
"""
_PLACE = re.compile(r"[A-Za-z0-9._:\[\]-]+")
HOST = click.argument("host", metavar="HOST")
KIND = click.option(
    "--kind", type=click.Choice([one.value for one in Proxy]), default="nginx", help="The web server in front: nginx."
)
UPSTREAM = click.option(
    "--upstream", metavar="URL", default=Places().upstream, help="Where the application listens: http://127.0.0.1:3000."
)


@click.group("forward-auth", cls=Group, epilog=EXAMPLES)
def forward_auth() -> None:
    """Show, add and remove the hosts whose web servers ask Doorward who is there. HOST is a name, with its port."""


@forward_auth.command("list", short_help="List the hosts.")
@with_desk
def list_all(desk: Desk) -> None:
    """List the registered hosts."""
    hosts = desk.run(list_hosts, ListHosts()).hosts
    if desk.as_json:
        print_json({"items": [{"host": o.named.host, "added_at": o.added_at, "added_by": o.added_by} for o in hosts]})
        return
    rows = [(one.named.host, one.added_at, one.added_by) for one in hosts]
    print_table(("host", "added (UTC)", "by"), rows, "There is no host.")


@forward_auth.command("add", short_help="Register a host, and print its web server's configuration.")
@HOST
@KIND
@UPSTREAM
@REASON
@DRY_RUN
@with_desk
def add(desk: Desk, host: str, *, kind: str, upstream: str, reason: str | None) -> None:
    """Register a host, and print the configuration of the web server in front of it on standard output."""
    places = _places(desk, upstream)
    outcome: Any = desk.run(add_host, AddHost(host, reason))
    named = outcome.host.named.host
    said = f"{named} was added." if outcome.status == "done" else f"{named} was there already."
    if desk.dry_run:
        desk.tell(outcome, said, host=named)
        return
    text = desk.run(show_configuration, ShowConfiguration(named, Proxy(kind), places)).text
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
@with_desk
def show(desk: Desk, host: str, kind: str, upstream: str) -> None:
    """Print the configuration of the web server in front of a registered host."""
    command = ShowConfiguration(host, Proxy(kind), _places(desk, upstream))
    text = desk.run(show_configuration, command).text
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


def _places(desk: Desk, upstream: str) -> Places:
    """Give the two addresses between which the web server stands."""
    parts = urlsplit(upstream)
    if parts.scheme not in {"http", "https"} or not _PLACE.fullmatch(parts.netloc):
        raise desk.refusal(Refused("applications.upstream_malformed"))
    scheme = "https" if desk.settings.tls_cert else "http"
    return Places(f"{scheme}://{desk.settings.listen}", f"{parts.scheme}://{parts.netloc}")
