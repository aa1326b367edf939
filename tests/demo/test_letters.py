import mailbox
from email.message import EmailMessage
from pathlib import Path

from doorward.demo.letters import Letters
from doorward.demo.stage import MAILED_CODE

NO_PATIENCE = 0.0


def post(folder: Path, to: str, text: str) -> None:
    """Leave a letter in the Maildir."""
    message = EmailMessage()
    message["To"], message["Subject"] = to, "Your code"
    message.set_content(text)
    message.add_alternative(f"<p>{text}</p>", subtype="html")
    mailbox.Maildir(folder / "mail", create=True).add(message)


def test_a_code_is_read_from_the_text(tmp_path: Path) -> None:
    """The six digits stand on a line of their own."""
    post(tmp_path, "bram@example.org", "For 100000 people:\n\n    492039\n\nGood until 12:00.")
    letter = Letters(tmp_path / "mail", NO_PATIENCE).take("bram@example.org", MAILED_CODE)

    assert letter is not None
    assert letter.says(MAILED_CODE) == "492039"


def test_a_letter_is_taken_once(tmp_path: Path) -> None:
    """A code that was read is not taken for the next one."""
    post(tmp_path, "bram@example.org", "492039")
    letters = Letters(tmp_path / "mail", NO_PATIENCE)

    assert letters.take("bram@example.org", MAILED_CODE) is not None
    assert letters.take("bram@example.org", MAILED_CODE) is None


def test_letters_of_others_stay_where_they_are(tmp_path: Path) -> None:
    """Everybody reads their own mail."""
    post(tmp_path, "bram@example.org", "492039")
    letters = Letters(tmp_path / "mail", NO_PATIENCE)

    assert letters.take("carmen@example.org", MAILED_CODE) is None
    assert letters.take("bram@example.org", MAILED_CODE) is not None
