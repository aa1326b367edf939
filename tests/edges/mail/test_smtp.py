import email
import email.policy
import ssl
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from doorward.edges.clock import Stopwatch
from doorward.edges.mail.letters import WrittenLetter
from doorward.edges.mail.message import build
from doorward.edges.mail.smtp import MailServer, SmtpMailer, parse_mail_server
from doorward.kernel.obstacle import Obstacle
from doorward.kernel.ports import NotDelivered, Secret
from tests.edges.mail.servers import Post, certificate, closed_port, mail_server, scripted_server

BRAM = "bram@example.org"
GREETING = b"220 mail.test ESMTP\r\n"


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Give a server's and a client's context."""
    return certificate(tmp_path_factory.mktemp("tls"))


def message() -> EmailMessage:
    """Make a letter with a secret in it."""
    return build(
        WrittenLetter("Your code", "The code is 012345.\n", "<p>The code is 012345.</p>"),
        BRAM,
        sender="doorward@example.org",
        message_id="<0190@example.org>",
        date=datetime(2026, 11, 22, 12, 0, tzinfo=UTC),
    )


def deliver(port: int, step_seconds: float = 10, whole_seconds: float = 30) -> None:
    """Hand the letter to a server on loopback."""
    mailer = SmtpMailer(MailServer("127.0.0.1", port), step_seconds=step_seconds, whole_seconds=whole_seconds)
    mailer.deliver(message(), BRAM)


def test_a_message_arrives_whole_for_its_one_recipient() -> None:
    """Envelope, headers and both parts are what was handed over."""
    post = Post()
    with mail_server(post) as port:
        deliver(port)

    (letter,) = post.letters
    arrived = email.message_from_bytes(_bytes(letter.content), policy=email.policy.default)
    assert (letter.mail_from, letter.rcpt_tos) == ("doorward@example.org", [BRAM])
    assert (arrived["To"], arrived["Message-ID"]) == (BRAM, "<0190@example.org>")
    assert [part.get_content() for part in arrived.iter_parts()] == [
        "The code is 012345.\r\n",
        "<p>The code is 012345.</p>\r\n",
    ]


@pytest.mark.parametrize(
    ("answers", "why", "permanent"),
    [
        ({"RCPT": "550 5.1.1 bram@example.org: no such user"}, "refused the recipient (550 5.1.1)", True),
        ({"RCPT": "450 busy with bram@example.org"}, "refused the recipient (450)", False),
        ({"RCPT": "421 4.3.2 closing"}, "refused the recipient (421 4.3.2)", False),
        ({"DATA": "554 5.7.1 I do not like 012345"}, "refused the message (554 5.7.1)", True),
        ({"DATA": "452 4.2.2 mailbox full"}, "refused the message (452 4.2.2)", False),
        ({"MAIL": "550 doorward@example.org may not send"}, "refused the sender (550)", False),
        ({"MAIL": "421 4.3.2 closing"}, "refused the sender (421 4.3.2)", False),
    ],
)
def test_a_refusal_is_told_by_its_codes_alone(answers: dict[str, str], why: str, *, permanent: bool) -> None:
    """The server's words may hold an address or a code, so they stay out; only what is about this mail is final."""
    with mail_server(Post(**answers)) as port, pytest.raises(NotDelivered) as raised:
        deliver(port)

    assert str(raised.value) == f"The mail server {why}."
    assert raised.value.permanent is permanent


def test_a_server_that_is_down_is_tried_again() -> None:
    """Nobody listens: that may change."""
    with pytest.raises(NotDelivered, match=r"could not be reached \(Connection refused\)") as raised:
        deliver(closed_port())

    assert not raised.value.permanent


@pytest.mark.parametrize(
    "answers",
    [
        (b"",),
        (GREETING, b""),
        (GREETING, b"250 mail.test\r\n", b"250 OK\r\n", b"250 OK\r\n", b"354 go on\r\n", b""),
    ],
    ids=["at once", "after the greeting", "after the message"],
)
def test_a_server_that_hangs_up_is_tried_again(answers: tuple[bytes, ...]) -> None:
    """Without its yes a message is not delivered, even if it has all of it."""
    with scripted_server(*answers) as port, pytest.raises(NotDelivered, match="hung up") as raised:
        deliver(port)

    assert not raised.value.permanent


def test_a_server_that_says_yes_and_then_no_goodbye_has_the_message() -> None:
    """After the yes nothing can undo it, or the mail would go twice."""
    answers = [GREETING, *[b"250 OK\r\n"] * 3, b"354 go on\r\n", b"250 OK\r\n"]
    for goodbye in (b"", b"500 never\r\n"):
        with scripted_server(*answers, goodbye) as port:
            deliver(port)


@pytest.mark.parametrize(
    "answers", [(), (GREETING,), (GREETING, b"250 mail.test\r\n")], ids=["silent", "after greeting", "after hello"]
)
def test_a_server_that_hangs_is_left_after_a_step(answers: tuple[bytes, ...]) -> None:
    """A tenth of a second here, ten seconds by default, and then it is tried again."""
    watch = Stopwatch()
    with scripted_server(*answers) as port, pytest.raises(NotDelivered, match="did not answer in time") as raised:
        deliver(port, step_seconds=0.1)

    assert not raised.value.permanent
    assert watch.seconds() < 5


def test_a_server_that_sends_a_byte_now_and_then_is_cut_off() -> None:
    """No step of it is late, but the whole is bounded too."""
    watch = Stopwatch()
    with scripted_server(drip=0.05) as port, pytest.raises(NotDelivered, match="did not answer in time"):
        deliver(port, step_seconds=5, whole_seconds=0.3)

    assert watch.seconds() < 5


