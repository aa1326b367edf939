"""Who may set up a second factor, and who signs in without one."""

from sqlalchemy import Column, String, Table

from doorward.edges.sql.columns import CODE, NAME, Id, Instant, account_key, metadata

allowlist = Table(
    "allowlist",
    metadata,
    account_key(),
    Column("cause", CODE, nullable=False),
    Column("added_at", Instant, nullable=False),
    Column("added_by", NAME, nullable=False),
    Column("added_by_id", Id),
    Column("reason", String(500), nullable=False),
    Column("expires_at", Instant, nullable=False),
)

exclusions = Table(
    "exclusions",
    metadata,
    account_key(),
    Column("added_at", Instant, nullable=False),
    Column("added_by", NAME, nullable=False),
    Column("added_by_id", Id),
    Column("reason", String(500), nullable=False),
)
