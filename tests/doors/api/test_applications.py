from tests.doors.served import Served


def test_hosts_are_added_listed_and_removed(served: Served) -> None:
    """Each call repeats without harm, but for the last, which says that nothing is there."""
    olga = served.operator()
    added = served.ask("PUT /forward-auth/hosts/App.example.org", {"reason": "the wiki"}, olga)
    again = served.ask("PUT /forward-auth/hosts/app.example.org", token=olga)
    listed = served.ask("GET /forward-auth/hosts", token=olga).json()
    removed = served.ask("DELETE /forward-auth/hosts/app.example.org", {"reason": "gone"}, olga)
    gone = served.ask("DELETE /forward-auth/hosts/app.example.org", token=olga)

    host = {"host": "app.example.org", "added_at": "2026-05-04T12:00:00Z", "added_by": "olga"}
    assert added.json() == {"outcome": "done", "host": host}
    assert again.json() == {"outcome": "unchanged", "host": host}
    assert listed == {"items": [host], "next": None}
    assert removed.json() == {"outcome": "done"}
    assert (gone.status, gone.code) == (404, "applications.not_found")


def test_a_port_is_part_of_a_host(served: Served) -> None:
    """And a name has one of them."""
    olga = served.operator()
    served.ask("PUT /forward-auth/hosts/app.example.org:8443", token=olga)
    other = served.ask("PUT /forward-auth/hosts/app.example.org", token=olga)

    assert (other.status, other.code) == (409, "applications.host_taken")


def test_what_is_no_host_is_refused(served: Served) -> None:
    """Doorward's own name neither."""
    olga = served.operator()
    odd = served.ask("PUT /forward-auth/hosts/a_b", token=olga)
    own = served.ask("PUT /forward-auth/hosts/login.example.org", token=olga)

    assert (odd.status, odd.code) == (422, "applications.host_malformed")
    assert (own.status, own.code) == (409, "applications.own_host")


def test_a_configuration_is_filled_in(served: Served) -> None:
    """For the web server that is named; nginx where none is."""
    olga = served.operator()
    served.ask("PUT /forward-auth/hosts/app.example.org", token=olga)
    nginx = served.ask("GET /forward-auth/hosts/app.example.org/configuration", token=olga).json()
    caddy = served.ask("GET /forward-auth/hosts/app.example.org/configuration?kind=caddy", token=olga).json()
    odd = served.ask("GET /forward-auth/hosts/app.example.org/configuration?kind=iis", token=olga)
    gone = served.ask("GET /forward-auth/hosts/wiki.example.org/configuration", token=olga)

    assert "server_name app.example.org;" in nginx["configuration"]
    assert "app.example.org {" in caddy["configuration"]
    assert (odd.status, odd.code) == (400, "request.malformed")
    assert (gone.status, gone.code) == (404, "applications.not_found")


def test_rights_decide(served: Served) -> None:
    """Whoever reads changes nothing; the help desk sees nothing."""
    aud, grace = served.operator("aud", "auditor"), served.operator("grace", "help-desk")
    read, changed = (
        served.ask(f"{line}", token=aud) for line in ("GET /forward-auth/hosts", "PUT /forward-auth/hosts/a")
    )
    unseen = served.ask("GET /forward-auth/hosts", token=grace)

    assert (read.status, changed.status, unseen.status) == (200, 403, 403)
    assert (changed.code, unseen.code) == ("rights.missing", "rights.missing")
