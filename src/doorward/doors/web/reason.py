"""The reason that an operator types, as the doors take it: 1 to 500 characters, no control characters."""

import unicodedata

from doorward.kernel.outcome import Refused

LENGTH = 500
_CONTROLS = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def judge_reason(text: str) -> Refused | None:
    """Refuse a reason that says nothing, is too long, or holds control characters."""
    if text.strip() and len(text) <= LENGTH and not any(unicodedata.category(c) in _CONTROLS for c in text):
        return None
    return Refused("request.reason", {"most": LENGTH})
