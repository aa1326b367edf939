import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.edges.mail.letters import WrittenLetter
from doorward.edges.mail.message import build, message_id, spelled
from doorward.kernel.ports import NotDelivered

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
LETTER = WrittenLetter("Your code", "The code is 012345.\n", "<p>The code is 012345.</p>\n")


def built(
    letter: WrittenLetter = LETTER, recipient: str = "bram@example.org", sender: str = "doorward@example.org"
) -> EmailMessage:
    """Build a message and read it back from its bytes."""
    message = build(letter, recipient, sender=sender, message_id="<0190@example.org>", date=NOON)
    return email.message_from_bytes(bytes(message), policy=email.policy.default)


def test_a_message_has_its_headers() -> None:
    """Sender, recipient, subject, the date and id that it was given, and the mark of a machine (RFC 3834)."""
    assert dict(built().items()) | {"Content-Type": ""} == {
        "From": "Doorward <doorward@example.org>",
        "To": "bram@example.org",
        "Subject": "Your code",
        "Date": "Sun, 22 Nov 2026 12:00:00 +0000",
        "Message-ID": "<0190@example.org>",
        "Auto-Submitted": "auto-generated",
        "MIME-Version": "1.0",
        "Content-Type": "",
    }


def test_the_text_comes_first_and_the_html_beside_it() -> None:
    """Programs show the last part that they can, people with a plain one read the first."""
    parts = list(built().iter_parts())

    assert built().get_content_type() == "multipart/alternative"
    assert [(part.get_content_type(), part.get_content()) for part in parts] == [
        ("text/plain", LETTER.text),
        ("text/html", LETTER.html),
    ]


def test_a_long_link_stands_unbroken_in_the_bytes() -> None:
    """A letter in ASCII is not encoded, so that it can be read in the file."""
    link = "http://127.0.0.1:8420/set-password/" + "x" * 200
    message = build(
        WrittenLetter("s", f"{link}\n", f"<a>{link}</a>"),
        "b@example.org",
        sender="d@example.org",
        message_id="<1@x>",
        date=NOON,
    )

    assert f"\n{link}\n".encode() in bytes(message)


def test_other_scripts_arrive_as_they_were_written() -> None:
    """What is not ASCII is encoded for every server, and the bytes are ASCII."""
    letter = WrittenLetter("Gr\u00fc\u00dfe \u65e5\u672c", "Zo\u00eb \u65e5\u672c\n", "<p>Zo\u00eb \U0001f600</p>\n")
    message = build(letter, "b@example.org", sender="d@example.org", message_id="<1@x>", date=NOON)

    assert bytes(message).isascii()
    assert built(letter)["Subject"] == letter.subject
    assert [part.get_content() for part in built(letter).iter_parts()] == [letter.text, letter.html]


@pytest.mark.parametrize("subject", ["a\nBcc: victim@example.org", "a\r\n\r\nbody", "a\rBcc: x"])
def test_a_subject_with_line_breaks_is_a_bug(subject: str) -> None:
    """Nothing can add a header; subjects are ours and have one line."""
    with pytest.raises(ValueError, match="linefeed or carriage return"):
        built(WrittenLetter(subject, "x\n", "x\n"))


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "bram",
        "@example.org",
        "bram@",
        "bram@example.org, victim@example.org",
        "bram@example.org\r\nBcc: victim@example.org",
        "bram rossi@example.org",
        "Bram <bram@example.org>",
        "bram@example.org victim@example.org",
        "bram(remark)@example.org",
        ".bram@example.org",
        "bram@example.org\x00",
        "bram@" + "x" * 64 + "\u00e9.example",
    ],
)
def test_what_is_not_one_address_is_refused_for_good(recipient: str) -> None:
    """One recipient or none; the refusal does not show what it was."""
    with pytest.raises(NotDelivered) as raised:
        built(recipient=recipient)

    assert raised.value.permanent
    assert str(raised.value) == "The address is not one that mail can be sent to."


@given(st.text(max_size=60))
def test_no_recipient_adds_a_header_or_a_second_recipient(recipient: str) -> None:
    """Whatever stands in the place of an address, a message has one recipient and its usual headers."""
    try:
        message = built(recipient=recipient)
    except NotDelivered:
        return

    assert len(message["To"].addresses) == 1
    assert message.keys() == built().keys()


@pytest.mark.parametrize(
    ("address", "mailed"),
    [
        ("bram@example.org", "bram@example.org"),
        ("bram@b\u00fccher.example", "bram@xn--bcher-kva.example"),
        ("doorward@127.0.0.1", "doorward@[127.0.0.1]"),
        ("doorward@::1", "doorward@[IPv6:::1]"),
        ("doorward@[::1]", "doorward@[IPv6:::1]"),
        ("zo\u00eb@example.org", "zo\u00eb@example.org"),
    ],
)
def test_addresses_are_spelled_as_mail_wants_them(address: str, mailed: str) -> None:
    """Domains in ASCII, machines as literals, the part before the @ as it is."""
    assert spelled(address) == mailed


def test_a_sender_on_a_machine_without_a_name_can_send() -> None:
    """The address on which Doorward listens by default makes a sender that can be parsed again."""
    assert built(sender="doorward@127.0.0.1")["From"].addresses[0].addr_spec == "doorward@[127.0.0.1]"


def test_a_message_id_is_made_of_the_row_and_the_sender() -> None:
    """The same row gives the same id at each try."""
    assert message_id("0190-aa", "doorward@127.0.0.1") == "<0190-aa@[127.0.0.1]>"
