"""Codes sent by e-mail, codes issued by operators, and the browsers that have completed a sign-in."""

from sqlalchemy import Column, Table

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
)
