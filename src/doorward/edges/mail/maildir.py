"""The Maildir on the server's own disk: one message a file, there for good when `deliver` returns."""

import mailbox
import os
from email.message import EmailMessage
from pathlib import Path

from doorward.kernel.ports import NotDelivered


class MaildirMailer:
    """Keeps messages in a folder, for sites without a mail server and for looking at (DEV-5)."""

    def __init__(self, folder: Path) -> None:
        """Take the folder; it is made, closed to other users, when the first message comes."""
        self._folder = folder

    def deliver(self, message: EmailMessage, recipient: str) -> None:
        """Write one message to the disk, name and all; raise `NotDelivered` where the disk will not have it."""
        del recipient  # stands in the message
        try:
            mailbox.Maildir(self._folder, create=True).add(message)
            _remember_names(self._folder / "new")
        except (OSError, mailbox.Error) as error:
            reason = getattr(error, "strerror", None) or "a name is taken"
            raise NotDelivered(f"The mail folder cannot be written ({reason}).") from error

    def reach(self) -> None:
        """Raise `NotDelivered` where messages could not be written: the folder, or the one above it, is not ours."""
        new = self._folder / "new"
        place = new if new.is_dir() else self._folder.parent
        if not os.access(place, os.W_OK | os.X_OK):
            raise NotDelivered(f"The mail folder {self._folder} cannot be written.")


def _remember_names(directory: Path) -> None:
    """Write the directory itself, since the message alone may be forgotten in a power cut."""
    opened = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
