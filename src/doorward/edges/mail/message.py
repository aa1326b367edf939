"""Building a message: the text first, the same in HTML beside it, and headers that nothing can be smuggled into."""

from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from ipaddress import IPv6Address, ip_address

from doorward.edges.mail.letters import WrittenLetter
from doorward.kernel.ports import NotDelivered

_NO_ADDRESS = "The address is not one that mail can be sent to."


def build(written: WrittenLetter, recipient: str, *, sender: str, message_id: str, date: datetime) -> EmailMessage:
    """Build the message of a letter; raise `NotDelivered` for a recipient that is no address.

    Message-ID and date come from the row in the outbox, so that a message that goes twice is the same message.
    """
    message = EmailMessage()
    message["From"] = Address("Doorward", addr_spec=spelled(sender))
    message["To"] = Address(addr_spec=_mailbox(recipient))
    message["Subject"] = written.subject
    message["Date"] = date
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(written.text, cte=_encoding(written.text))
    message.add_alternative(written.html, subtype="html", cte=_encoding(written.html))
    return message


def message_id(name: str, sender: str) -> str:
    """Write the Message-ID of a row in the outbox: its name at the sender's domain (RFC 5322 section 3.6.4)."""
    return f"<{name}@{spelled(sender).rpartition('@')[2]}>"


def spelled(address: str) -> str:
    """Spell an address for mail: a domain in ASCII (RFC 5891), a machine as a literal (RFC 5321 section 4.1.3)."""
    local, _, domain = address.rpartition("@")
    try:
        number = ip_address(domain.strip("[]"))
    except ValueError:
        return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode('ascii')}"
    return f"{local}@[IPv6:{number}]" if isinstance(number, IPv6Address) else f"{local}@[{number}]"


def _mailbox(recipient: str) -> str:
    """Spell a recipient; what no mail server would take as it stands is refused for good, and not shown."""
    try:
        address = spelled(recipient)
        read = Address(addr_spec=address).addr_spec
    except (ValueError, IndexError, MessageError) as error:
        raise NotDelivered(_NO_ADDRESS, permanent=True) from error
    if read != address:
        raise NotDelivered(_NO_ADDRESS, permanent=True)
    return address


def _encoding(text: str) -> str:
    """Leave ASCII as it is, so that codes and links stand unbroken; else choose what every server carries."""
    return "7bit" if text.isascii() else "quoted-printable"
