import pytest

from tests.doors.cli.shell import Shell


def test_a_host_is_added_with_its_configuration(shell: Shell) -> None:
    """What is printed can be written into a file; what is said besides stands on standard error."""
    first = shell.done("forward-auth", "add", "app.example.org", "--upstream", "http://10.0.0.7:3000/")
    again = shell.done("forward-auth", "add", "app.example.org", "--kind", "caddy")

    assert first.out.startswith("# app.example.org asks Doorward who is there.")
    assert "proxy_pass http://10.0.0.7:3000;" in first.out
    assert "    server 127.0.0.1:8420 max_fails" in first.out
    assert "app.example.org was added." in first.err
    assert "--behind-proxy" in first.err
    assert "was there already" in again.err
    assert "forward_auth http://127.0.0.1:8420 {" in again.out


def test_a_host_is_shown_listed_and_removed(shell: Shell) -> None:
    """By the owner of the server."""
    shell.done("forward-auth", "add", "app.example.org", "--reason", "the wiki")
    shown = shell.done("forward-auth", "show", "app.example.org", "--kind", "traefik").out
    listed = shell.done("forward-auth", "list")
    as_json = shell.done("forward-auth", "list", "--json").json
    removed = shell.done("forward-auth", "remove", "app.example.org", "--yes").out

    assert "authResponseHeaders" in shown
    assert listed.lines[1].startswith("app.example.org ")
    assert ([one["host"] for one in as_json["items"]], as_json["next"]) == (["app.example.org"], None)
    assert removed == "app.example.org was removed.\n"
    assert shell.done("forward-auth", "list").out == "There is no host.\n"


def test_everything_is_told_as_json(shell: Shell) -> None:
    """With the configuration in it."""
    added = shell.done("forward-auth", "add", "app.example.org", "--json").json
    shown = shell.done("forward-auth", "show", "app.example.org", "--json").json

    assert (added["outcome"], added["host"]) == ("done", "app.example.org")
    assert added["configuration"] == shown["configuration"]


def test_a_rehearsal_adds_nothing(shell: Shell) -> None:
    """And prints no configuration, which would be of no use."""
    said = shell.done("forward-auth", "add", "app.example.org", "--dry-run").out

    assert said == "Would be done: app.example.org was added.\n"
    assert shell.done("forward-auth", "list").out == "There is no host.\n"


@pytest.mark.parametrize(
    "upstream",
    [
        "127.0.0.1:3000",
        "ftp://a",
        "http://",
        "http://a b",
        "http://a;b",
        "http://a/path",
        "http://a/?b",
        "http://a/#c",
        "http://a:99999",
    ],
)
def test_an_odd_upstream_is_refused(shell: Shell, upstream: str) -> None:
    """Before anything is registered."""
    ran = shell("forward-auth", "add", "app.example.org", "--upstream", upstream)

    assert (ran.code, "applications.upstream_malformed" in ran.err) == (2, True)
    assert shell.done("forward-auth", "list").out == "There is no host.\n"


def test_the_nodes_are_named(shell: Shell) -> None:
    """As many as there are; this node's own address where none is."""
    added = shell.done("forward-auth", "add", "app.example.org", "--node", "10.0.0.1:8420", "--node", "[::1]:8421").out
    shown = shell.done("forward-auth", "show", "app.example.org", "--kind", "caddy", "--node", "oak:8420").out

    assert "    server 10.0.0.1:8420 max_fails=2 fail_timeout=5s;\n    server [::1]:8421 max_fails" in added
    assert "127.0.0.1:8420" not in added
    assert "forward_auth http://oak:8420 {" in shown


@pytest.mark.parametrize(
    "node", ["oak", "oak:", ":8420", "oak:0", "oak:70000", "http://oak:8420", "a b:1", "a;b:1", "::1:8420"]
)
def test_an_odd_node_is_refused(shell: Shell, node: str) -> None:
    """Before anything is registered."""
    ran = shell("forward-auth", "add", "app.example.org", "--node", node)

    assert (ran.code, "such as" in ran.err) == (2, True)
    assert shell.done("forward-auth", "list").out == "There is no host.\n"


def test_what_is_not_registered_is_said(shell: Shell) -> None:
    """With the exit code of what is not found."""
    shown, removed = shell("forward-auth", "show", "a.example"), shell("forward-auth", "remove", "a.example", "--yes")

    assert (shown.code, removed.code) == (4, 4)
