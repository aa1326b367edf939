"""Hosts whose web servers ask Doorward who is there (`GET /forward-auth`)."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import Path, Query, Response
from pydantic import Field

from doorward.doors.api.answers import answer
from doorward.doors.api.asked import Holder
from doorward.doors.api.given import Body, Reason
from doorward.doors.api.routing import Routes
from doorward.doors.api.shapes import OutcomeJson, Page, Shape
from doorward.features.applications.actions.hosts import add_host, list_hosts, remove_host, show_configuration
from doorward.features.applications.model import (
    AddHost,
    Host,
    ListHosts,
    Proxy,
    RemoveHost,
    ShowConfiguration,
)
from doorward.kernel.outcome import Refused

routes = Routes("applications")

HostIn = Annotated[
    str, Path(max_length=260, description="a name such as app.example.org, with its port where that is not 443")
]


class HostJson(Shape):
    """A registered host."""

    host: str
    added_at: datetime
    added_by: str = Field(description="the user name of whoever added it")


class HostAddedJson(Shape):
    """What came of it, and the host as it is registered."""

    outcome: Literal["done", "unchanged"]
    host: HostJson


class ConfigurationJson(Shape):
    """What stands in the configuration of a host's web server."""

    configuration: str


class HostReason(Body):
    """Why, if it is to be said."""

    reason: Reason | None = None


@routes.on("GET /forward-auth/hosts", list_hosts, Page[HostJson])
def read_hosts(asked: Holder) -> Response:
    """List the hosts whose visitors are signed in here, by name; they are all on one page."""
    outcome = asked.run(list_hosts, ListHosts())
    if isinstance(outcome, Refused):
        return asked.refuse(outcome)
    return answer(Page(items=[_host(one) for one in outcome.hosts], next=None))


@routes.on(
    "PUT /forward-auth/hosts/{host}", add_host, HostAddedJson,
    (
        "applications.host_malformed", "applications.own_host", "applications.host_taken",
        "applications.too_many_hosts", "request.reason",
    ),
)  # fmt: skip
def put_host(host: HostIn, asked: Holder, body: HostReason | None = None) -> Response:
    r"""Register a host: its web server may ask `GET /forward-auth` who is there.

    curl -s -X PUT https://login.example.org/api/v1/forward-auth/hosts/app.example.org \
      -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' -d '{"reason": "the wiki"}'
    """
    outcome = asked.run(add_host, AddHost(host, None if body is None else body.reason))
    if isinstance(outcome, Refused):
        return asked.refuse(outcome)
    return answer(HostAddedJson(outcome=outcome.status, host=_host(outcome.host)))


@routes.on(
    "GET /forward-auth/hosts/{host}/configuration", show_configuration, ConfigurationJson,
    ("applications.not_found",),
)  # fmt: skip
def read_configuration(
    host: HostIn, asked: Holder, kind: Annotated[Proxy, Query(description="the web server")] = Proxy.NGINX
) -> Response:
    """Fill in the configuration of the web server in front of a host; the two addresses in it are examples."""
    outcome = asked.run(show_configuration, ShowConfiguration(host, kind))
    return asked.told(outcome, lambda shown: ConfigurationJson(configuration=shown.text))


@routes.on("DELETE /forward-auth/hosts/{host}", remove_host, OutcomeJson, ("applications.not_found", "request.reason"))
def forget_host(host: HostIn, asked: Holder, body: HostReason | None = None) -> Response:
    """Remove a host; within a second nobody is signed in there any more, while their sessions stay."""
    outcome = asked.run(remove_host, RemoveHost(host, None if body is None else body.reason))
    return asked.told(outcome, lambda removed: OutcomeJson(outcome=removed.status))


def _host(host: Host) -> HostJson:
    return HostJson(host=host.named.host, added_at=host.added_at, added_by=host.added_by)
