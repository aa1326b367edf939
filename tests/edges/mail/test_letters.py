from collections.abc import Mapping
from html.parser import HTMLParser

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.edges.mail.letters import instant, kinds, render
from doorward.features.notices.model import Kind
from doorward.kernel.outcome import Fact

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0"
LINK = "http://127.0.0.1:8420/set-password/AZ-_09"
FACTS: Mapping[str, Fact] = {
    "user_name": "bram.rossi",
    "at": "2026-11-22T12:34:56.789Z",
    "until": "2026-11-25T12:34:56Z",
    "ends_at": "2026-11-22T13:34:56Z",
    "expires_at": "2026-11-22T12:44:56Z",
    "by": "ada",
    "address": "192.0.2.7",
    "user_agent": FIREFOX,
    "lock_reason": "Failures",
    "left": 9,
    "contact": "the help desk, room 3",
    "code": "012345",
    "link": LINK,
    "passkey": "Phone",
    "serial": "100234",
    "blocked": True,
    "excluded": True,
}
LEAST: Mapping[str, Fact] = {
    "user_name": "bram.rossi", "code": "012345", "link": LINK, "passkey": "Phone", "serial": "7", "blocked": False,
}  # fmt: skip
WITH_CODE = {"device_code"}
WITH_LINK = {"account_added", "password_forgotten", "password_reset_started"}
NOT_ME = "http://127.0.0.1:8420/not-me/AZ-_09"
WITH_NOT_ME = {
    "allowed_to_set_up",
    "device_remembered",
    "email_changed",
    "hardware_token_assigned",
    "hardware_token_resynchronised",
    "hardware_token_unassigned",
    "new_browser",
    "passkey_added",
    "passkey_doubted",
    "passkey_removed",
    "password_changed",
    "recovery_code_used",
    "recovery_codes_made",
    "second_factor_deleted",
    "second_factor_regenerated",
    "second_factor_reset",
    "second_factor_set_up",
    "temporary_access_code_issued",
}


