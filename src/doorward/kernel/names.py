"""The one form of a name, by which it is looked up and counted on every door (LOCK-16)."""

import unicodedata


def canonical(name: str) -> str:
    """Give a name's one form: NFKC, case folded, trimmed.

    Folding can produce what NFKC would fold again, so it is repeated once (Unicode 15 section 3.13, D147).
    """
    folded = unicodedata.normalize("NFKC", name).strip().casefold()
    return unicodedata.normalize("NFKC", folded).strip().casefold()
