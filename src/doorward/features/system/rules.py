"""Judging what the server knows of itself."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from doorward.features.system.model import Facts, Trouble
from doorward.kernel.networks import is_this_machine


def troubles(facts: Facts) -> tuple[Trouble, ...]:
    """Say what is wrong, the gravest first."""
    return tuple(_troubles(facts))


def _troubles(facts: Facts) -> Iterator[Trouble]:
    yield from (Trouble(*broken) for broken in facts.broken)
    if _in_the_clear(facts.public_url):
        mend = "Put a proxy with TLS in front, or name tls_cert and tls_key, and make public_url an https:// address."
        yield Trouble(f"{facts.public_url} sends passwords in the clear.", mend)
    if not facts.duties:
        mend = "Look into the log of each node for what keeps it from them."
        yield Trouble("Nobody does the server's own duties: no mail is sent, and no lock lapses.", mend)
    if facts.schema != facts.newest_schema:
        ahead = f"A newer Doorward has upgraded the database; {facts.node} knows version {facts.newest_schema}."
        yield Trouble(ahead, "Upgrade this node as well.")
    if facts.mail_error is not None:
        yield Trouble(f"Mail was tried and has not arrived: {facts.mail_error}", "See the list of mail.")


def _in_the_clear(public_url: str) -> bool:
    """Tell whether others than this machine open an address without TLS."""
    parts = urlsplit(public_url)
    return parts.scheme == "http" and not is_this_machine(parts.hostname or "")