class Tags(HTMLParser):
    """Counts the tags of a page, and keeps its texts and links."""

    def __init__(self, page: str) -> None:
        """Read the page."""
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.links: set[str | None] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag."""
        self.tags.append(tag)
        self.links |= {value for name, value in attrs if name == "href"}

    def handle_data(self, data: str) -> None:
        """Note a text."""
        self.texts.append(data)


def test_every_kind_of_notice_has_a_letter() -> None:
    """What actions can tell and what templates can say are the same list."""
    assert kinds() == {kind.value for kind in Kind}


@pytest.mark.parametrize("kind", sorted(kinds()))
@pytest.mark.parametrize("facts", [FACTS, LEAST], ids=["all facts", "least facts"])
def test_every_kind_is_rendered(kind: str, facts: Mapping[str, Fact]) -> None:
    """Subject, text and HTML name the account, say the same, and leave nothing unfilled."""
    letter = render(kind, facts, "https://sign-in.example.org")

    assert letter.subject
    assert "bram.rossi" in letter.text
    assert "bram.rossi" in letter.html
    assert letter.text.endswith("--\nSent by Doorward at https://sign-in.example.org\n")
    assert not any(sign in letter.text + letter.html for sign in ("{{", "{%", "None", "Undefined"))


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_text_and_html_say_the_same(kind: str) -> None:
    """Read without tags and line breaks, the HTML has the words of the text, in their order."""
    letter = render(kind, FACTS)
    words = " ".join(Tags(letter.html.partition("</h1>")[2]).texts).split()

    assert [word.rstrip(":") for word in words] == [word.rstrip(":") for word in letter.text.split() if word != "--"]


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_a_code_stands_where_it_belongs_and_never_in_a_subject(kind: str) -> None:
    """Only the letter that brings the code has it, in its text: a subject is shown on locked screens."""
    letter = render(kind, FACTS)

    assert "012345" not in letter.subject
    assert ("012345" in letter.text, "012345" in letter.html) == (kind in WITH_CODE, kind in WITH_CODE)


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_a_link_stands_alone_on_its_line_and_only_where_it_belongs(kind: str) -> None:
    """So that no mail program takes the words after it for a part of it."""
    letter = render(kind, FACTS)

    assert (LINK in letter.text.splitlines()) == (kind in WITH_LINK)
    assert Tags(letter.html).links == ({LINK} if kind in WITH_LINK else set())


def test_the_mailed_code_comes_with_account_time_browser_address_and_advice() -> None:
    """DEV-4, in a text that can be read aloud."""
    assert render("device_code", FACTS).text == (
        "To go on signing in to bram.rossi, type this code:\n"
        "\n"
        "    012345\n"
        "\n"
        "Account: bram.rossi\n"
        "Asked for: 22 November 2026, 12:34 UTC\n"
        "Browser: Firefox on Linux\n"
        "Address: 192.0.2.7\n"
        "Good until: 22 November 2026, 12:44 UTC\n"
        "\n"
        "It works once, and only in the sign-in that asked for it.\n"
        "\n"
        "If this was not you, somebody has your password. Give the code to nobody, whoever asks for it, and tell "
        "the help desk, room 3 at once, so that your password is changed.\n"
        "\n"
        "--\n"
        "Sent by Doorward\n"
    )


@pytest.mark.parametrize(
    ("reason", "ends_at", "first", "last"),
    [
        ("Failures", None, "too many attempts", "Locked until: somebody unlocks it"),
        ("Failures", "2026-11-22T13:34:56Z", "too many attempts", "Locked until: 22 November 2026, 13:34 UTC"),
        ("Inactivity", None, "nobody has signed in", "Locked until: somebody unlocks it"),
        ("Administrator", None, "was locked by an operator.", "Locked until: somebody unlocks it"),
        ("Reported", None, "somebody reported", "Locked until: somebody unlocks it"),
    ],
)
def test_a_lock_is_told_with_its_reason_and_end(reason: str, ends_at: str | None, first: str, last: str) -> None:
    """The person reads why, until when, and whom to ask (LOCK-13)."""
    text = render("account_locked", {**FACTS, "lock_reason": reason, "ends_at": ends_at}).text

    assert first in text
    assert last in text
    assert "the help desk, room 3" in text


def test_a_lock_that_ended_by_itself_names_nobody() -> None:
    """An unlock by hand says by whom; the end of a timed lock has no actor."""
    assert "Unlocked by: ada" in render("account_unlocked", FACTS).text
    assert "has come to its end" in render("account_unlocked", {**FACTS, "by": ""}).text


def test_a_reset_promises_an_excluded_account_no_set_up() -> None:
    """It signs in with the password alone, as before."""
    usual, excluded = render("second_factor_reset", LEAST).text, render("second_factor_reset", FACTS).text

    assert ("type the code that is then sent" in usual, "password alone" in usual) == (True, False)
    assert ("type the code that is then sent" in excluded, "password alone" in excluded) == (False, True)


def test_without_a_contact_the_help_desk_is_named() -> None:
    """Somebody is always named to ask."""
    assert "tell your help desk" in render("password_changed", {**FACTS, "contact": ""}).text


@pytest.mark.parametrize("kind", sorted(kinds()))
def test_what_was_done_to_an_account_can_be_disowned(kind: str) -> None:
    """The link to say *this was not me* stands alone on its line, and can be pressed (DESK-3)."""
    letter, without = render(kind, {**FACTS, "not_me": NOT_ME}), render(kind, FACTS)

    assert (NOT_ME in letter.text.splitlines()) == (NOT_ME in Tags(letter.html).links) == (kind in WITH_NOT_ME)
    assert "not-me" not in without.text + without.html
    assert letter.text.count("If this was not you") <= 1


@pytest.mark.parametrize("kind", sorted(kinds()))
@pytest.mark.parametrize(
    "hostile",
    [
        "bram\r\nBcc: victim@example.org\r\n\r\nbody",
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "{{ 7 * 7 }}{% raw %}",
        "\u202egnp.exe\u2066\u0000\u2028\x1b[31m",
        "&lt;b&gt;",
    ],
    ids=["header", "script", "attribute", "template", "direction", "entity"],
)
def test_hostile_facts_are_inert(kind: str, hostile: str) -> None:
    """A name with line breaks, markup, template signs or hidden characters changes neither lines nor tags."""
    facts = {**FACTS, **dict.fromkeys(["user_name", "by", "address", "user_agent", "contact", "lock_reason"], hostile)}
    calm = {**FACTS, **dict.fromkeys(["user_name", "by", "address", "user_agent", "contact", "lock_reason"], "x")}
    letter, usual = render(kind, facts), render(kind, calm)
    browsers = 1 if any("Browser" in line for line in usual.text.splitlines()) else 0

    assert letter.subject == usual.subject
    assert len(usual.text.splitlines()) - len(letter.text.splitlines()) in {0, browsers}
    assert set(Tags(letter.html).tags) == set(Tags(usual.html).tags)
    assert not set(letter.text + letter.html) & set("\u202e\u2066\x00\u2028\x1b\r")


def test_markup_is_shown_as_it_was_typed() -> None:
    """Escaped once, and not twice."""
    letter = render("password_changed", {**FACTS, "user_name": "R&D <team>"})

    assert "of your account R&D <team> was" in letter.text
    assert "of your account R&amp;D &lt;team&gt; was" in letter.html


def test_a_long_fact_is_cut() -> None:
    """No line grows beyond what mail may carry (RFC 5322 section 2.1.1)."""
    letter = render("account_locked", {**FACTS, **dict.fromkeys(["user_name", "contact", "address"], "x" * 5000)})

    assert max(map(len, letter.text.splitlines() + letter.html.splitlines())) < 998


@pytest.mark.parametrize(
    "link",
    [
        "",
        "javascript:alert(1)",
        "http://a/\r\nBcc: x",
        "http://a/ b",
        'http://a/"><b>',
        "http://a/" + "x" * 700,
        None,
        7,
    ],
)
def test_a_link_that_is_none_is_a_bug(link: Fact) -> None:
    """Links are made by the server; what is not one is not sent."""
    with pytest.raises(ValueError, match="address of this server"):
        render("account_added", {**FACTS, "link": link})


@pytest.mark.parametrize(
    ("kind", "missing"), [("device_code", "code"), ("account_added", "link"), ("device_code", "user_name")]
)
def test_a_letter_without_what_it_is_for_is_a_bug(kind: str, missing: str) -> None:
    """An empty code or link would be sent in vain."""
    facts = {name: value for name, value in FACTS.items() if name != missing}

    with pytest.raises(jinja2.UndefinedError):
        render(kind, facts)


def test_an_unknown_kind_is_a_bug() -> None:
    """No letter is made up."""
    with pytest.raises(jinja2.TemplateNotFound):
        render("unknown", FACTS)


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("2026-01-02T03:04:05Z", "2 January 2026, 03:04 UTC"),
        ("2026-11-22T23:59:59.123456Z", "22 November 2026, 23:59 UTC"),
        (None, None),
        ("", None),
    ],
)
def test_instants_are_told_in_words(value: str | None, told: str | None) -> None:
    """People read a date and a time with its zone."""
    assert instant(value) == told


@given(name=st.text(max_size=250))
def test_no_name_breaks_a_letter(name: str) -> None:
    """Whatever it is called, an account's letter has its lines and its tags."""
    usual = render("password_changed", FACTS)
    letter = render("password_changed", {**FACTS, "user_name": name})

    assert len(letter.text.splitlines()) - len(usual.text.splitlines()) in {0, -1}
    assert Tags(letter.html).tags.count("p") == Tags(usual.html).tags.count("p")
