"""Cursors: where the next page begins, as one opaque word of base64url."""

import base64
from uuid import UUID

_LENGTH = 22
"""Sixteen bytes as base64url without padding."""


def cursor_of(last: UUID | None) -> str | None:
    """Spell where the next page begins."""
    return None if last is None else base64.urlsafe_b64encode(last.bytes).decode().rstrip("=")


def id_of(cursor: str) -> UUID | None:
    """Read a cursor back; None for what no page of ours has given out."""
    if len(cursor) != _LENGTH or not cursor.isascii():
        return None
    try:
        found = UUID(bytes=base64.b64decode(f"{cursor}==", altchars=b"-_", validate=True))
    except ValueError:
        return None
    return found if cursor_of(found) == cursor else None
