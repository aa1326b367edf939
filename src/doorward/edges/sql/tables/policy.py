"""What administrators can set while the server runs."""

from sqlalchemy import Column, Integer, String, Table

from doorward.edges.sql.columns import CODE, NAME, Instant, Json, metadata

settings = Table(
    "settings",
    metadata,
    Column("area", CODE, primary_key=True),
    Column("name", String(100), primary_key=True),
    Column("chosen", Json, nullable=False),
    Column("version", Integer, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("changed_by", NAME, nullable=False),
)
