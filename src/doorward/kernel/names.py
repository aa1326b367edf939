"""The one form of a name, by which it is looked up and counted on every door (LOCK-16)."""

import unicodedata

NAME_LENGTH = 200
"""In characters: the longest name of an account, a group or a hardware token."""
EMAIL_LENGTH = 254
"""RFC 5321 section 4.5.3.1.3 leaves 254 characters for an address."""
GROWTH = 4
"""How many times as long as a text its canonical form may be: some single signs stand for whole sentences."""
LONGEST = 1024
"""In code points: what is longer is nobody's name or address, however it was typed, and stays as it is.

Bringing a text to a normal form costs the square of its longest run of combining marks: a request full of them would
hold up the whole process for seconds.
"""


def canonical(name: str) -> str:
    """Return a name's one form: NFKC, case folded, trimmed.

    Folding can produce what NFKC would fold again, so it is repeated once (Unicode 15 section 3.13, D147).
    NUL, which PostgreSQL takes in no text, becomes another character that no name holds: it is found nowhere.
    """
    trimmed = name.strip().replace("\0", "\1")
    if len(trimmed) > LONGEST:
        return trimmed
    if trimmed.isascii():
        return trimmed.lower()  # what the rest would give, twenty times as fast
    folded = unicodedata.normalize("NFKC", trimmed).strip().casefold()
    return unicodedata.normalize("NFKC", folded).strip().casefold()


def fits(text: str, most: int = NAME_LENGTH) -> bool:
    """Return whether a text and its one form are short enough to be kept."""
    return len(text) <= most and len(canonical(text)) <= GROWTH * most
