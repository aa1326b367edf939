"""Who is locked, once more, as lists need it: triggers keep it (edges/sql/following.py), and nobody else writes it."""

from sqlalchemy import Column, Index, PrimaryKeyConstraint, String, Table

from doorward.edges.sql.columns import CODE, Id, Instant, account_key, metadata

FOLLOWS = "follows"
"""Marks a table that holds nothing of its own: it follows others, and is made from them."""

locked_names = Table(
    "locked_names",
    metadata,
    account_key(),
    Column("full_name_canonical", String(800), nullable=False),
    Column("user_name_canonical", String(800), nullable=False),
    Column("email_canonical", String(1280)),
    Column("locked_at", Instant),
    Column("lock_reason", CODE),
    Column("lock_ends_at", Instant),
    info={FOLLOWS: True},
)
"""One row for each account that is locked, and for a while after it was opened: then `locked_at` is empty."""
Index(
    "ix_locked_names_listing",
    locked_names.c.full_name_canonical,
    locked_names.c.account_id,
    sqlite_where=locked_names.c.locked_at.is_not(None),
    postgresql_where=locked_names.c.locked_at.is_not(None),
)
Index(
    "ix_locked_names_opened",
    locked_names.c.account_id,
    sqlite_where=locked_names.c.locked_at.is_(None),
    postgresql_where=locked_names.c.locked_at.is_(None),
)

locked_parts = Table(
    "locked_parts",
    metadata,
    Column("part", String(3), nullable=False),
    Column("full_name_canonical", String(800), nullable=False),
    Column("account_id", Id, nullable=False),
    PrimaryKeyConstraint("part", "full_name_canonical", "account_id"),
    sqlite_with_rowid=False,
    info={FOLLOWS: True},
)
"""Each part of three characters of the names in `locked_names`, in the order of lists.

A field begins with U+001F, which no name holds: so its first two characters are a part as well, and its first one.
"""
