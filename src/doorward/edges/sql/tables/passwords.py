"""Password hashes, present and earlier."""

from sqlalchemy import Boolean, Column, String, Table

from doorward.edges.sql.columns import Instant, account_key, metadata

passwords = Table(
    "passwords",
    metadata,
    account_key(),
    Column("hash", String(400), nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("must_change", Boolean, nullable=False),
)

earlier_passwords = Table(
    "earlier_passwords",
    metadata,
    account_key(),
    Column("replaced_at", Instant, primary_key=True),
    Column("hash", String(400), nullable=False),
)
