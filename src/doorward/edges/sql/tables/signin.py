"""Sign-ins under way."""

from sqlalchemy import Boolean, Column, Integer, LargeBinary, Table

from doorward.edges.sql.columns import CODE, HASH, Instant, account_key, metadata

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
)
