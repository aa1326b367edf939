"""Which roles an account holds."""

from sqlalchemy import Column, Index, String, Table

from doorward.edges.sql.columns import CODE, NAME, Instant, account_key, metadata

role_assignments = Table(
    "role_assignments",
    metadata,
    account_key(),
    Column("role", String(100), primary_key=True),
    Column("scope", String(100), primary_key=True),
    Column("effect", CODE, primary_key=True),
    Column("granted_at", Instant, nullable=False),
    Column("granted_by", NAME, nullable=False),
    Index("ix_role_assignments_role", "role", "account_id"),
)
