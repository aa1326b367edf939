"""Texts that people type: characters that are not seen but act, and the reason for an act."""

import unicodedata

from doorward.kernel.outcome import Refused

REASON_LENGTH = 500
_CONTROLS = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories: control, format and surrogate characters, and the separators of lines and paragraphs."""
_APART, _TOGETHER = "\u200c", "\u200d"
"""ZERO WIDTH NON-JOINER, and JOINER: unseen themselves, they say how the signs beside them are written."""
_VIRAMA = 9
"""The combining class of the sign that takes the vowel from a letter of India's scripts."""
_IN_COLOUR = "\ufe0f"


def is_control(character: str) -> bool:
    """Return whether a character is not seen but acts: on a terminal, on the direction of writing, on lines."""
    return unicodedata.category(character) in _CONTROLS


def has_controls(text: str) -> bool:
    """Return whether a text holds such a character."""
    return not text.isprintable() and any(map(is_control, text))


def has_controls_beside_joiners(text: str) -> bool:
    """Return whether a text that is only read holds such a character, joiners left out where writing needs them.

    Persian words, those of India's scripts, and signs made of several cannot be spelled without. Where no sign beside
    it looks different for it, a joiner is unseen and acts, like any other (RFC 5892, appendices A.1 and A.2).
    """
    if _APART not in text and _TOGETHER not in text:
        return has_controls(text)
    return has_controls("".join(one for place, one in enumerate(text) if not joins(text, place)))


def joins(text: str, place: int) -> bool:
    """Return whether a joiner stands where it is seen: after a virama, in an Arabic word, or between two pictures."""
    joiner, before, after = text[place], text[place - 1 : place], text[place + 1 : place + 2]
    if joiner not in {_APART, _TOGETHER} or not before or not after:
        return False
    if unicodedata.combining(before) == _VIRAMA:
        return True
    if joiner == _APART:
        return unicodedata.bidirectional(before) == unicodedata.bidirectional(after) == "AL"
    picture = before == _IN_COLOUR or unicodedata.category(before) in {"So", "Sk"}
    return picture and unicodedata.category(after) == "So"


def judge_reason(reason: str) -> Refused | None:
    """Refuse a reason that says nothing, is too long, or holds control characters."""
    if not reason.strip() or len(reason) > REASON_LENGTH or has_controls_beside_joiners(reason):
        return Refused("request.reason", {"most": REASON_LENGTH})
    return None
