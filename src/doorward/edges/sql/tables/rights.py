"""Roles of one's own, and who holds which role: accounts by themselves, and groups for all their members."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table

from doorward.edges.sql.columns import CODE, NAME, Id, Instant, Json, account_key, metadata

roles = Table(
    "roles",
    metadata,
    Column("name", CODE, primary_key=True),
    Column("title", NAME, nullable=False),
    Column("rights", Json, nullable=False),
    Column("reaches_higher", Boolean, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("changed_by", NAME, nullable=False),
)

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

group_role_assignments = Table(
    "group_role_assignments",
    metadata,
    Column("group_id", Id, primary_key=True),
    Column("role", String(100), primary_key=True),
    Column("scope", String(100), primary_key=True),
    Column("effect", CODE, primary_key=True),
    Column("granted_at", Instant, nullable=False),
    Column("granted_by", NAME, nullable=False),
    Index("ix_group_role_assignments_role", "role", "group_id"),
)
