"""The distribution's nginx and Caddy on loopback, with the configuration that `doorward forward-auth add` prints.

Behind each stands an upstream that tells what it was sent. Requests are bytes, so that a client library mends nothing.
"""

import json
import os
import re
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.launcher import PATIENCE, Server, eventually

NAME = "wiki.web-services.it.example-company.org"
"""Longer than nginx takes a name of its own for: none of those that are printed may be made of it whole."""
KINDS = ("nginx", "caddy")


@dataclass(frozen=True, slots=True)
class Came:
    """What came back through the web server."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        """Give a header; nothing where there is none."""
        return next((value for key, value in self.headers if key == name), "")

    @property
    def seen(self) -> list[tuple[str, str]] | None:
        """Give the headers that the upstream was sent, in small letters; None where it was not asked."""
        if not self.header("x-upstream"):
            return None
        found: list[tuple[str, str]] = [(name.lower(), value) for name, value in json.loads(self.body)["headers"]]
        return found

    def told(self, name: str) -> list[str]:
        """Give every value that the upstream was sent under a name, however it was spelled."""
        return [value for key, value in self.seen or [] if re.sub("[_.]", "-", key) == name and value]


@dataclass(frozen=True, slots=True)
class Front:
    """A web server in front of an upstream."""

    kind: str
    port: int
    printed: str
    """The configuration as it was printed."""

    @property
    def host(self) -> str:
        """Give the host as it is registered."""
        return f"{NAME}:{self.port}"

    def send(self, request: bytes) -> Came:
        """Send a request as it stands, over TLS."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        with (
            socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE) as plain,
            context.wrap_socket(plain, server_hostname=NAME) as sent,
        ):
            sent.sendall(request)
            return _came(sent)

    def get(self, page: str, *lines: str, method: str = "GET") -> Came:
        """Ask for a page with these header lines."""
        head = [f"{method} {page} HTTP/1.1", f"Host: {self.host}"]
        if not any(line.lower().startswith("connection:") for line in lines):
            head.append("Connection: close")
        return self.send("\r\n".join([*head, *lines, "", ""]).encode("latin-1"))


def find(kind: str) -> str | None:
    """Find the distribution's web server."""
    return shutil.which(kind) or shutil.which(kind, path="/usr/sbin:/usr/local/sbin")


@contextmanager
def fronted(server: Server, folder: Path, kind: str) -> Iterator[Front]:
    """Register a host, and start a web server for it as `doorward forward-auth add` says.

    The node beside the server is down, so that each question may have to be put twice.
    """
    folder.mkdir()
    port = _free_port()
    with _upstream() as upstream:
        nodes = ("--node", f"127.0.0.1:{_free_port()}", "--node", server.url.rpartition("/")[2])
        said = ("--kind", kind, "--upstream", f"http://127.0.0.1:{upstream}", *nodes)
        ran = server.run("forward-auth", "add", f"{NAME}:{port}", *said)
        assert ran.returncode == 0, ran.stderr
        with _running(kind, _file(folder, kind, ran.stdout)):
            eventually(lambda: _answers(port))
            yield Front(kind, port, ran.stdout)
        server.run("forward-auth", "remove", f"{NAME}:{port}", "--yes")


def _file(folder: Path, kind: str, printed: str) -> Path:
    """Put the printed configuration into a whole one: what it names of the machine are a folder and a certificate."""
    cert, key = _certificate(folder)
    if kind == "caddy":
        text = "{\n\tadmin off\n\tauto_https off\n\tskip_install_trust\n\tlog {\n\t\toutput discard\n\t}\n}\n"
        text += printed.replace(" {\n\troute", f" {{\n\ttls {cert} {key}\n\troute", 1)
    else:
        printed = printed.replace(f"/etc/letsencrypt/live/{NAME}/fullchain.pem", str(cert))
        printed = printed.replace(f"/etc/letsencrypt/live/{NAME}/privkey.pem", str(key))
        own = "".join(
            f"    {name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        text = (
            f"pid {folder}/nginx.pid;\nerror_log {folder}/error.log;\nevents {{}}\nhttp {{\n    access_log off;\n{own}"
        )
        text += f"{printed}}}\n"
    path = folder / f"{kind}.conf"
    path.write_text(text)
    return path


@contextmanager
def _running(kind: str, path: Path) -> Iterator[None]:
    program = find(kind)
    assert program is not None, kind
    words = {
        "nginx": [
            program,
            "-c",
            str(path),
            "-p",
            str(path.parent),
            "-g",
            "daemon off;",
            "-e",
            str(path.parent / "log"),
        ],
        "caddy": [program, "run", "--config", str(path), "--adapter", "caddyfile"],
    }[kind]
    home = {name: str(path.parent) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")}
    with (path.parent / "output").open("w") as output:
        process = subprocess.Popen(words, stdout=output, stderr=output, env=home | {"PATH": os.defpath})
        try:
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE)


class _Telling(BaseHTTPRequestHandler):
    """An upstream that tells which headers it was sent."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Tell."""
        body = json.dumps({"page": self.path, "headers": self.headers.items()}).encode()
        self.send_response(200)
        self.send_header("x-upstream", "asked")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        """Tell, whatever is posted."""
        self.do_GET()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def _upstream() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Telling)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join(PATIENCE)


def _certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for the host, signed by itself."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    names = x509.SubjectAlternativeName([x509.DNSName(NAME), x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2049, 1, 1, tzinfo=UTC))
        .add_extension(names, critical=False)
        .sign(private, hashes.SHA256())
    )
    cert, key = folder / "cert.pem", folder / "key.pem"
    cert.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return cert, key


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def _came(sent: ssl.SSLSocket) -> Came:
    """Read one answer: to its end where it has a length, else to the end of the connection."""
    raw = b""
    while b"\r\n\r\n" not in raw:
        part = sent.recv(65_536)
        if not part:
            return Came(0, [], raw)
        raw += part
    head, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = [(name.lower(), value) for name, _, value in (line.partition(": ") for line in lines)]
    length = next((int(value) for name, value in headers if name == "content-length"), None)
    while length is None or len(body) < length:
        part = sent.recv(65_536)
        if not part:
            break
        body += part
    return Came(int(first.split(" ")[1]), headers, body)
