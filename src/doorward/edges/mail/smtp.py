"""Handing mail to a mail server (RFC 5321), within bounded time and with an answer that operators may read.

Only the recipient's or the message's own 5xx is permanent. Everything else may be mended by somebody, the server's
configuration too, and is tried again.
"""

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import EmailMessage
from urllib.parse import parse_qsl, unquote, urlsplit

from doorward.edges.mail.message import spelled
from doorward.kernel.networks import is_this_machine
from doorward.kernel.obstacle import Obstacle
from doorward.kernel.ports import NotDelivered, Secret

STEP_SECONDS = 10.0
"""How long each step, connecting among them, may take."""
WHOLE_SECONDS = 30.0
"""How long all of it may take: a server that sends a byte now and then would pass each step."""
_READY = 220
_PERMANENT = 500
_CODES = range(200, 600)
"""RFC 5321 section 4.2: three digits, of which the first is 2 to 5."""
_ENHANCED = re.compile(r"[245]\.\d{1,3}\.\d{1,3}(?!\S)", re.ASCII)
_SUBMISSION = 587
_PORTS = {"smtp": 25, "smtps": 465}
_FORM = "Write it as smtp://HOST:PORT, smtp://USER:PASSWORD@HOST:PORT?starttls=required or smtps://USER:PASSWORD@HOST."


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where and how mail is handed over."""

    host: str
    port: int
    tls: bool = False
    """TLS from the first byte (RFC 8314)."""
    starttls: bool = False
    """TLS before anything else is said (RFC 3207); without it nothing is sent."""
    user: str | None = None
    password: Secret | None = None


def parse_mail_server(url: str) -> MailServer:
    """Read the `mail` setting; raise `Obstacle` for one that cannot be used, or would send a password in clear."""
    try:
        parts = urlsplit(url)
        port = parts.port
        options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    except ValueError as error:
        raise Obstacle("The mail setting cannot be read.", _FORM) from error
    if parts.scheme not in _PORTS or not parts.hostname or parts.path not in {"", "/"} or parts.fragment:
        raise Obstacle("The mail setting cannot be read.", _FORM)
    if options not in ({}, {"starttls": "required"}) or (options and parts.scheme == "smtps"):
        raise Obstacle("The mail setting has an option that does not exist.", _FORM)
    server = MailServer(
        parts.hostname,
        port or (_SUBMISSION if options else _PORTS[parts.scheme]),
        tls=parts.scheme == "smtps",
        starttls=bool(options),
        user=unquote(parts.username) if parts.username else None,
        password=Secret(unquote(parts.password)) if parts.password else None,
    )
    if server.user and not (server.tls or server.starttls or is_this_machine(server.host)):
        mend = "Use smtps://, or add ?starttls=required."
        raise Obstacle("The mail setting would send a user's password over the network in clear.", mend)
    return server


class SmtpMailer:
    """Hands each message over in a connection of its own."""

    def __init__(
        self,
        server: MailServer,
        *,
        step_seconds: float = STEP_SECONDS,
        whole_seconds: float = WHOLE_SECONDS,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Take the server and the bounds of time; `tls` replaces the system's certificates."""
        self._server = server
        self._step_seconds = step_seconds
        self._whole_seconds = whole_seconds
        self._tls = tls or ssl.create_default_context()

    def deliver(self, message: EmailMessage, recipient: str) -> None:
        """Hand one message over; return when the server has said yes, raise `NotDelivered` otherwise."""
        sender = message["From"].addresses[0].addr_spec
        with _told(), self._connected(sender) as smtp:
            smtp.send_message(message, sender, [spelled(recipient)])

    def reach(self, sender: str) -> None:
        """Greet the mail server and take leave again; raise `NotDelivered` where mail could not be handed over."""
        with _told(), self._connected(sender):
            pass

    @contextmanager
    def _connected(self, sender: str) -> Iterator[smtplib.SMTP]:
        smtp = self._client(sender.rpartition("@")[2])
        with _bounded(smtp, self._whole_seconds):
            self._greet(smtp)
            yield smtp
            with suppress(OSError, smtplib.SMTPException):  # the yes has been said; a goodbye is only polite
                smtp.quit()

    def _client(self, name: str) -> smtplib.SMTP:
        """Make a client that calls itself by the sender's domain: asking the network for a name can take long."""
        if self._server.tls:
            return smtplib.SMTP_SSL(local_hostname=name, timeout=self._step_seconds, context=self._tls)
        return smtplib.SMTP(local_hostname=name, timeout=self._step_seconds)

    def _greet(self, smtp: smtplib.SMTP) -> None:
        # The name that certificates are compared with. The constructor would take it, but connects at once: then a
        # server that never ends its greeting could not be cut off.
        smtp._host = self._server.host  # type: ignore[attr-defined]  # noqa: SLF001
        code, said = smtp.connect(self._server.host, self._server.port)
        if code != _READY:
            raise smtplib.SMTPConnectError(code, said)
        if self._server.starttls:
            smtp.starttls(context=self._tls)
        if self._server.user:
            smtp.login(self._server.user, self._server.password.reveal() if self._server.password else "")


