"""Who is signed in, since when, and how."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table

from doorward.edges.sql.columns import CODE, HASH, Id, Instant, account_key, metadata

sessions = Table(
    "sessions",
    metadata,
    account_key(),
    Column("token_hash", HASH, primary_key=True),
    Column("session_id", Id, nullable=False, unique=True),
    Column("epoch", Integer, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("last_seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("opened_with", CODE, nullable=False),
    Column("used_second_factor", Boolean, nullable=False),
    Column("own_page_only", Boolean, nullable=False),
    Column("fresh_at", Instant),
    Column("door", CODE, nullable=False),
    Column("address", String(64), nullable=False),
    Column("user_agent", String(400), nullable=False),
    Index("ix_sessions_expires_at", "expires_at"),
)
