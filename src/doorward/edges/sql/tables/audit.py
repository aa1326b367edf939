"""The audit trail: append-only, ordered by id; position and link in the chain are filled when an entry is sealed."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, String, Table

from doorward.edges.sql.columns import CODE, HASH, NAME, Id, Instant, Json, metadata

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("act", CODE, nullable=False),
    Column("outcome", CODE, nullable=False),
    Column("result", CODE),
    Column("code", String(60)),
    Column("actor_id", Id),
    Column("actor_name", NAME, nullable=False),
    Column("target_id", Id),
    Column("target_name", NAME),
    Column("reason", String(500)),
    Column("reference", String(60), nullable=False),
    Column("address", String(64), nullable=False),
    Column("user_agent", String(400), nullable=False),
    Column("session_id", Id),
    Column("door", CODE, nullable=False),
    Column("node", String(100), nullable=False),
    Column("details", Json, nullable=False),
    Column("position", BigInteger),
    Column("link", HASH),
    Index("ix_audit_entries_target", "target_id", "id"),
    Index("ix_audit_entries_actor", "actor_id", "id"),
    Index("ix_audit_entries_actor_name", "actor_name", "id"),
    Index("ix_audit_entries_act", "act", "id"),
    Index("ix_audit_entries_at", "at"),
    Index("ix_audit_entries_reference", "reference", "id"),
)

audit_checkpoints = Table(
    "audit_checkpoints",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("begun_at", Instant, nullable=False),
    Column("ended_at", Instant),
    Column("count", BigInteger, nullable=False),
    Column("first_id", Id, nullable=False),
    Column("first_at", Instant, nullable=False),
    Column("last_id", Id, nullable=False),
    Column("last_at", Instant, nullable=False),
    Column("link", HASH, nullable=False),
)
"""What is left of entries that have expired: a row for each run of removals."""

day_counts = Table(
    "day_counts",
    metadata,
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("act", CODE, primary_key=True),
    Column("by_server", Boolean, primary_key=True),
    Column("count", BigInteger, nullable=False),
)
"""How often an act was done on a day (since 1970), as far as the trail has been counted."""

counted_acts = Table(
    "counted_acts",
    metadata,
    Column("act", CODE, primary_key=True),
    Column("last_id", Id, nullable=False),
)
"""How far the trail has been counted, for each act of which days are told."""
