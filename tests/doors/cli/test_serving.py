import stat
from pathlib import Path

import pytest

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
    assert after == "There is an administrator already, so there is no link to print.\n"


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
    ("words", "said"),
    [
        (["--listen", "0.0.0.0:8420"], "would send passwords over the network in the clear"),
        (["--listen", "nonsense"], "it is an address and a port"),
        (["--workers", "0"], "greater than or equal to 1"),
        (["--behind-proxy", "10.0.0.1/8"], "has host bits set"),
        (["--tls-cert", "c.pem"], "tls_cert and tls_key go together"),
        (["--tls-cert", "/nowhere/c.pem", "--tls-key", "/nowhere/k.pem"], "cannot be used"),
    ],
)
def test_what_keeps_a_server_from_starting_is_one_sentence(shell: Shell, words: list[str], said: str) -> None:
    """Exit code 1, no traceback."""
    ran = shell("serve", *words)

    assert (ran.code, said in ran.err) == (1, True), ran.err
    assert len(ran.err.splitlines()) == 1


def test_a_database_of_another_kind_is_left_alone(shell: Shell) -> None:
    """The file stays as it was."""
    (shell.data / "doorward.db").write_text("Dear diary, " * 500)
    ran = shell("serve", "--listen", "127.0.0.1:0")

    assert (ran.code, "is a file of another kind" in ran.err) == (1, True)
    assert (shell.data / "doorward.db").read_text().startswith("Dear diary")
