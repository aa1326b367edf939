"""Hosts whose visitors Doorward signs in, and who is signed in there."""

from sqlalchemy import Column, Index, String, Table

from doorward.edges.sql.columns import HASH, NAME, Id, Instant, account_key, metadata

application_hosts = Table(
    "application_hosts",
    metadata,
    Column("host_id", Id, primary_key=True),
    Column("name", String(253), nullable=False, unique=True),
    Column("host", String(260), nullable=False, unique=True),
    Column("added_at", Instant, nullable=False),
    Column("added_by", NAME, nullable=False),
)

host_tickets = Table(
    "host_tickets",
    metadata,
    account_key(),
    Column("token_hash", HASH, primary_key=True),
    Column("host_id", Id, nullable=False),
    Column("session_id", Id, nullable=False),
    Column("nonce_hash", HASH, nullable=False),
    Column("page", String(2000), nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("session_expires_at", Instant, nullable=False),
    Index("ix_host_tickets_expires_at", "expires_at"),
)

host_sessions = Table(
    "host_sessions",
    metadata,
    account_key(),
    Column("token_hash", HASH, primary_key=True),
    Column("host_id", Id, nullable=False),
    Column("session_id", Id, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Index("ix_host_sessions_expires_at", "expires_at"),
)
