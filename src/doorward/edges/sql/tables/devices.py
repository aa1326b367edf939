"""Codes sent by e-mail, codes issued by operators, and the browsers that have completed a sign-in."""

from sqlalchemy import Column, Index, Integer, String, Table

from doorward.edges.sql.columns import HASH, NAME, Id, Instant, account_key, metadata

device_codes = Table(
    "device_codes",
    metadata,
    account_key(),
    Column("code_id", Id, primary_key=True),
    Column("pending_hash", HASH, nullable=False),
    Column("code_hash", HASH, nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("ended_at", Instant),
)

temporary_access_codes = Table(
    "temporary_access_codes",
    metadata,
    account_key(),
    Column("code_hash", HASH, nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("issued_by", NAME, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

browsers = Table(
    "browsers",
    metadata,
    account_key(),
    Column("browser_hash", HASH, primary_key=True),
    Column("first_at", Instant, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("told_place", HASH),
    Index("ix_browsers_last_at", "last_at"),
)

remembered_devices = Table(
    "remembered_devices",
    metadata,
    account_key(),
    Column("device_hash", HASH, primary_key=True),
    Column("device_id", Id, nullable=False, unique=True),
    Column("epoch", Integer, nullable=False),
    Column("user_agent", String(400), nullable=False),
    Column("address", String(64), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("last_used_at", Instant),
    Column("expires_at", Instant, nullable=False),
    Index("ix_remembered_devices_expires_at", "expires_at"),
)
