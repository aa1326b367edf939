"""B2: session checks a second, forward-auth's too, against a bare ASGI answer on the same server and parser."""

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import people
from bench.databases import SQLITE, home
from bench.measuring import NotMeasured, Row, free_port, median, serving, wait_for

ROUNDS = 5
SECONDS = 3
CONNECTIONS = 32
SESSIONS = 100_000
PEOPLE = 1000
GOAL = 0.50

HOST = "app.example.org"
CLICKING = 200
"""How many people are at work at once; each of their pages asks several times within a second."""

_LUA = """
local tokens, at, headers = {}, 0, {}
function init(args)
  for line in io.lines(args[1]) do tokens[#tokens + 1] = line end
  at = math.random(#tokens)
end
function request()
  at = at % #tokens + 1
  HEADERS
  return wrk.format("GET", nil, headers)
end
"""
_CEILING_OF = {"hot": "hot", "forward": "forward", "cold": "hot"}
_CEILINGS = ("hot", "forward")
"""The bare server gets the same requests: their headers cost the parser as much there."""
_SESSION = _LUA.replace("HEADERS", 'headers["Authorization"] = "Bearer " .. tokens[at]')
_FORWARD = _LUA.replace(
    "HEADERS",
    'headers["Cookie"] = "__Host-doorward-app=" .. tokens[at]; headers["X-Original-Method"] = "GET"; '
    f'headers["X-Original-URL"] = "https://{HOST}/page"',
)


def measure(kind: str = SQLITE, rounds: int = ROUNDS, sessions: int = SESSIONS) -> Row:
    """Alternate between the bare server and the product; one token after the other, and a few hot ones."""
    if shutil.which("wrk") is None:
        raise NotMeasured("wrk is not installed (Debian: apt-get install wrk)")
    with home(kind) as there, tempfile.TemporaryDirectory() as folder:
        loads = _prepare(there.data, Path(folder), sessions)
        with serving(there.data) as server, _bare_server() as bare_port:
            told = [_round(server.port, bare_port, loads) for _ in range(rounds)]
    return _row(kind, sessions, rounds, {name: median([one[name] for one in told]) for name in told[0]})


def _round(port: int, bare_port: int, loads: dict[str, tuple[str, Path, Path]]) -> dict[str, float]:
    """Ask the product, and the bare server for the same by the same requests."""
    asked = {name: _wrk(f"http://127.0.0.1:{port}{path}", *files) for name, (path, *files) in loads.items()}
    bare = {f"bare {one}": _wrk(f"http://127.0.0.1:{bare_port}{loads[one][0]}", *loads[one][1:]) for one in _CEILINGS}
    return {**asked, **bare}


def _prepare(data: Path, folder: Path, sessions: int) -> dict[str, tuple[str, Path, Path]]:
    """Open the sessions, enter a host with some of them, and write what wrk is to ask."""
    everybody = people.make(data, PEOPLE)
    with (data / "doorward.toml").open("a") as settings:
        settings.write('behind_proxy = "127.0.0.1/32"\n')
    tokens = people.open_sessions(data, everybody, sessions // PEOPLE)
    few = tokens[:: len(tokens) // CLICKING]
    loads = {
        "hot": ("/api/v1/session", _SESSION, few),
        "forward": ("/forward-auth", _FORWARD, people.enter(data, HOST, few)),
        "cold": ("/api/v1/session", _SESSION, tokens),
    }
    for name, (_, script, named) in loads.items():
        (folder / f"{name}.lua").write_text(script)
        (folder / name).write_text("\n".join(named) + "\n")
    return {name: (path, folder / f"{name}.lua", folder / name) for name, (path, _, _) in loads.items()}


def _row(kind: str, sessions: int, rounds: int, rates: dict[str, float]) -> Row:
    of_bare = {name: rates[name] / rates[f"bare {ceiling}"] for name, ceiling in _CEILING_OF.items()}
    ratio = min(of_bare["hot"], of_bare["forward"])
    return Row(
        f"B2 session check on {kind}",
        f"session checks on {kind} with {sessions:,} live sessions, against a bare ASGI answer",
        f">= {GOAL:.2f}",
        ratio,
        ratio >= GOAL,
        {
            "bare ASGI answers a second, to session checks": f"{rates['bare hot']:,.0f}",
            "bare ASGI answers a second, to questions of forward-auth": f"{rates['bare forward']:,.0f}",
            f"session checks a second, {CLICKING} people clicking": f"{rates['hot']:,.0f} ({of_bare['hot']:.2f})",
            f"forward-auth answers a second, {CLICKING} people clicking": (
                f"{rates['forward']:,.0f} ({of_bare['forward']:.2f})"
            ),
            "session checks a second, each time another of all": f"{rates['cold']:,.0f} ({of_bare['cold']:.2f})",
            "rounds": f"{rounds} of {SECONDS} s, {CONNECTIONS} connections",
        },
        "The ratio is the smaller one of the people clicking, who are answered from the 0.8-second memory of live "
        "sessions, as a page with its many requests is; the last figure asks the database for nearly every request.",
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
