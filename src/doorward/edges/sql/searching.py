"""What a search looks for in canonical names: a LIKE pattern, and parts for the index of parts of names."""

from typing import Any

from sqlalchemy import ColumnElement, bindparam, or_

from doorward.kernel.names import EMAIL_LENGTH, GROWTH, canonical

LONGEST_CANONICAL = GROWTH * EMAIL_LENGTH
"""How long what a search looks through can be; SQLite refuses patterns of more than 50,000 bytes."""
SUBSTRING_FROM = 3
"""From this many characters on a search looks anywhere in a name, not only at its beginning."""
PARTS = 8
"""How many parts of a text are looked at at most, to find one that few names have."""
BEGINNING = "\x1f"
"""What stands in the index before the beginning of a name; no name holds it."""


def searched(query: str) -> str:
    """Return the text that a search looks for."""
    text = canonical(query)[: LONGEST_CANONICAL + 1]  # one more than anybody's: found nowhere, at a bounded cost
    return text.encode(errors="replace").decode()  # half a character is found nowhere either, and breaks nothing


def matching(query: str) -> dict[str, Any]:
    """Name the condition that a search asks for, with its parameter; none where nothing is asked for.

    One or two characters are looked for at the beginning, three or more anywhere.
    """
    text = searched(query)
    if not text:
        return {}
    escaped = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return {"pattern": f"{escaped}%" if len(text) < SUBSTRING_FROM else f"%{escaped}%"}


def matches(*columns: Any) -> ColumnElement[bool]:
    """Return the condition on columns of canonical names, any of which may match; `matching` gives its parameter."""
    return or_(*(column.like(bindparam("pattern"), escape="\\") for column in columns))


def parts(query: str) -> tuple[str, ...]:
    """Return parts of a text of which everybody has each whom it finds: for the index of parts of names.

    Of a long text they are taken at equal distances.
    """
    text = searched(query)
    if len(text) < SUBSTRING_FROM:
        return (BEGINNING + text,) if text else ()
    each = tuple(dict.fromkeys(text[at : at + SUBSTRING_FROM] for at in range(len(text) - SUBSTRING_FROM + 1)))
    return each[:: -(-len(each) // PARTS)]
