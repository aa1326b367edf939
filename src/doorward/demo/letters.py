"""The Maildir, read as the people of the story read their mail."""

import re
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

from doorward.demo.waiting import eventually


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as its reader sees it."""

    subject: str
    text: str

    def says(self, pattern: str) -> str | None:
        """Find what a pattern's group matches in the subject or the text."""
        found = re.search(pattern, f"{self.subject}\n{self.text}")
        return None if found is None else found[found.re.groups]


class Letters:
    """The folder where the server leaves all mail; each letter is handed out once, as if it were taken from the box."""

    def __init__(self, folder: Path, patience: float) -> None:
        """Take the Maildir, and how many seconds a letter may be on its way."""
        self._new = folder / "new"
        self._patience = patience
        self._waiting: dict[str, list[Letter]] = {}
        self._read: set[str] = set()

    def take(self, address: str, pattern: str) -> Letter | None:
        """Wait for a letter to somebody that says something, and take it; None when it did not come in time."""
        return eventually(lambda: self._take_now(address, pattern), self._patience)

    def _take_now(self, address: str, pattern: str) -> Letter | None:
        self._look()
        box = self._waiting.get(address, [])
        found = next((letter for letter in box if letter.says(pattern) is not None), None)
        if found is not None:
            box.remove(found)
        return found

    def _look(self) -> None:
        """Sort what is new into the boxes of those it is addressed to."""
        for path in sorted(self._new.iterdir()) if self._new.is_dir() else ():
            if path.name not in self._read:
                self._read.add(path.name)
                message = BytesParser(EmailMessage, policy=default).parsebytes(path.read_bytes())
                self._waiting.setdefault(str(message["To"]), []).append(_letter(message))


def _letter(message: EmailMessage) -> Letter:
    body = message.get_body(("plain",))
    return Letter(str(message["Subject"]), "" if body is None else str(body.get_content()))
