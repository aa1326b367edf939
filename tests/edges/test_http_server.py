import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from doorward import config
from doorward.edges import http_server
from doorward.kernel.obstacle import Obstacle
from tests.launcher import ROOT, clean_environment, eventually

OK = b"HTTP/1.1 200 OK"
GET = b"GET / HTTP/1.1\r\nhost: x\r\n"


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Read whatever comes, then answer with the process's id."""
    if scope["type"] == "lifespan":
        for stage in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{stage}.complete"})
        return
    while (await receive()).get("more_body"):
        pass
    body = str(os.getpid()).encode()
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-length", str(len(body)).encode())]}
    )
    await send({"type": "http.response.body", "body": body})


def make() -> Any:
    """Make the application."""
    return application


def main(folder: str, workers: str) -> int:
    """Be a server on a free port, and say which."""
    settings = config.load({"data": folder, "listen": "127.0.0.1:0", "workers": workers}, {}).settings
    taken = http_server.bind(settings)
    sys.stdout.write(http_server.bound(settings, taken).public_url + "\n")
    sys.stdout.flush()
    return http_server.serve(make, settings, taken)


@contextmanager
def server(folder: Path, workers: int = 1) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """Start a server; give its process and port."""
    words = [sys.executable, "-m", "tests.edges.test_http_server", str(folder), str(workers)]
    process = subprocess.Popen(words, cwd=ROOT, env=clean_environment(), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    port = int(process.stdout.readline().rpartition(":")[2])
    try:
        yield process, port
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def ask(port: int, request: bytes) -> bytes:
    """Send bytes, and read what comes until the other side hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(request)
        answer = b""
        try:
            while piece := connection.recv(65_536):
                answer += piece
        except ConnectionResetError:
            pass
        return answer


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Give the port of a server for all tests that only talk to it."""
    with server(tmp_path_factory.mktemp("server")) as (_, port):
        yield port


def test_a_request_is_answered_without_the_servers_name(port: int) -> None:
    """Nothing in the answer says what serves it."""
    answer = ask(port, GET + b"connection: close\r\n\r\n")

    assert answer.startswith(OK)
    assert b"server:" not in answer.lower()


@pytest.mark.parametrize("size", [40_000, 300_000])
@pytest.mark.parametrize("ended", [True, False], ids=["whole", "without-end"])
def test_a_head_beyond_32_kib_is_refused(port: int, size: int, ended: bool) -> None:
    """Whether it ends or goes on for ever, in one piece or in many."""
    answer = ask(port, GET + b"x: " + b"a" * size + (b"\r\n\r\n" if ended else b""))

    assert answer.startswith(b"HTTP/1.1 431 ")


def test_a_body_is_not_counted_as_head(port: int) -> None:
    """How large a body may be is for the doors."""
    head = b"POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 60000\r\n\r\n"

    assert ask(port, head + b"a" * 60_000).startswith(OK)


def test_requests_follow_each_other_on_one_connection(port: int) -> None:
    """Two in one piece get two answers, and each head is counted by itself."""
    filler = b"x: " + b"a" * 20_000 + b"\r\n"

    assert ask(port, GET + filler + b"\r\n" + GET + filler + b"connection: close\r\n\r\n").count(OK) == 2


@pytest.mark.parametrize(
    "request_", [b"GARBAGE\r\n\r\n", b"GET /\xff HTTP/1.1\r\nhost: x\r\n\r\n", b"\x16\x03\x01\x02\r\n\r\n"]
)
def test_what_is_not_http_is_refused(port: int, request_: bytes) -> None:
    """A clear answer, and the connection is closed."""
    assert ask(port, request_).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("workers", [1, 2])
def test_a_server_that_is_asked_to_stop_stops_well(tmp_path: Path, workers: int) -> None:
    """SIGTERM ends it with exit code 0, whether it is one process or several."""
    with server(tmp_path, workers) as (process, port):
        eventually(lambda: ask(port, GET + b"connection: close\r\n\r\n").startswith(OK))
        process.send_signal(signal.SIGTERM)

        assert process.wait(20) == 0


def test_several_processes_end_with_their_parent(tmp_path: Path) -> None:
    """After `kill -9` of the first the port is free again."""
    with server(tmp_path, 2) as (process, port):
        eventually(lambda: ask(port, GET + b"connection: close\r\n\r\n").startswith(OK))
        process.kill()
        process.wait()

        eventually(partial(_free, port))


def _free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def test_a_port_in_use_is_told(tmp_path: Path) -> None:
    """One sentence says what is in the way and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        settings = config.load({"data": tmp_path, "listen": f"127.0.0.1:{port}"}, {}).settings

        with pytest.raises(Obstacle, match=rf"127.0.0.1:{port} is in use by another program. Stop that one"):
            http_server.bind(settings)


def test_a_certificate_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    """Before anything is made or printed."""
    (tmp_path / "c.pem").write_text("not a certificate")

    with pytest.raises(Obstacle, match=r"c.pem and .*k.pem cannot be used"):
        http_server.check_certificate(tmp_path / "c.pem", tmp_path / "k.pem")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
