"""The HTTP server: uvicorn on a socket that was bound before anything else, in one process or in several.

What strangers may do to a socket is bounded here: how long a request's head may be, how long its arrival may take and
how many connections are open at once. How large a body may be is for the doors.
"""

import asyncio
import errno
import logging
import os
import resource
import signal
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import connection, parent_process
from pathlib import Path
from threading import Thread
from typing import Any, cast

from uvicorn import Config, Server
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.supervisors import Multiprocess

from doorward.config import FILE, Settings
from doorward.kernel.obstacle import Obstacle

HEAD_BYTES = 32 * 1024
"""How long a request's line and headers may be together."""
ARRIVAL_SECONDS = 20
"""How long a request may take to arrive."""
KEEP_ALIVE_SECONDS = 15
HEALTHCHECK_SECONDS = 60
"""How long a process of several may be silent before it is replaced: a busy machine is no reason."""
STOP_SECONDS = 10
"""How long requests under way may take to end when the server is asked to stop."""
CONNECTIONS = 10_000
FILES_KEPT_FREE = 100
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
_TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which by itself waits for ever for a head without end."""

    _head_bytes = 0
    _piece = 0
    """How much came last."""
    _since = 0
    """How much came since the request before was whole, with the piece that ended it: no head is longer."""
    _arriving = False
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Start waiting for the first request."""
        super().connection_made(transport)
        self._expect()

    def data_received(self, data: bytes) -> None:
        """Count what belongs to a head, and begin to wait where a request has begun and is not whole."""
        self._arriving = True
        self._piece = len(data)
        self._since += self._piece
        if self._head_bytes >= 0:
            self._head_bytes += self._piece
        super().data_received(data)
        if self._head_bytes > HEAD_BYTES:
            self._refuse(_TOO_LARGE)
        if self._arriving and self._deadline is None:
            self._expect()

    def on_message_begin(self) -> None:
        """Wait for this one as well, which may come in the same piece as the one before."""
        self._arriving = True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Stop counting: what follows is a body. A head that came in one piece is counted here."""
        if self._since > HEAD_BYTES and self._head_length() > HEAD_BYTES:
            self._head_bytes = HEAD_BYTES + 1
            raise ValueError("the parser stops here")
        self._head_bytes = -1
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Answer what cannot be parsed, or was not parsed because it is too large."""
        if self._head_bytes > HEAD_BYTES:
            self._refuse(_TOO_LARGE)
        else:
            super().send_400_response(msg)

    def on_message_complete(self) -> None:
        """Stop waiting: the request is here."""
        self._arrived()
        super().on_message_complete()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting: nobody is there."""
        self._arrived()
        super().connection_lost(exc)

    def _head_length(self) -> int:
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)

    def _expect(self) -> None:
        self._deadline = self.loop.call_later(ARRIVAL_SECONDS, self._refuse, _TOO_SLOW)

    def _arrived(self) -> None:
        self._head_bytes = 0
        self._since = self._piece
        self._arriving = False
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _refuse(self, answer: bytes) -> None:
        """Answer and hang up; where another request waits for its answer just hang up."""
        if self.transport.is_closing():
            return
        cycle = cast("RequestResponseCycle | None", self.cycle)
        if cycle is None or cycle.response_complete:
            self.transport.write(answer)
        self.transport.close()


def bind(settings: Settings) -> socket.socket:
    """Take the address that the settings name, before anything is made or printed; raise `Obstacle`."""
    host, port = settings.address
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        taken = socket.socket(family, kind, protocol)
    except OSError as error:
        mend = "Name an address of this machine with --listen."
        raise Obstacle(f"{settings.listen} is not an address that can be listened on.", mend) from error
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind(address)
        taken.listen(2048)
    except OSError as error:
        taken.close()
        raise _address_obstacle(settings, error) from error
    taken.set_inheritable(True)
    return taken


def bound(settings: Settings, taken: socket.socket) -> Settings:
    """Return the settings with the port that was taken, where they leave that to the system (port 0)."""
    if settings.address[1] != 0:
        return settings
    port = taken.getsockname()[1]
    ends = {name: getattr(settings, name) for name in ("listen", "public_url")}
    return settings.model_copy(update={k: f"{v[:-1]}{port}" for k, v in ends.items() if v.endswith(":0")})


def _address_obstacle(settings: Settings, error: OSError) -> Obstacle:
    said = {
        errno.EADDRINUSE: (
            "is in use by another program",
            f'Stop that one, or name another: listen = "HOST:PORT" in {FILE}, so that links carry it too.',
        ),
        errno.EACCES: ("needs root, being a port below 1024", "Name a higher port with --listen, behind a proxy."),
        errno.EADDRNOTAVAIL: ("is not an address of this machine", "Name one that is with --listen."),
    }
    what, mend = said.get(
        error.errno or 0, (f"cannot be listened on ({error.strerror})", "Name another with --listen.")
    )
    return Obstacle(f"{settings.listen} {what}.", mend)


@dataclass(frozen=True, slots=True)
class WithItsParent:
    """An application's maker for a process of several: what it makes ends with the process that started it."""

    make: Callable[[], Any]

    def __call__(self) -> Any:
        """Watch the parent, then make the application."""
        parent = parent_process()
        if parent is not None:
            Thread(target=_end_with, args=(parent.sentinel,), daemon=True).start()
        return self.make()


def _end_with(sentinel: int) -> None:
    """End at once when the parent has died without a word: else its port would stay taken."""
    connection.wait([sentinel])
    os.kill(os.getpid(), signal.SIGKILL)


def serve(make: Callable[[], Any], settings: Settings, taken: socket.socket) -> int:
    """Serve what `make` makes until a signal says stop; `make` is called once in each process. Give the exit code."""
    config = Config(
        app=WithItsParent(make),
        factory=True,
        http=BoundedProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        workers=settings.workers,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_worker_healthcheck=HEALTHCHECK_SECONDS,
        timeout_graceful_shutdown=STOP_SECONDS,
        limit_concurrency=_connections(),
        ssl_certfile=settings.tls_cert,
        ssl_keyfile=settings.tls_key,
    )
    for word in (signal.SIGTERM, signal.SIGINT):
        signal.signal(word, _stop)
    if settings.workers > 1:
        supervisor = Multiprocess(config, sockets=[taken])
        supervisor.run()
        return 1 if any(process.exitcode not in {0, -signal.SIGTERM} for process in supervisor.processes) else 0
    try:
        Server(config).run(sockets=[taken])
    except SystemExit as end:  # uvicorn raises the signal again when all is done, and 3 when nothing could begin
        return 1 if end.code else 0
    return 0


def check_certificate(cert: Path, key: Path) -> None:
    """Raise `Obstacle` unless certificate and key can be read and belong together."""
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key)
    except (OSError, ssl.SSLError) as error:
        said = error.strerror or str(error)
        mend = "Name a certificate chain and its private key as PEM files that this user can read."
        raise Obstacle(f"{cert} and {key} cannot be used: {said}.", mend) from error


def _stop(number: int, frame: object) -> None:
    del frame
    logging.getLogger(__name__).debug("stopped by signal %d", number)
    raise SystemExit(0)


def _connections() -> int:
    """Return how many connections may be open: no more than there are file descriptors for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = (
        CONNECTIONS + FILES_KEPT_FREE if hard == resource.RLIM_INFINITY else min(hard, CONNECTIONS + FILES_KEPT_FREE)
    )
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return max(FILES_KEPT_FREE, min(CONNECTIONS, soft - FILES_KEPT_FREE))
