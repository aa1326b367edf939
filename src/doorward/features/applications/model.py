"""Facts, commands and outcomes of applications."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId, HostId, SessionId
from doorward.kernel.outcome import Done, Unchanged
from doorward.kernel.ports import Secret


class Proxy(StrEnum):
    """A web server that can ask who is there."""

    NGINX = "nginx"
    CADDY = "caddy"
    TRAEFIK = "traefik"


@dataclass(frozen=True, slots=True)
class HostName:
    """A host as it is spelled: its name, and with its port where that is not 443."""

    name: str
    host: str


@dataclass(frozen=True, slots=True)
class Host:
    """A registered host."""

    id: HostId
    named: HostName
    added_at: datetime
    added_by: str


@dataclass(frozen=True, slots=True)
class ListHosts:
    """Ask for the registered hosts."""


@dataclass(frozen=True, slots=True)
class HostsListed(Done):
    """The registered hosts, by name."""

    hosts: tuple[Host, ...]


@dataclass(frozen=True, slots=True)
class ProxyPlaces:
    """Where a proxy finds what it connects."""

    nodes: tuple[str, ...] = ("127.0.0.1:8420",)
    """Where the nodes of Doorward listen: address and port of each."""
    scheme: str = "http"
    """How they are spoken to."""
    upstream: str = "http://127.0.0.1:3000"
    """Where the application listens."""


@dataclass(frozen=True, slots=True)
class ShowConfiguration:
    """Ask for the configuration of the proxy in front of a host."""

    host: str
    proxy: Proxy
    places: ProxyPlaces = ProxyPlaces()


@dataclass(frozen=True, slots=True)
class ConfigurationShown(Done):
    """What stands in the proxy's configuration."""

    text: str


@dataclass(frozen=True, slots=True)
class AddHost:
    """Register a host."""

    host: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class HostAdded(Done):
    """The host as it was registered."""

    host: Host


@dataclass(frozen=True, slots=True)
class HostUnchanged(Unchanged):
    """The host was registered already."""

    host: Host


@dataclass(frozen=True, slots=True)
class RemoveHost:
    """Register a host no longer; whoever is signed in there is signed in there no longer."""

    host: str
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class HostRemoved(Done):
    """The host is not registered any more."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """Go on, signed in, to a page of a registered host."""

    host: str
    page: str
    """Path and query, as the browser first asked for them."""
    nonce_hash: bytes
    """SHA-256 of the nonce that the browser holds for the host."""


@dataclass(frozen=True, slots=True)
class HandedOver(Done):
    """A ticket for the host; shown this once."""

    ticket: Secret
    host: str


@dataclass(frozen=True, slots=True)
class TicketToken:
    """A ticket as it comes back: the account it names and the SHA-256 under which it is stored."""

    account: AccountId
    token_hash: bytes


@dataclass(frozen=True, slots=True)
class TakeTicket:
    """Come back with a ticket, at a host, in a browser."""

    ticket: TicketToken
    host: str
    nonce_hash: bytes


@dataclass(frozen=True, slots=True)
class TicketTaken(Done):
    """The host's own token, shown this once, and the page to go to."""

    token: Secret
    page: str


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket as its row has it."""

    token: TicketToken
    host_id: HostId
    session: SessionId
    nonce_hash: bytes
    page: str
    expires_at: datetime
    session_expires_at: datetime


@dataclass(frozen=True, slots=True)
class HostBearer:
    """Who a request to a host says it is: the account that its token names, the token's SHA-256, and the host."""

    account: AccountId
    token_hash: bytes
    host: str


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever is signed in at a host, as the host is told."""

    account: AccountId
    user_name: str
    email: str | None
    groups: tuple[str, ...]
    used_second_factor: bool
    own_page_only: bool
    session: Bearer
    """The session that it hangs on, whose activity the visit is."""
    due_to_touch: bool
    """The session's last activity is old enough to be written again (SESS-1)."""
