"""Named groups of accounts, and who belongs to which."""

from sqlalchemy import Column, Index, Integer, String, Table

from doorward.edges.sql.columns import CODE, NAME, Id, Instant, account_key, metadata

account_groups = Table(
    "account_groups",
    metadata,
    Column("group_id", Id, primary_key=True),
    Column("name", NAME, nullable=False),
    Column("name_canonical", String(800), nullable=False, unique=True),
    Column("description", String(500), nullable=False),
    Column("password_rules", CODE),
    Column("created_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
)

group_members = Table(
    "group_members",
    metadata,
    account_key(),
    Column("group_id", Id, primary_key=True),
    Column("added_at", Instant, nullable=False),
    Column("added_by", NAME, nullable=False),
    Index("ix_group_members_group", "group_id", "account_id"),
)
