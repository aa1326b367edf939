"""What a new password must be, and how long it is good.

Rules are asked in a fixed order and the first that fails is named. The list of common passwords is handed in as a
question, for reading it is for the outside.
"""

import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta

from doorward.features.passwords.model import Requirements, Whose
from doorward.features.policy.model import PasswordRules
from doorward.kernel.names import canonical
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import BreachListing, Secret

MAX_LENGTH = 256
"""In code points after NFC; longer ones are refused, never cut (PASS-1)."""
MAX_TYPED = 4 * MAX_LENGTH
"""In code points as typed: NFC makes one of at most four, so a longer text can only be too long.

It is not brought to NFC at all, for that costs the square of the longest run of combining marks.
"""
CHANGE_INTERVAL = timedelta(hours=24)
SHORTEST_NAME = 3
"""Names of one or two characters are in too many good passwords to be looked for."""

ASKS = 3
ASKS_WITHIN = timedelta(hours=1)
"""At most `ASKS` mails within this time go to whoever forgets a password (PASS-5)."""
LIST_NAME = 100
"""How many characters the name of a breach list has at most."""
RETRY = 60
"""Seconds after which to try again while a breach list cannot be read: somebody has to mend it."""

IsCommon = Callable[[str], bool]
"""Tells whether a text, folded as by `fold`, is among the common passwords."""


def normal(text: str) -> str:
    """Bring a password to NFC: what looks the same is the same, whatever keyboard it was typed on (PASS-1)."""
    return unicodedata.normalize("NFC", text) if len(text) <= MAX_TYPED else text


def fold(text: str) -> str:
    """Bring a text to the form in which common passwords are compared: NFC, without regard to case."""
    return normal(normal(text).casefold())


def asked_by(rules: PasswordRules) -> Requirements:
    """Pick what the password rules ask of a password."""
    return Requirements(
        min_length=rules.min_length,
        letters=rules.min_letters,
        digits=rules.min_digits,
        specials=rules.min_specials,
        groups=rules.min_groups,
        previous=rules.previous_passwords,
        days_valid=rules.days_valid,
        once_a_day=rules.one_change_a_day,
    )


def judge(password: Secret, requirements: Requirements, whose: Whose, is_common: IsCommon) -> Refused | None:
    """Decide whether a new password is good enough; a refusal `passwords.<rule>` names the first rule that it fails."""
    text = normal(password.reveal())
    return (
        _length(text, requirements)
        or _composition(text, requirements)
        or (Refused("passwords.common") if is_common(fold(text)) else None)
        or _contained(text, whose)
    )


def spellings(password: Secret) -> tuple[str, ...]:
    """List what to look for in the site's breach lists: the password itself, and as plain lists are kept (PASS-2)."""
    text = normal(password.reveal())
    return tuple(dict.fromkeys((text, fold(text))))


def judge_listed(answer: BreachListing) -> Refused | None:
    """Refuse a password that one of the site's breach lists has, and any while a list cannot be read (PASS-2)."""
    if answer is BreachListing.FOUND:
        return Refused("passwords.breached")
    if answer is BreachListing.UNREADABLE:
        return Refused("passwords.breach_list_unreadable", retry_after=RETRY)
    return None


def judge_list_name(name: str) -> Refused | None:
    """Refuse a breach list's name that is empty, long, or would not print."""
    if 0 < len(name) <= LIST_NAME and name.isprintable() and name == name.strip():
        return None
    return Refused("breach_lists.name", {"most": LIST_NAME})


def judge_history(requirements: Requirements, *, had_before: bool) -> Refused | None:
    """Refuse a password that the account had before; the comparing of hashes happens outside (PASS-1)."""
    if requirements.previous and had_before:
        return Refused("passwords.previous", {"count": requirements.previous})
    return None


def judge_moment(chosen_at: datetime | None, now: datetime, requirements: Requirements) -> Refused | None:
    """Refuse a second change within 24 hours where the rules ask for that (PASS-1).

    Only changes that a person makes unasked are refused, and only they count: not those of PASS-3, 5 and 6.
    """
    if not requirements.once_a_day or chosen_at is None:
        return None
    left = chosen_at + CHANGE_INTERVAL - now
    if left <= timedelta():
        return None
    return Refused("passwords.one_change_a_day", retry_after=-(-left // timedelta(seconds=1)))


def expired(changed_at: datetime, now: datetime, days_valid: int) -> bool:
    """Return whether a password has had its days; 0 days mean no end (PASS-1)."""
    return days_valid > 0 and now >= changed_at + timedelta(days=days_valid)


def _length(text: str, requirements: Requirements) -> Refused | None:
    if len(text) > MAX_LENGTH:
        return Refused("passwords.max_length", {"most": MAX_LENGTH})
    return _at_least("min_length", len(text), requirements.min_length)


def _composition(text: str, requirements: Requirements) -> Refused | None:
    """Count characters by group; letters without case and their marks count as small ones."""
    groups = [_group(character) for character in text]
    letters = groups.count("capital") + groups.count("small")
    return (
        _at_least("min_letters", letters, requirements.letters)
        or _at_least("min_digits", groups.count("digit"), requirements.digits)
        or _at_least("min_specials", groups.count("special"), requirements.specials)
        or _at_least("min_groups", len(set(groups)), requirements.groups)
    )


def _at_least(rule: str, count: int, least: int) -> Refused | None:
    return Refused(f"passwords.{rule}", {"least": least}) if count < least else None


def _group(character: str) -> str:
    match unicodedata.category(character)[0], character.isupper():
        case "L", True:
            return "capital"
        case (("L" | "M"), _):
            return "small"
        case "N", _:
            return "digit"
        case _:
            return "special"


def _contained(text: str, whose: Whose) -> Refused | None:
    """Look for names in their canonical form (LOCK-16), so that case and full-width letters hide nothing."""
    parts = {
        "user name": whose.user_name,
        "e-mail address": (whose.email or "").rpartition("@")[0],
        "product's name": whose.product,
    }
    within = canonical(text)
    for what, part in parts.items():
        name = canonical(part)
        if len(name) >= SHORTEST_NAME and name in within:
            return Refused("passwords.contains_name", {"what": what})
    return None


def may_ask(asked: int) -> bool:
    """Return whether one more mail may go out to whoever has asked so often within the hour (PASS-5)."""
    return asked < ASKS
