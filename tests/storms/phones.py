"""Passkeys under storm: a server with a name, since an address has none, and phones that sign for it."""

import socket

from tests.authenticators import Authenticator
from tests.storms.town import Person, Town


def under_a_name() -> dict[str, str]:
    """Give the options of a server on a free port that goes by a host name."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    return {"listen": f"127.0.0.1:{port}", "public_url": f"http://localhost:{port}"}


def add_passkey(server: Town, person: Person, flags: int | None = None) -> Authenticator:
    """Give somebody a passkey, by the calls that a browser makes."""
    phone = Authenticator(credential_id=person.name.encode(), origin=server.url, relying_party="localhost")
    if flags is not None:
        phone.flags = flags
    token = server.token(person)
    options = server.ask("POST /me/passkeys/options", {}, token).json()["options"]
    added = server.ask("POST /me/passkeys", {"credential": phone.create(options)}, token)
    assert added.status == 200, added
    return phone
