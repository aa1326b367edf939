"""Mail that waits to be sent: the outbox."""

from sqlalchemy import Column, Index, Integer, LargeBinary, String, Table

from doorward.edges.sql.columns import CODE, Id, Instant, account_key, metadata

outbox = Table(
    "outbox",
    metadata,
    account_key(),
    Column("message_id", Id, primary_key=True),
    Column("kind", CODE, nullable=False),
    Column("recipient", String(320), nullable=False),
    Column("sealed_body", LargeBinary),
    Column("state", CODE, nullable=False),
    Column("error", String(300)),
    Column("attempts", Integer, nullable=False),
    Column("queued_at", Instant, nullable=False),
    Column("next_attempt_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Index("ix_outbox_due", "state", "next_attempt_at"),
    Index("ix_outbox_message", "message_id"),
)

former_addresses = Table(
    "former_addresses",
    metadata,
    account_key(),
    Column("replaced_at", Instant, primary_key=True),
    Column("address", String(320), nullable=False),
    Index("ix_former_addresses_replaced_at", "replaced_at"),
)
"""The e-mail addresses that an account had, for as long as they are told what is done to it (DESK-3: 7 days)."""