@contextmanager
def _bounded(smtp: smtplib.SMTP, seconds: float) -> Iterator[None]:
    """End a conversation that takes too long: what waits for the server meets the end of it."""
    late = threading.Event()

    def cut() -> None:
        late.set()
        if smtp.sock is not None:
            with suppress(OSError):
                socket.socket.shutdown(smtp.sock, socket.SHUT_RDWR)

    clock = threading.Timer(seconds, cut)
    clock.daemon = True
    clock.start()
    try:
        yield
    except (OSError, smtplib.SMTPException) as error:
        if late.is_set():
            raise TimeoutError from error
        raise
    finally:
        clock.cancel()
        smtp.close()


@contextmanager
def _told() -> Iterator[None]:
    """Tell what went wrong in words without address, body or code: the server's own words may hold any of them."""
    try:
        yield
    except smtplib.SMTPRecipientsRefused as error:
        raise _refused("the recipient", *next(iter(error.recipients.values()))) from error
    except smtplib.SMTPDataError as error:
        raise _refused("the message", error.smtp_code, error.smtp_error) from error
    except smtplib.SMTPSenderRefused as error:
        raise _refused("the sender", error.smtp_code, error.smtp_error, permanent=False) from error
    except smtplib.SMTPAuthenticationError as error:
        raise _refused("our user or password", error.smtp_code, error.smtp_error, permanent=False) from error
    except smtplib.SMTPServerDisconnected as error:
        raise NotDelivered("The mail server hung up, or did not answer in time.") from error
    except smtplib.SMTPResponseException as error:
        raise _refused("to talk to us", error.smtp_code, error.smtp_error, permanent=False) from error
    except smtplib.SMTPException as error:
        raise NotDelivered("The mail server lacks what the mail setting or the address asks for.") from error
    except OSError as error:
        raise NotDelivered(_reason(error)) from error


def _refused(what: str, code: int, said: bytes | str, *, permanent: bool = True) -> NotDelivered:
    """Name what was refused by its codes: RFC 5321 section 4.2.1 and, where there is one, RFC 3463's."""
    if code not in _CODES:
        return NotDelivered("What answers there does not speak as a mail server does.")
    words = said.decode("ascii", "replace") if isinstance(said, bytes) else said
    enhanced = _ENHANCED.match(words)
    codes = f"{code} {enhanced[0]}" if enhanced else str(code)
    return NotDelivered(f"The mail server refused {what} ({codes}).", permanent=permanent and code >= _PERMANENT)


def _reason(error: OSError) -> str:
    match error:
        case ssl.SSLError():
            return f"TLS with the mail server failed ({error.reason or 'no reason given'})."
        case socket.gaierror():
            return "The mail server's name could not be looked up."
        case TimeoutError():
            return "The mail server did not answer in time."
        case _:
            return f"The mail server could not be reached ({error.strerror or 'no reason given'})."
