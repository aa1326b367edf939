"""B2: session checks a second, against a bare ASGI answer on the same server, workers and parser."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import people
from bench.measuring import NotMeasured, Row, data_directory, free_port, median, serving, wait_for

ROUNDS = 5
SECONDS = 4
CONNECTIONS = 32
SESSIONS = 100_000
PEOPLE = 1000
GOAL = 0.50

_LUA = """
local tokens, at = {}, 0
function init(args) for line in io.lines(args[1]) do tokens[#tokens + 1] = line end; at = math.random(#tokens) end
function request()
  at = at % #tokens + 1
  return wrk.format("GET", "/api/v1/session", { authorization = "Bearer " .. tokens[at] })
end
"""


def measure(rounds: int = ROUNDS, sessions: int = SESSIONS) -> Row:
    """Alternate between the bare server and the product; one token after the other, and a few hot ones."""
    if shutil.which("wrk") is None:
        raise NotMeasured("wrk is not installed (Debian: apt-get install wrk)")
    bare, hot, cold = [], [], []
    with data_directory() as data, tempfile.TemporaryDirectory() as folder:
        everybody = people.make(data, PEOPLE)
        tokens = people.open_sessions(data, everybody, sessions // PEOPLE)
        every, few, script = Path(folder) / "every", Path(folder) / "few", Path(folder) / "tokens.lua"
        every.write_text("\n".join(tokens) + "\n")
        few.write_text("\n".join(tokens[:: len(tokens) // 200]) + "\n")
        script.write_text(_LUA)
        with serving(data) as server, _bare_server() as bare_port:
            for _ in range(rounds):
                bare.append(_wrk(f"http://127.0.0.1:{bare_port}/"))
                hot.append(_wrk(f"http://127.0.0.1:{server.port}/", script, few))
                cold.append(_wrk(f"http://127.0.0.1:{server.port}/", script, every))
    ratio = median(hot) / median(bare)
    return Row(
        "B2 session check",
        f"session checks with {len(tokens):,} live sessions, against a bare ASGI answer",
        f">= {GOAL:.2f}",
        ratio,
        ratio >= GOAL,
        {
            "bare ASGI answers a second": f"{median(bare):,.0f}",
            "checks a second, 200 people clicking": f"{median(hot):,.0f}",
            "checks a second, each time another of all sessions": f"{median(cold):,.0f} "
            f"({median(cold) / median(bare):.2f} of bare)",
            "rounds": f"{rounds} of {SECONDS} s, {CONNECTIONS} connections",
        },
        "The first figure answers from the 0.8-second memory of live sessions, as a page with its many requests does; "
        "the second asks the database for nearly every request.",
    )


@contextmanager
def _bare_server() -> Iterator[int]:
    port = free_port()
    command = [
        sys.executable, "-m", "uvicorn", "bench.bare:app", "--port", str(port), "--loop", "uvloop",
        "--http", "httptools", "--no-access-log", "--log-level", "warning", "--no-server-header",
    ]  # fmt: skip
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, process, "/")
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _wrk(address: str, script: Path | None = None, tokens: Path | None = None) -> float:
    """Run wrk on one address and give its answers a second; any answer that is not 2xx ends the measurement."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", address]
    if script is not None and tokens is not None:
        command[1:1] = ["-s", str(script)]
        command += ["--", str(tokens)]
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS + 30).stdout
    if "Non-2xx" in told or "Socket errors" in told:
        raise NotMeasured(told)
    found = re.search(r"Requests/sec:\s+([\d.]+)", told)
    if found is None:
        raise NotMeasured(told or "wrk said nothing")
    return float(found[1])
