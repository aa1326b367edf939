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
    """Start the demo as people do, with a folder of its own for what it makes."""
    env = clean_environment() | {"TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen([*DEMO, *words], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)


def address_in(said: str) -> str:
    """Find the server's address in what the demo has printed."""
    found = re.search(r"http://127\.0\.0\.1:\d+", said)
    assert found is not None, said
    return found[0]


def nobody_listens(address: str) -> bool:
    """Tell whether the port of an address is free."""
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", int(address.rpartition(":")[2]))) != 0


@pytest.mark.real_cost
def test_every_observation_is_right_and_the_server_can_be_kept(tmp_path: Path) -> None:
    """The unbroken demo ends with 0, and what it prints of the server that it keeps is true."""
    demo = start(tmp_path, "--keep")
    said, _ = demo.communicate(timeout=SECONDS)
    ends = re.search(r"kill (\d+); rm -r (\S+)", said)
    try:
        address = address_in(said)
        password = re.search(r"ada\.novak +(\S+)", said)
        answer = httpx.post(
            f"{address}/api/v1/sign-in",
            json={"user_name": "ada.novak", "password": password[1] if password else ""},
            timeout=SECONDS,
            trust_env=False,
        )

        assert demo.returncode == 0, said
        assert re.search(r"(\d+) of \1 observations were right", said)
        assert answer.json()["next"] == "code"
    finally:
        if ends is not None:
            os.kill(int(ends[1]), signal.SIGTERM)
    eventually(lambda: nobody_listens(address))
    assert ends is not None
    assert ends[2] == str(*tmp_path.iterdir())


@pytest.mark.parametrize("word", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_demo_leaves_nothing_behind(word: signal.Signals, tmp_path: Path) -> None:
    """Ctrl-C in the middle of a scene ends the server and removes its folder."""
    with start(tmp_path) as demo:
        said = ""
        while "✓" not in said:
            said += demo.stdout.readline() if demo.stdout else ""
        demo.send_signal(word)
        demo.communicate(timeout=SECONDS)

    assert demo.returncode == 130
    assert list(tmp_path.iterdir()) == []
    assert nobody_listens(address_in(said))


def test_a_server_that_does_not_start_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """The demo ends with 1 and the server's last words, not with a traceback."""
    code = play((sys.executable, "-c", "import sys; sys.exit('the disk is full')"))

    assert code == 1
    assert "the disk is full" in capsys.readouterr().out
