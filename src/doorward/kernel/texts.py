"""Texts that people type: characters that are not seen but act, and the reason for an act."""

import unicodedata

from doorward.kernel.outcome import Refused

REASON_LENGTH = 500
_CONTROLS = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode categories: control, format and surrogate characters, and the separators of lines and paragraphs."""


def is_control(character: str) -> bool:
    """Return whether a character is not seen but acts: on a terminal, on the direction of writing, on lines."""
    return unicodedata.category(character) in _CONTROLS


def has_controls(text: str) -> bool:
    """Return whether a text holds such a character."""
    return not text.isprintable() and any(map(is_control, text))


def judge_reason(reason: str) -> Refused | None:
    """Refuse a reason that says nothing, is too long, or holds control characters."""
    if not reason.strip() or len(reason) > REASON_LENGTH or has_controls(reason):
        return Refused("request.reason", {"most": REASON_LENGTH})
    return None
