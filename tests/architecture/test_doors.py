import pkgutil
from collections.abc import Callable, Iterator
from importlib import import_module
from types import ModuleType
from typing import Any

import click
from fastapi.routing import APIRoute
from starlette.routing import Route

from doorward.doors import api
from doorward.doors.api.routing import Led, Routes
from doorward.doors.cli.root import root
from doorward.doors.console.app import routes as console_routes
from doorward.doors.gate.forward_auth import ForwardAuth
from doorward.features.jobs.actions.items import ITEM_ACTS, find_items
from doorward.kernel.act import Action, Who, registry
from tests.architecture.reach import acts_behind, is_step

WITHOUT_ACT = {
    "serve": "starts the server",
    "init": "makes what a first run makes; the link comes from there",
    "demo": "plays against a server over HTTP",
    "config show": "reads the settings",
    "database status": "looks at the schema",
    "database upgrade": "changes the schema",
}
"""Commands that touch nobody's account."""

LOOKS = {"open_link", "open_welcome_link", "show_pending", "show_set_up"}
"""Steps of sign-in by which a page only looks where things stand."""


def modules(package: ModuleType) -> Iterator[ModuleType]:
    """Import every module of a package."""
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        yield import_module(found.name)


def routes(package: ModuleType) -> list[Routes]:
    """Collect the routes that the modules of a door declare."""
    things = (thing for module in modules(package) for thing in vars(module).values())
    return list({id(thing): thing for thing in things if isinstance(thing, Routes)}.values())


def endpoints() -> Iterator[tuple[str, Callable[..., Any], Led]]:
    """Give each route of the API with its function and what it says it leads to."""
    for group in routes(api):
        led = {(one.method, one.path): one for one in group.led}
        for route in group.router.routes:
            assert isinstance(route, APIRoute)
            for method in route.methods or ():
                yield f"{method} {route.path}", route.endpoint, led[method, route.path]


def pages() -> Iterator[tuple[str, set[str]]]:
    """Give each page and form of the console with the acts behind it."""
    for route in console_routes():
        if isinstance(route, Route):
            acts = acts_behind(route.endpoint)
            yield from ((f"{method} {route.path}", acts) for method in (route.methods or set()) - {"HEAD"})


def changes() -> set[str]:
    """Name the acts that change something, views and lists apart, and all steps that are not mere looks."""
    acts = [action.act for action in registry]
    looking = {act.name for act in acts if not act.writes or (act.event or "").endswith(".viewed")}
    reached = {name for _, found in pages() for name in found}
    return ({act.name for act in acts} | reached) - looking - LOOKS


def commands(group: click.Group, words: tuple[str, ...] = ()) -> Iterator[tuple[str, Callable[..., Any]]]:
    """Give each command with its function."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None, name
        if isinstance(command, click.Group):
            yield from commands(command, (*words, name))
        elif command.callback is not None:
            yield " ".join((*words, name)), command.callback


def server_only() -> set[str]:
    """Name the acts that the server does by itself, and those by which its worker goes on with a job."""
    of_jobs = {find_items.act.name, *(action.act.name for action in ITEM_ACTS.values())}
    return {action.act.name for action in registry if action.act.who is Who.SERVER} | of_jobs


def test_every_api_route_says_what_it_leads_to() -> None:
    """A route leads to an act of the registry or to a step of sign-in."""
    acts = {id(action) for action in registry}

    def known(leads: object) -> bool:
        return id(leads) in acts if isinstance(leads, Action) else is_step(leads)

    assert [name for name, _, led in endpoints() if not known(led.leads)] == []


def test_every_api_route_leads_where_it_says() -> None:
    """The function behind a route runs the act that stands beside it."""

    def said(led: Led) -> str:
        return led.leads.act.name if isinstance(led.leads, Action) else led.leads.__name__

    assert [name for name, function, led in endpoints() if said(led) not in acts_behind(function)] == []


def test_every_command_leads_to_an_act() -> None:
    """A command runs an act, or is one of those that touch nobody's account."""
    silent = [name for name, function in commands(root) if not acts_behind(function)]

    assert [name for name in silent if name not in WITHOUT_ACT] == []


def test_commands_without_an_act_are_still_there() -> None:
    """The list of exceptions holds nothing that is gone, and nothing that has an act after all."""
    silent = {name for name, function in commands(root) if not acts_behind(function)}

    assert sorted(set(WITHOUT_ACT) - silent) == []


def test_every_form_leads_to_a_change() -> None:
    """What is posted is written by an act or a step, and by nothing beside them.

    What a script fetches for a passkey may only say what is to be signed.
    """
    changing = changes()
    forms = [(name, acts) for name, acts in pages() if name.startswith("POST") and not name.endswith("/options")]

    assert [name for name, acts in forms if not acts & changing] == []


def test_no_page_leads_to_a_change() -> None:
    """Following a link changes nothing, whatever its address says."""
    changing = changes()

    assert {name: acts & changing for name, acts in pages() if name.startswith("GET") and acts & changing} == {}


def test_every_act_has_a_door() -> None:
    """What can be done can be reached; the server's own acts apart."""
    reached = {name for _, function, _ in endpoints() for name in acts_behind(function)}
    reached |= {name for _, function in commands(root) for name in acts_behind(function)}
    reached |= {name for _, acts in pages() for name in acts} | acts_behind(ForwardAuth)

    unreached = [action.act.name for action in registry if action.act.name not in reached]
    assert [name for name in unreached if name not in server_only()] == []


def test_an_act_is_found_through_what_lies_between() -> None:
    """The walk itself goes through functions of the doors and through tables, and no further."""

    def between() -> object:
        return registry

    between.__module__ = "doorward.doors.example"

    assert acts_behind(between) == {action.act.name for action in registry}
    assert acts_behind(len) == set()
