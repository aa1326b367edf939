"""Recovery codes, as keyed hashes."""

from sqlalchemy import Column, Table

from doorward.edges.sql.columns import HASH, Instant, account_key, metadata

recovery_codes = Table(
    "recovery_codes",
    metadata,
    account_key(),
    Column("code_hash", HASH, primary_key=True),
    Column("made_at", Instant, nullable=False),
    Column("used_at", Instant),
)