@pytest.mark.parametrize("greeting", [b"554 no service\r\n", b"421 later\r\n"])
def test_a_server_that_does_not_welcome_us_is_tried_again(greeting: bytes) -> None:
    """Whatever its reason, it is not about this mail."""
    with scripted_server(greeting) as port, pytest.raises(NotDelivered, match="refused to talk to us") as raised:
        deliver(port)

    assert not raised.value.permanent


@pytest.mark.parametrize("greeting", [b"what?\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"2\r\n", b"099 no\r\n"])
def test_what_is_no_mail_server_is_told(greeting: bytes) -> None:
    """Another program listens on the port that was named, or the line is bad."""
    with scripted_server(greeting) as port, pytest.raises(NotDelivered, match="not speak as a mail server") as raised:
        deliver(port)

    assert not raised.value.permanent


def test_starttls_is_done_before_anything_is_sent(tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    """Where it is required, mail and password go over TLS."""
    post = Post()
    server = MailServer("127.0.0.1", 0, starttls=True, user="doorward", password=Secret("right"))
    with mail_server(post, tls_context=tls[0], require_starttls=True, auth_required=True) as port:
        SmtpMailer(_at(server, port), tls=tls[1]).deliver(message(), BRAM)

    assert len(post.letters) == 1


def test_without_starttls_nothing_is_sent_where_it_is_required() -> None:
    """A server that does not offer it, or somebody in between who hides it, gets nothing."""
    post = Post()
    with mail_server(post) as port, pytest.raises(NotDelivered, match="lacks what the mail setting"):
        SmtpMailer(MailServer("127.0.0.1", port, starttls=True)).deliver(message(), BRAM)

    assert post.letters == []


def test_tls_from_the_first_byte_is_spoken(tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    """The way of smtps."""
    post = Post()
    with mail_server(post, tls=tls[0]) as port:
        SmtpMailer(MailServer("127.0.0.1", port, tls=True), tls=tls[1]).deliver(message(), BRAM)

    assert len(post.letters) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_certificate_that_is_not_trusted_or_not_the_servers_is_refused(
    tls: tuple[ssl.SSLContext, ssl.SSLContext], host: str
) -> None:
    """Trusted by nobody at the first address, made for another name at the second."""
    post = Post()
    client = None if host == "127.0.0.1" else tls[1]
    with mail_server(post, tls_context=tls[0]) as port, pytest.raises(NotDelivered, match="CERTIFICATE_VERIFY_FAILED"):
        SmtpMailer(MailServer(host, port, starttls=True), tls=client).deliver(message(), BRAM)

    assert post.letters == []


def test_a_wrong_password_is_told_and_tried_again(tls: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    """Somebody may correct the setting; the password is in no error."""
    server = MailServer("127.0.0.1", 0, tls=True, user="doorward", password=Secret("wrong"))
    with (
        mail_server(Post(), tls=tls[0], auth_require_tls=False) as port,
        pytest.raises(NotDelivered, match=r"refused our user or password \(535 5\.7\.8\)") as raised,
    ):
        SmtpMailer(_at(server, port), tls=tls[1]).deliver(message(), BRAM)

    assert not raised.value.permanent


def _bytes(content: object) -> bytes:
    assert isinstance(content, bytes)
    return content


def _at(server: MailServer, port: int) -> MailServer:
    return MailServer(
        server.host, port, tls=server.tls, starttls=server.starttls, user=server.user, password=server.password
    )


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example.org", MailServer("mail.example.org", 25)),
        ("smtp://mail.example.org:2525/", MailServer("mail.example.org", 2525)),
        ("smtp://[::1]:2525", MailServer("::1", 2525)),
        ("smtp://mail.example.org?starttls=required", MailServer("mail.example.org", 587, starttls=True)),
        ("smtps://mail.example.org", MailServer("mail.example.org", 465, tls=True)),
        (
            "smtps://a%40b:p%3A%2Fw@mail.example.org",
            MailServer("mail.example.org", 465, tls=True, user="a@b", password=Secret("p:/w")),
        ),
        (
            "smtp://u:p@mail.example.org:25?starttls=required",
            MailServer("mail.example.org", 25, starttls=True, user="u", password=Secret("p")),
        ),
        ("smtp://u:p@127.0.0.1:25", MailServer("127.0.0.1", 25, user="u", password=Secret("p"))),
        ("smtp://u@localhost", MailServer("localhost", 25, user="u")),
    ],
)
def test_the_mail_setting_is_read(url: str, server: MailServer) -> None:
    """Host, port, TLS, user and password come out of one address."""
    assert parse_mail_server(url) == server


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("http://mail.example.org", "cannot be read"),
        ("smtp://", "cannot be read"),
        ("smtp://mail.example.org:port", "cannot be read"),
        ("smtp://mail.example.org:99999", "cannot be read"),
        ("smtp://[::1", "cannot be read"),
        ("smtp://mail.example.org/path", "cannot be read"),
        ("smtp://mail.example.org#part", "cannot be read"),
        ("smtp://mail.example.org?starttls", "cannot be read"),
        ("smtp://mail.example.org?starttls=maybe", "option that does not exist"),
        ("smtp://mail.example.org?tls=1", "option that does not exist"),
        ("smtps://mail.example.org?starttls=required", "option that does not exist"),
        ("smtp://u:hidden@mail.example.org", "in clear"),
    ],
)
def test_a_mail_setting_that_cannot_be_used_is_told(url: str, what: str) -> None:
    """One sentence says what, one how to mend it, and none the password."""
    with pytest.raises(Obstacle, match=what) as raised:
        parse_mail_server(url)

    assert "hidden" not in str(raised.value)
