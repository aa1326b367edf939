from dataclasses import replace

from doorward.doors.console.password_words import password_asked
from doorward.features.policy.model import PasswordRules

BARE = replace(PasswordRules(), previous_passwords=0)


def test_the_shipped_rules_are_three_sentences() -> None:
    """Length, what is guessed first, what was had before."""
    assert password_asked(PasswordRules()) == {
        "rules": [
            "At least 12 characters; spaces are welcome.",
            "Not a common password, and without your name or address.",
            "Not one of your last 5.",
        ],
        "least": 12,
    }


def test_each_minimum_has_its_sentence() -> None:
    """One of a thing is not called many."""
    asked = password_asked(replace(BARE, min_letters=1, min_digits=2, min_specials=1, min_groups=3))

    assert asked["rules"][1:5] == [
        "At least 1 letter.",
        "At least 2 digits.",
        "At least 1 special character.",
        "Characters of 3 groups: small letters, capitals, digits, specials.",
    ]
