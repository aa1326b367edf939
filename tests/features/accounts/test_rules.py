from datetime import timedelta

import pytest

from doorward.features.accounts import rules
from doorward.kernel.outcome import Refused
from tests.worlds import NOON

SHORT, LONG = "a" * 200, "a" * 201
CROWD = "\N{ARABIC LIGATURE SALLALLAHOU ALAYHE WASALLAM}"
"""One sign that stands for eighteen."""


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("alice", None),
        ("Ålice Ünder-Hill 2.", None),
        ("李雷", None),
        (SHORT, None),
        ("", "accounts.name_missing"),
        ("   ", "accounts.name_missing"),
        ("\u3000\u2003", "accounts.name_missing"),
        (LONG, "accounts.name_too_long"),
        (CROWD * 60, "accounts.name_too_long"),
        ("system", "accounts.name_taken"),
        (" System ", "accounts.name_taken"),
        ("cli:root", "accounts.name_taken"),
        ("\uff23\uff2c\uff29\uff1aroot", "accounts.name_taken"),  # full-width letters and colon
        ("systems", None),
        ("al\x00ice", "accounts.name_malformed"),
        ("al\x1b[31mice", "accounts.name_malformed"),
        ("al\nice", "accounts.name_malformed"),
        ("al\u0085ice", "accounts.name_malformed"),
        ("al\u2028ice", "accounts.name_malformed"),
        ("al\u200bice", "accounts.name_malformed"),  # a space that is not seen
        ("\u202eecila", "accounts.name_malformed"),  # turns the direction of reading
        ("al\ud800ice", "accounts.name_malformed"),  # half a character
    ],
)
def test_names(name: str, code: str | None) -> None:
    """A name has 1 to 200 characters, none that acts without being seen, and is not how the trail calls the server."""
    refused = rules.judge_name(name, "user_name")

    assert (refused.code if refused else None) == code


def test_a_name_that_is_only_read_is_spelled_as_its_script_wants() -> None:
    """Persian has a joiner within words; nobody types it to sign in, so a user name has none."""
    name = "نام\u200cخانوادگی"

    assert rules.judge_name(name, "full_name") is None
    assert rules.judge_name(name, "user_name") == Refused("accounts.name_malformed", {"field": "user_name"})
    assert rules.judge_name("al\u200cice", "full_name") == Refused("accounts.name_malformed", {"field": "full_name"})


def test_refused_name_says_which_field() -> None:
    """A form shows the refusal beside its field, with the limit."""
    refused = rules.judge_name(LONG, "full_name")

    assert refused == Refused("accounts.name_too_long", {"field": "full_name", "most": 200})


@pytest.mark.parametrize(
    "address",
    [
        "bram@example.org",
        "bram.rossi+desk@mail.example.org",
        "o'hara@example.org",
        "bram@localhost",
        "jos\u00e9@ex\u00e4mple.org",
        "a" * 242 + "@example.org",
    ],
)
def test_addresses(address: str) -> None:
    """What a mail server could take for one mailbox passes; the rest is for the mail server to say."""
    assert rules.judge_email(address) is None


@pytest.mark.parametrize(
    "address",
    [
        "bram",
        "@example.org",
        "bram@",
        "@",
        "bram@@example.org",
        "bram@example@org",
        "bram rossi@example.org",
        "bram@example.org ",
        " bram@example.org",
        "bram@example.org\n",
        "bram@example.org\nBcc: eve@example.org",
        "bram@example.org,eve@example.org",
        "bram@example.org;eve@example.org",
        "Bram <bram@example.org>",
        '"bram"@example.org',
        "bram@[192.0.2.7]",
        "bram(desk)@example.org",
        "bram\\@example.org",
        "bram@.example.org",
        "bram@example.org.",
        "bram@example..org",
        "bram\u00a0@example.org",
        "bram\u200b@example.org",
        "a" * 243 + "@example.org",
        CROWD * 60 + "@example.org",
    ],
)
def test_what_is_no_address(address: str) -> None:
    """One mailbox and nothing else: no second recipient, no header, no list, no part that is missing."""
    assert rules.judge_email(address) == Refused("accounts.email_malformed")


@pytest.mark.parametrize(("hours", "binds"), [(0, True), (1, True), (71.999, True), (72, False), (100, False)])
def test_change_of_credentials_binds_for_72_hours(hours: float, *, binds: bool) -> None:
    """After three days an operator may issue a code again (KEY-10)."""
    assert rules.recent(NOON, NOON + timedelta(hours=hours)) is binds
