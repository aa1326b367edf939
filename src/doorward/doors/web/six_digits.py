"""Codes of six digits, as the doors take them: parsed once, refused uncounted (KEY-9)."""

_LENGTH = 6


def six_digits(text: str) -> str | None:
    """Read six ASCII digits; None for everything else, spaces and digits of other scripts included."""
    return text if len(text) == _LENGTH and text.isascii() and text.isdigit() else None
