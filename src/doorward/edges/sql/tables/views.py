"""Searches of the user list that somebody keeps under a name; each account's own."""

from sqlalchemy import Column, String, Table

from doorward.edges.sql.columns import Instant, Json, account_key, metadata

saved_views = Table(
    "saved_views",
    metadata,
    account_key(),
    Column("name_canonical", String(240), primary_key=True),
    Column("name", String(60), nullable=False),
    Column("search", Json, nullable=False),
    Column("saved_at", Instant, nullable=False),
)
