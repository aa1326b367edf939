"""`doorward serve`, `init` and `demo`: starting a server, and what its first run makes."""

from functools import partial
from typing import Any

import click

from doorward.config import Settings
from doorward.doors.cli.options import Command, settings_of, wants_json
from doorward.doors.cli.program import Program, Welcome
from doorward.doors.cli.telling import obstacles_told, print_json, text_of
from doorward.edges import data_directory


@click.command("serve", cls=Command)
@click.option("--listen", metavar="HOST:PORT", help="Where to listen; 127.0.0.1:8420 if nothing says otherwise.")
@click.option("--workers", type=int, metavar="N", help="Server processes; 1 if nothing says otherwise.")
@click.option("--behind-proxy", metavar="CIDR,...", help="Networks of proxies whose forwarded headers are believed.")
@click.option("--tls-cert", metavar="FILE", type=click.Path(), help="Certificate chain, to end TLS here.")
@click.option("--tls-key", metavar="FILE", type=click.Path(), help="Its private key.")
def serve(**given: Any) -> None:
    """Start the server, and go on until it is stopped.

    On nothing it makes the data directory, keys and database, and prints the link for the first administrator.
    """
    context = click.get_current_context()
    options = {name: value for name, value in given.items() if value is not None}
    program, loaded = settings_of(context, options)
    with obstacles_told():
        data_directory.must_not_be_moved(loaded.settings)
        code = program.serve(loaded.settings, partial(_tell_start, as_json=wants_json(context)))
    context.exit(code)


@click.command("init", cls=Command)
def init() -> None:
    """Make the data directory, keys and database, and print the link for the first administrator.

    Run again it prints another link, until there is an administrator.
    """
    context = click.get_current_context()
    program, loaded = settings_of(context, {})
    with obstacles_told():
        data_directory.take_on_owner(loaded.settings.data)
        data_directory.must_not_be_moved(loaded.settings)
        tell_welcome(program.first_run(loaded.settings), as_json=wants_json(context))


@click.command("demo", cls=Command)
@click.option("--keep", is_flag=True, help="Leave the server running, and print its address and accounts.")
@click.pass_obj
def demo(program: Program, *, keep: bool) -> None:
    """Play the main job from end to end on a throw-away server.

    It starts a server of its own on a free port, adds 200 people, and plays two stories over HTTP: somebody is locked
    out by guesses and let in again, and a lost phone is replaced. Each line is something that was observed, beside
    what the server answered. It takes about a minute, part of it waiting for codes, which work only once. The data
    directory is one of its own, whatever --data says.

    Exit code 0: every observation was right; 1: one was not. Nothing is left behind, unless --keep says so.
    """
    context = click.get_current_context()
    context.exit(program.demo(keep=keep, as_json=wants_json(context)))


def _tell_start(settings: Settings, welcome: Welcome, *, as_json: bool) -> None:
    """Say the address to open; on a first run also what was made, and the link."""
    if as_json or welcome.made or welcome.link is not None:
        tell_welcome(welcome, as_json=as_json)
    if not as_json:
        click.echo(f"Doorward is at {settings.public_url} (data in {settings.data}). Ctrl C stops it.")


def tell_welcome(welcome: Welcome, *, as_json: bool) -> None:
    """Tell what a first run has made, and the link for the first administrator."""
    link = None if welcome.link is None else f"{welcome.address}{welcome.link.reveal()}"
    if as_json:
        made = {"address": welcome.address, "made": welcome.made}
        print_json({**made, "link": link, "expires_at": welcome.expires_at})
        return
    if welcome.made:
        click.echo("Made the data directory, its keys and its database.")
    if link is None:
        click.echo("There is an administrator already, so there is no link to print.")
        click.echo("If no administrator can get in: `doorward rescue NAME`.")
        return
    click.echo(f"The first administrator comes in by this link, once, until {text_of(welcome.expires_at)} UTC:\n")
    click.echo(f"  {link}\n")
