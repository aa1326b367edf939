import mailbox
import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest

from doorward.edges.mail.letters import WrittenLetter
from doorward.edges.mail.maildir import MaildirMailer
from doorward.edges.mail.message import build
from doorward.kernel.ports import NotDelivered

BRAM = "bram@example.org"


def message(number: int = 1) -> EmailMessage:
    """Make a letter."""
    return build(
        WrittenLetter("Your code", "The code is 012345.\n", "<p>The code is 012345.</p>\n"),
        BRAM,
        sender="doorward@127.0.0.1",
        message_id=f"<{number}@[127.0.0.1]>",
        date=datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
    )


def test_one_message_is_one_file_that_reads_as_it_was_sent(tmp_path: Path) -> None:
    """It lies in `new`, whole, with the text part first."""
    MaildirMailer(tmp_path / "mail").deliver(message(), BRAM)

    (kept,) = mailbox.Maildir(tmp_path / "mail", create=False)
    (file,) = (tmp_path / "mail" / "new").iterdir()
    assert kept["Message-ID"] == "<1@[127.0.0.1]>"
    assert b"\n\nThe code is 012345.\n" in file.read_bytes()
    assert list((tmp_path / "mail" / "tmp").iterdir()) == []


def test_the_folder_is_closed_to_other_users(tmp_path: Path) -> None:
    """Whole messages with codes and links lie in it."""
    MaildirMailer(tmp_path / "mail").deliver(message(), BRAM)

    assert stat.S_IMODE((tmp_path / "mail").stat().st_mode) == 0o700


def test_many_messages_are_as_many_files(tmp_path: Path) -> None:
    """Also when several threads hand them over at once."""
    mailer = MaildirMailer(tmp_path / "mail")
    mailer.deliver(message(0), BRAM)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda number: mailer.deliver(message(number), BRAM), range(1, 40)))

    found = {kept["Message-ID"] for kept in mailbox.Maildir(tmp_path / "mail", create=False)}
    assert found == {f"<{number}@[127.0.0.1]>" for number in range(40)}


def test_a_folder_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    """The sentence names the system's reason and no path; somebody may make room."""
    (tmp_path / "mail").write_text("a file in the folder's place")
    with pytest.raises(NotDelivered, match=r"^The mail folder cannot be written \(Not a directory\)\.$") as raised:
        MaildirMailer(tmp_path / "mail").deliver(message(), BRAM)

    assert not raised.value.permanent
