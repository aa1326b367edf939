"""The post: a letter's way from its facts to whoever carries mail, as the settings say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from doorward.config import Settings
from doorward.edges import data_directory
from doorward.edges.mail.letters import render
from doorward.edges.mail.maildir import MaildirMailer
from doorward.edges.mail.message import build, message_id
from doorward.edges.mail.smtp import SmtpMailer, parse_mail_server
from doorward.kernel.outcome import Fact


@dataclass(frozen=True, slots=True)
class Post:
    """Writes letters as messages, and has them carried."""

    carrier: SmtpMailer | MaildirMailer
    sender: str
    site: str

    @classmethod
    def of(cls, settings: Settings) -> "Post":
        """Make the post that the settings name; raise `Obstacle` for a mail setting that cannot be used."""
        folder = data_directory.maildir(settings)
        carrier = SmtpMailer(parse_mail_server(settings.mail)) if folder is None else MaildirMailer(folder)
        return cls(carrier, settings.sender, settings.public_url)

    def hand_over(self, kind: str, facts: Mapping[str, Fact], recipient: str, name: UUID, queued_at: datetime) -> None:
        """Write a message and hand it over; raise `NotDelivered` where the other side does not say yes."""
        identity = message_id(str(name), self.sender)
        written = render(kind, facts, self.site)
        message = build(written, recipient, sender=self.sender, message_id=identity, date=queued_at)
        self.carrier.deliver(message, recipient)

    def reach(self) -> None:
        """See whether mail could be handed over; raise `NotDelivered` if not."""
        if isinstance(self.carrier, SmtpMailer):
            self.carrier.reach(self.sender)
        else:
            self.carrier.reach()
