"""Hardware tokens, their seeds sealed, with what each remembers from holder to holder."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from doorward.edges.sql.columns import CODE, NAME, Id, Instant, Json, metadata

hardware_tokens = Table(
    "hardware_tokens",
    metadata,
    Column("token_id", Id, primary_key=True),
    Column("manufacturer", NAME, nullable=False),
    Column("manufacturer_canonical", String(800), nullable=False),
    Column("serial", NAME, nullable=False),
    Column("serial_canonical", String(800), nullable=False),
    Column("model", NAME, nullable=False),
    Column("motion", CODE, nullable=False),
    Column("algorithm", CODE, nullable=False),
    Column("period", Integer, nullable=False),
    Column("sealed_seed", LargeBinary),
    Column("last_step", BigInteger, nullable=False),
    Column("offset_steps", BigInteger, nullable=False),
    Column("starts_at", Instant),
    Column("expires_at", Instant),
    Column("state", CODE, nullable=False),
    Column("account_id", Id),
    Column("imported_at", Instant, nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("recent_steps", Json, nullable=False, server_default="[]"),
    UniqueConstraint("serial_canonical", "manufacturer_canonical"),
    Index("ix_hardware_tokens_listing", "serial_canonical", "token_id"),
)
