"""What the server remembers of itself: duties held by one node at a time."""

from sqlalchemy import Column, String, Table

from doorward.edges.sql.columns import NAME, Instant, metadata

duties = Table(
    "duties",
    metadata,
    Column("duty", String(100), primary_key=True),
    Column("held_by", NAME, nullable=False),
    Column("held_until", Instant, nullable=False),
)
