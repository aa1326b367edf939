import stat
from pathlib import Path

import pytest

from tests import cluster
from tests.doors.cli.shell import Shell


def test_init_makes_all_and_prints_a_link(tmp_path: Path) -> None:
    """Closed to other users, with a link that is good once."""
    ran = Shell(tmp_path / "data").done("init")

    assert ran.lines[0] == "Made the data directory, its keys and its database."
    assert "http://127.0.0.1:8420/welcome/" in ran.out
    assert stat.S_IMODE((tmp_path / "data" / "doorward.key").stat().st_mode) == 0o600


def test_init_prints_another_link_until_there_is_an_administrator(shell: Shell) -> None:
    """Each is good for itself; afterwards there is none."""
    links = [shell.done("init", "--json").json["link"] for _ in range(2)]
    shell.add("ada", "--role", "administrator")
    after = shell.done("init").out

    assert links[0] != links[1]
    assert after == (
        "There is an administrator already, so there is no link to print.\n"
        "If no administrator can get in: `doorward rescue NAME`.\n"
    )


def test_the_link_is_made_from_the_public_address(tmp_path: Path) -> None:
    """As every link is."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "doorward.toml").write_text('public_url = "https://login.example.org"')

    assert Shell(tmp_path / "data").done("init", "--json").json["link"].startswith("https://login.example.org/welcome/")


def test_a_missing_key_file_stops_everything(shell: Shell) -> None:
    """One sentence, exit code 1, and no new key."""
    (shell.data / "doorward.key").unlink()
    for words in (["serve", "--listen", "127.0.0.1:0"], ["init"], ["account", "list"]):
        ran = shell(*words)

        assert (ran.code, "doorward.key is missing" in ran.err) == (1, True)
    assert not (shell.data / "doorward.key").exists()


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--listen", "nonsense"], 2, "it is an address and a port"),
        (["--workers", "0"], 2, "greater than or equal to 1"),
        (["--workers", "two"], 2, "'two' is not a valid integer"),
        (["--behind-proxy", "10.0.0.1/8"], 2, "has host bits set"),
        (["--tls-cert", "c.pem"], 2, "tls_cert and tls_key go together"),
        (["--tls-key", "k.pem"], 2, "tls_cert and tls_key go together"),
        (["--tls-cert", "/nowhere/c.pem", "--tls-key", "/nowhere/k.pem"], 1, "cannot be used"),
        (["--listen", "0.0.0.0:8420"], 3, "would send passwords over the network in the clear"),
    ],
)
def test_what_keeps_a_server_from_starting_ends_in_one_sentence(
    shell: Shell, words: list[str], code: int, said: str
) -> None:
    """Exit code 2 where an option's value cannot be, 1 where the machine stands in the way, 3 where it is refused."""
    ran = shell("serve", *words)

    assert (ran.code, said in ran.err.splitlines()[-1]) == (code, True), ran.err
    assert "Traceback" not in ran.err


@pytest.mark.parametrize("line", ['listen = "nonsense"', "workers = 0", 'tls_cert = "c.pem"'])
def test_what_is_wrong_in_the_file_is_no_wrong_word(shell: Shell, line: str) -> None:
    """The command was right: exit code 1, whatever other option was given."""
    (shell.data / "doorward.toml").write_text(line)

    assert shell("serve", "--behind-proxy", "10.0.0.0/8").code == 1


def test_listening_in_the_clear_is_refused_with_its_code(shell: Shell) -> None:
    """Wherever the address was named; scripts find reason and code on standard output."""
    by_option = shell("serve", "--listen", "0.0.0.0:8420", "--json")
    (shell.data / "doorward.toml").write_text('listen = "0.0.0.0:8420"')
    by_file = shell("serve")

    assert [ran.code for ran in (by_option, by_file)] == [3, 3]
    assert by_file.err.endswith("or listen on 127.0.0.1. (server.in_the_clear)\n")
    assert (by_option.json["outcome"], by_option.json["code"]) == ("refused", "server.in_the_clear")
    assert by_option.json["detail"].startswith("Listening on 0.0.0.0:8420 would send passwords")


def test_a_database_of_another_kind_is_left_alone(shell: Shell) -> None:
    """The file stays as it was."""
    (shell.data / "doorward.db").write_text("Dear diary, " * 500)
    ran = shell("serve", "--listen", "127.0.0.1:0")

    assert (ran.code, "is a file of another kind" in ran.err) == (1, True)
    assert (shell.data / "doorward.db").read_text().startswith("Dear diary")


def test_serve_begins_no_new_database_where_the_old_one_is_lost(shell: Shell) -> None:
    """Its path may be the wrong one; `init` begins anew, for whoever means it."""
    (shell.data / "doorward.db").unlink()
    served = shell("serve", "--listen", "127.0.0.1:0")

    assert (served.code, "nothing is in the database" in served.err, "/welcome/" in served.out) == (1, True, False)
    assert not (shell.data / "doorward.db").exists()
    assert "/welcome/" in shell.done("init").out


@pytest.mark.postgresql
def test_serve_begins_with_no_wrong_database_of_a_server(shell: Shell) -> None:
    """A name that was mistyped leads to an empty one."""
    with cluster.database() as address:
        (shell.data / "doorward.toml").write_text(f'database = "{address}"')
        served = shell("serve", "--listen", "127.0.0.1:0")

    assert (served.code, "nothing is in the database" in served.err, "/welcome/" in served.out) == (1, True, False)
