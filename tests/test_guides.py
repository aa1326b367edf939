"""The guides hold: the API guide's commands run against a server, and every command line that a page shows exists."""

import base64
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from doorward.doors.cli.root import root
from tests.launcher import clean_environment
from tests.storms.town import PASSWORD, Town, town

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "docs" / "how-to" / "api.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.DOTALL | re.MULTILINE)
NEEDS = ("curl", "jq", "oathtool")
FROM_THE_MAILBOX = """MAILED=
for turn in $(seq 100); do
  MAILED=$(cat "$MAILBOX"/new/* 2>/dev/null | tr -d '\\r' | sed -n 's/^ *\\([0-9]\\{6\\}\\)$/\\1/p' | tail -n 1)
  [ -z "$MAILED" ] || break
  sleep 0.1
done
"""
"""What stands for reading the mail: the guide shows some code."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Launch a server with Bram, whose phone will be lost."""
    with town(tmp_path_factory.mktemp("guides")) as begun:
        begun.add("bram")
        yield begun


def script(server: Town) -> str:
    """Put the guide's commands together, with this server's address and its mailbox."""
    commands = "\n".join(BLOCK.findall(GUIDE.read_text(encoding="utf-8")))
    placed = commands.replace("https://login.example.org", server.url).replace("MAILED=492039\n", FROM_THE_MAILBOX)
    return f"set -euxo pipefail\n{placed}"


@pytest.mark.skipif(None in map(shutil.which, NEEDS), reason="curl, jq or oathtool is missing")
def test_every_command_of_the_api_guide_does_what_it_says(server: Town, tmp_path: Path) -> None:
    """In one shell, from signing in to signing out; whatever one of them checks holds."""
    secrets = {"PASSWORD": PASSWORD, "SECRET_KEY": base64.b32encode(server.olga.secret).decode()}
    ran = subprocess.run(
        ["bash", "-c", script(server)],
        cwd=tmp_path,
        env=clean_environment() | secrets | {"MAILBOX": str(server.server.data / "mail")},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert ran.returncode == 0, ran.stdout[-600:] + ran.stderr[-1500:]
    assert [entry["act"] for entry in server.listed("/audit", actor="olga", act="policy")] == ["policy.changed"] * 2
    assert (tmp_path / "locks.csv").read_text().startswith("id,at,act,")


def test_the_guide_has_commands(server: Town) -> None:
    """And all of them are the API's: none was lost in an edit."""
    assert script(server).count("$API") > 25


SHELL_LINE = re.compile(r"^(?:\./doorward\.sh|doorward) ([a-z].*)$", re.MULTILINE)
IN_A_SENTENCE = re.compile(r"`(?:\./doorward\.sh|doorward) ([a-z][^`…]*)`")
PAGES = sorted([*ROOT.glob("docs/**/*.md"), ROOT / "README.md"])
NOT_OURS = ("test", "backup", "restore", "key rotate", "audit verify", "database move", "breach import")
"""What `doorward.sh` takes for itself, and what the rules name and is not built yet."""


def shown(page: Path) -> list[str]:
    """List the command lines of a page, in its blocks and in its sentences."""
    text = page.read_text(encoding="utf-8")
    return [line.partition("  #")[0] for pattern in (SHELL_LINE, IN_A_SENTENCE) for line in pattern.findall(text)]


def missing(line: str) -> str | None:
    """Say what of a command line the program does not know: a word of its command, or an option."""
    words = shlex.split(line.replace("\\", ""))
    command: click.Command = root
    context = click.Context(root)
    while words and isinstance(command, click.Group):
        found = command.get_command(context, words[0])
        if found is None:
            return words[0]
        command, context = found, click.Context(found, parent=context)
        words = words[1:]
    known = {option for one in command.params for option in (*one.opts, *one.secondary_opts)}
    known |= {"--data", "--json", "--help", "--version"}
    return next((word for word in words if word.startswith("--") and word.partition("=")[0] not in known), None)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_command_line_that_a_page_shows_is_one(page: Path) -> None:
    """Whoever types it from the page is understood, unless the page says that it is planned."""
    lines = [line for line in shown(page) if not line.startswith(NOT_OURS)]

    assert {line: missing(line) for line in lines if missing(line)} == {}


def test_a_command_line_that_is_none_is_found() -> None:
    """The check itself sees a word and an option that are not there."""
    assert missing("account unlok ada") == "unlok"
    assert missing("account unlock ada --becuase x") == "--becuase"
    assert missing("account unlock ada --reason x --json") is None
