import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from doorward.demo.main import play
from tests.launcher import ROOT, clean_environment, eventually

SECONDS = 300
"""Far more than the demo takes on any machine."""
DEMO = (sys.executable, "-m", "doorward", "demo")


def start(folder: Path, *words: str) -> subprocess.Popen[str]:
    """Start the demo as people do at a terminal, with a folder of its own for what it makes.

    Tests may run in the background, where Ctrl-C is ignored, and what is ignored is handed on to children.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    env = clean_environment() | {"TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        [*DEMO, *words], cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def nobody_listens(address: str) -> bool:
    """Tell whether the port of an address is free."""
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", int(address.rpartition(":")[2]))) != 0


def gives_next(address: str, account: dict[str, str]) -> str:
    """Sign in to a server with a password, and say which step comes next."""
    body = {"user_name": account["user_name"], "password": account["password"]}
    answer = httpx.post(f"{address}/api/v1/sign-in", json=body, timeout=SECONDS, trust_env=False)
    return str(answer.json()["next"])


@pytest.mark.real_cost
def test_every_observation_is_right_and_the_server_can_be_kept(tmp_path: Path) -> None:
    """The unbroken demo ends with 0, and what it says of the server that it keeps is true."""
    demo = start(tmp_path, "--keep", "--json")
    said, story = demo.communicate(timeout=SECONDS)
    kept = json.loads(said)
    try:
        steps = [gives_next(kept["address"], account) for account in kept["accounts"]]
    finally:
        os.kill(kept["process"], signal.SIGTERM)
    eventually(lambda: nobody_listens(kept["address"]))

    assert demo.returncode == 0, story
    assert [one for one in kept["observations"] if not one["right"]] == []
    assert f"{len(kept['observations'])} of {len(kept['observations'])} observations were right" in story
    assert f"kill {kept['process']}; rm -r {kept['folder']}" in story
    assert steps == ["code", "code", "code", "code"]


@pytest.mark.parametrize("word", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_leaves_nothing_behind(word: signal.Signals, tmp_path: Path) -> None:
    """Ctrl-C in the middle of a scene ends the server and removes its folder."""
    with start(tmp_path) as demo:
        said = ""
        for line in demo.stdout or ():
            said += line
            if "✓" in line:
                break
        demo.send_signal(word)
        demo.communicate(timeout=SECONDS)

    assert demo.returncode == 130
    assert list(tmp_path.iterdir()) == []
    assert nobody_listens(re.findall(r"http://[\d.:]+", said)[0])


def test_a_server_that_does_not_start_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """The demo ends with 1 and the server's last words, not with a traceback."""
    code = play((sys.executable, "-c", "import sys; sys.exit('the disk is full')"))

    assert code == 1
    assert "the disk is full" in capsys.readouterr().out
