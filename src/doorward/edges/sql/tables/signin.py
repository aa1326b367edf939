"""Sign-ins under way, and the names that fail from each address."""

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, String, Table, false

from doorward.edges.sql.columns import CODE, HASH, Id, Instant, account_key, metadata

pending_sign_ins = Table(
    "pending_sign_ins",
    metadata,
    account_key(),
    Column("token_hash", HASH, primary_key=True),
    Column("epoch", Integer, nullable=False),
    Column("step", CODE, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("opened_with", CODE),
    Column("through_link", Boolean, nullable=False),
    Column("sealed_secret", LargeBinary),
    Column("sealed_wrong_code", LargeBinary),
    Column("remember_device", Boolean, nullable=False, server_default=false()),
    Index("ix_pending_sign_ins_expires_at", "expires_at"),
)

failing_names = Table(
    "failing_names",
    metadata,
    Column("source", String(64), primary_key=True),
    Column("name_id", Id, primary_key=True),
    Column("tried_at", Instant, nullable=False),
    Column("in_flight", Boolean, nullable=False),
    Column("failed_before", Integer, nullable=False),
    Index("ix_failing_names_tried_at", "tried_at"),
)
"""Which names an address, or a browser that is known, has failed at or is trying now (LOCK-17).

A name is an account's id, or the one that an unknown name is counted under.
"""
