import pytest

from doorward.features.policy.model import DeviceMethod, PasswordRules
from doorward.features.policy.rules import advice
from doorward.kernel.outcome import Fact, Refused
from doorward.kernel.sentences import advice_on, clock_sentence, sentence


def test_facts_fill_the_sentence() -> None:
    """What the visitor may know stands in it."""
    assert sentence(Refused("passwords.min_length", {"least": 12})) == (
        "This password is too short. Choose one of at least 12 characters."
    )


def test_an_empty_fact_has_its_stand_in() -> None:
    """A site that names no contact still tells people whom to ask."""
    told = sentence(Refused("signin.refused", {"contact": ""}))

    assert told.endswith("ask your help desk.")
    assert sentence(Refused("signin.refused", {"contact": "service@example.org"})).endswith("ask service@example.org.")


def test_a_fact_is_never_a_template() -> None:
    """Braces in what somebody typed stay braces."""
    assert "“{x.__class__}”" in sentence(Refused("request.unknown_field", {"field": "{x.__class__}"}))


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({}, ""),
        ({"clock_error_minutes": -4, "token_in_step": False}, "Your device's clock is about 4 minutes slow."),
        ({"clock_error_minutes": 10, "token_in_step": False}, "Your device's clock is about 10 minutes fast."),
        ({"clock_error_minutes": 1}, "Your device's clock is about 1 minute fast."),
        ({"clock_error_minutes": -1}, "Your device's clock is about 1 minute slow."),
        (
            {"clock_error_minutes": None, "token_in_step": True},
            "Your hardware token was out of step, and is in step again from now on.",
        ),
        (
            {"token_expired_at": "2026-05-04T13:00:00Z"},
            "The time of your hardware token was over on 2026-05-04; ask for another one.",
        ),
    ],
)
def test_key_15_a_wrong_code_says_what_is_known_of_the_clock(facts: dict[str, Fact], said: str) -> None:
    """A phone's clock can be set, by minutes; a token is in step already, or over."""
    refused = Refused("otp.wrong", facts)
    before = f"{said} " if said else ""

    assert clock_sentence(refused) == said
    assert sentence(refused) == f"This code is wrong. {before}Type the one that your authenticator app shows now."


@pytest.mark.parametrize(
    ("ends_at", "until"), [(None, ""), ("2026-05-04T13:00:00.250000Z", " until 2026-05-04 13:00 UTC")]
)
def test_lock_11_the_locked_hear_since_when_and_until_when(ends_at: str | None, until: str) -> None:
    """In minutes of UTC, and whom to ask."""
    facts: dict[str, Fact] = {"locked_at": "2026-05-04T12:00:59.999999Z", "ends_at": ends_at, "contact": "extension 7"}

    assert sentence(Refused("signin.locked", facts)) == (
        f"This account has been locked since 2026-05-04 12:00 UTC{until}. To have it unlocked, ask extension 7."
    )


def test_dev_1_each_setting_that_weakens_the_rules_has_its_advice() -> None:
    """A code that lives longer than ten minutes, no factor, nothing to spare, names told to everybody."""
    slow = advice(PasswordRules(device_code_minutes=11, show_locked_page_to_everybody=True))
    bare = advice(PasswordRules(device_method=DeviceMethod.EMAIL))
    idle = advice(PasswordRules(remember_device_days=30))

    assert [advice_on(setting, facts) for found in (slow, bare, idle) for setting, facts in found.items()] == [
        "A code by e-mail that is valid for more than 10 minutes gives whoever reads the mailbox more time to use it.",
        "Whoever asks is told which names exist and are locked.",
        (
            "Accounts that never had a second factor sign in without one: a code by e-mail is none. "
            "They can never administer."
        ),
        "Without a code by e-mail at sign-in there is nothing that a device is spared.",
    ]


@pytest.mark.parametrize(
    ("field", "said"), [("user_name", "The user name is empty."), ("full_name", "The full name is empty.")]
)
def test_a_name_is_called_what_people_call_it(field: str, said: str) -> None:
    """Whatever its field is called."""
    assert sentence(Refused("accounts.name_missing", {"field": field})).startswith(said)
