import mailbox
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest

from doorward import config
from doorward.edges.mail.post import Post
from doorward.kernel.obstacle import Obstacle
from doorward.kernel.ports import NotDelivered
from tests.edges.mail.servers import Post as Received
from tests.edges.mail.servers import closed_port, mail_server

NAME = UUID("01a20369-62b1-7be4-bea6-67e7059886f7")
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
FACTS = {"user_name": "ada", "by": "bob", "at": "2026-05-04T12:00:00Z"}


def post(folder: Path, **options: str) -> Post:
    """Make the post that the settings name."""
    return Post.of(config.load({"data": folder, **options}, {}).settings)


def test_without_a_mail_server_a_letter_is_a_file(tmp_path: Path) -> None:
    """In the data directory, from the public address's host, named after its row."""
    post(tmp_path, public_url="https://login.example.org").hand_over(
        "account_unlocked", FACTS, "ada@example.org", NAME, NOON
    )
    (message,) = mailbox.Maildir(tmp_path / "mail", create=False)

    assert message["From"] == "Doorward <doorward@login.example.org>"
    assert message["To"] == "ada@example.org"
    assert message["Message-ID"] == f"<{NAME}@login.example.org>"


def test_with_a_mail_server_a_letter_is_handed_over(tmp_path: Path) -> None:
    """Nothing else changes."""
    received = Received()
    with mail_server(received) as port:
        one = post(tmp_path, mail=f"smtp://127.0.0.1:{port}", mail_from="help@example.org")
        one.reach()
        one.hand_over("account_unlocked", FACTS, "ada@example.org", NAME, NOON)

    assert [envelope.rcpt_tos for envelope in received.letters] == [["ada@example.org"]]
    assert not (tmp_path / "mail").exists()


def test_a_mail_server_that_is_not_there_is_found(tmp_path: Path) -> None:
    """Without sending anything."""
    with pytest.raises(NotDelivered, match="could not be reached"):
        post(tmp_path, mail=f"smtp://127.0.0.1:{closed_port()}").reach()


def test_a_folder_that_cannot_be_written_is_found(tmp_path: Path) -> None:
    """A file stands in its place."""
    (tmp_path / "data").write_text("")
    one = Post.of(config.load({"data": tmp_path, "mail": f"maildir://{tmp_path}/data/mail"}, {}).settings)

    with pytest.raises(NotDelivered, match="cannot be written"):
        one.reach()


def test_a_setting_that_would_show_a_password_is_an_obstacle(tmp_path: Path) -> None:
    """It is told when the post is made, not when the first mail leaves."""
    with pytest.raises(Obstacle, match="in clear"):
        post(tmp_path, mail="smtp://us:hunter2@mail.example.org")
