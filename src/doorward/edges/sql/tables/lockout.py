"""Failures and attempts in flight, counted by account, factor and context (LOCK-3).

The account may be one that nobody has: an unknown name is counted under an id made from its keyed hash (LOCK-11).
"""

from sqlalchemy import Boolean, Column, Index, Integer, Table

from doorward.edges.sql.columns import CODE, Id, Instant, account_key, metadata

lockout_counters = Table(
    "lockout_counters",
    metadata,
    account_key(),
    Column("factor", CODE, primary_key=True),
    Column("context", CODE, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("unknown_name", Boolean, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Index("ix_lockout_counters_unknown", "unknown_name", "changed_at"),
)

lockout_reservations = Table(
    "lockout_reservations",
    metadata,
    account_key(),
    Column("reservation_id", Id, primary_key=True),
    Column("factor", CODE, nullable=False),
    Column("context", CODE, nullable=False),
    Column("counted", Boolean, nullable=False),
    Column("reserved_at", Instant, nullable=False),
)
