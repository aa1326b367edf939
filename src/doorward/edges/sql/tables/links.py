"""One-time links."""

from sqlalchemy import Column, Index, Integer, Table

from doorward.edges.sql.columns import CODE, HASH, NAME, Instant, account_key, metadata

one_time_links = Table(
    "one_time_links",
    metadata,
    account_key(),
    Column("token_hash", HASH, primary_key=True),
    Column("kind", CODE, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("made_by", NAME, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Index("ix_one_time_links_expires_at", "expires_at"),
)
