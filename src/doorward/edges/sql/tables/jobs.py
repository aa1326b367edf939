"""Acts on many accounts: frozen items, worked off in pieces, each in one transaction."""

from sqlalchemy import Column, Index, Integer, String, Table

from doorward.edges.sql.columns import CODE, HASH, NAME, Id, Instant, Json, metadata

jobs = Table(
    "jobs",
    metadata,
    Column("job_id", Id, primary_key=True),
    Column("kind", CODE, nullable=False),
    Column("state", CODE, nullable=False),
    Column("reason", String(500)),
    Column("filter", Json),
    Column("owner_id", Id),
    Column("owner_name", NAME, nullable=False),
    Column("owner_session", HASH),
    Column("origin", Json, nullable=False),
    Column("idempotency_key", HASH),
    Column("made_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("total", Integer, nullable=False),
    Index("ix_jobs_state", "state"),
    Index("ix_jobs_idempotency", "owner_name", "idempotency_key"),
    Index("ix_jobs_owner", "owner_id", "idempotency_key"),
)

job_items = Table(
    "job_items",
    metadata,
    Column("job_id", Id, primary_key=True),
    Column("account_id", Id, primary_key=True),
    Column("name", NAME, nullable=False),
    Column("outcome", CODE),
    Column("code", String(60)),
    Index("ix_job_items_waiting", "job_id", "outcome", "account_id"),
)
