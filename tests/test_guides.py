"""The guides run: each command of the API guide, as it stands, against a server."""

import base64
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

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
