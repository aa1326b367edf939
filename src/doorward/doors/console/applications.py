"""Hosts whose web servers ask who is there: the list, adding and removing one, and its web server's configuration."""

from typing import Any

from starlette.responses import Response

from doorward.doors.console.operator import may, shell, signed_in, word_for
from doorward.doors.console.pages import at_field
from doorward.doors.console.visit import Visit
from doorward.features.applications.actions.hosts import add_host, list_hosts, remove_host, show_configuration
from doorward.features.applications.model import (
    AddHost,
    ConfigurationShown,
    ListHosts,
    Proxy,
    RemoveHost,
    ShowConfiguration,
)
from doorward.features.sessions.model import SessionShown
from doorward.kernel.outcome import Refused

_HERE = "/console/applications"
_ADD = add_host.act
_FIELDS = {
    "request.reason": "reason",
    "applications.host_malformed": "host",
    "applications.host_taken": "host",
    "applications.own_host": "host",
}


def show_hosts(visit: Visit) -> Response:
    """Show the hosts; what is staged, and a configuration, have an address."""
    return _page(visit)


def take_host(visit: Visit) -> Response:
    """Register a host, and go on to its web server's configuration."""
    command = AddHost(visit.form.get("host", ""), visit.form.get("reason", ""))
    outcome = visit.run_with_reason(add_host, command)
    if isinstance(outcome, Refused):
        return _page(visit, outcome, "add")
    return visit.go(f"{_HERE}?host={outcome.host.named.host}&done={word_for(outcome, 'host-added')}")


def remove(visit: Visit) -> Response:
    """Remove a host, and sign everybody out there."""
    host = visit.request.path_params["host"]
    outcome = visit.run_with_reason(remove_host, RemoveHost(host, visit.form.get("reason", "")))
    if isinstance(outcome, Refused):
        return _page(visit, outcome, "remove", host)
    return visit.go(f"{_HERE}?done=host-removed")


@signed_in
def _page(
    visit: Visit, shown: SessionShown, refused: Refused | None = None, stage: str = "", host: str = ""
) -> Response:
    found = visit.run(list_hosts, ListHosts())
    if isinstance(found, Refused):
        return visit.problem(found, "/console")
    names = [one.named.host for one in found.hosts]
    asked = host or visit.query.get("host", "")
    errors = at_field(refused, _FIELDS)
    return visit.form_page(
        "applications.html",
        refused,
        errors,
        **shell(visit, shown),
        hosts=[{"host": one.named.host, "added_at": one.added_at, "added_by": one.added_by} for one in found.hosts],
        stage=stage or visit.query.get("stage", ""),
        host=asked if asked in names else None,
        **_configuration(visit, asked),
        may={"change": may(shown, _ADD)},
        form=visit.kept,
    )


def _configuration(visit: Visit, host: str) -> dict[str, Any]:
    """Fill in the configuration of the web server that the address names; nginx where it names none."""
    named = visit.query.get("kind", "")
    kind = Proxy(named) if named in set(Proxy) else Proxy.NGINX
    shown = visit.run(show_configuration, ShowConfiguration(host, kind))
    text = shown.text if isinstance(shown, ConfigurationShown) else None
    return {"kind": kind.value, "kinds": [one.value for one in Proxy], "configuration": text}
