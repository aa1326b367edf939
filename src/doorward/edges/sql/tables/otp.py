"""Secret keys, sealed, with the last step that each has accepted."""

from sqlalchemy import BigInteger, Column, Index, Integer, LargeBinary, Table

from doorward.edges.sql.columns import CODE, Id, Instant, Json, account_key, metadata

otp_keys = Table(
    "otp_keys",
    metadata,
    account_key(),
    Column("key_id", Id, primary_key=True),
    Column("sealed_secret", LargeBinary, nullable=False),
    Column("last_step", BigInteger, nullable=False),
    Column("spent_steps", Json, nullable=False),
    Column("consecutive_failures", Integer, nullable=False),
    Column("confirmed_at", Instant, nullable=False),
    Column("last_used_at", Instant),
    Column("disabled_at", Instant),
    Column("clock_error_steps", Integer),
    Column("clock_error_seen_at", Instant),
    Column("motion", CODE, nullable=False, server_default="totp"),
    Column("algorithm", CODE, nullable=False, server_default="SHA1"),
    Column("period", Integer, nullable=False, server_default="30"),
    Column("offset_steps", BigInteger, nullable=False, server_default="0"),
    Column("token_id", Id),
    Column("expires_at", Instant),
    Column("recent_steps", Json, nullable=False, server_default="[]"),
)

otp_candidates = Table(
    "otp_candidates",
    metadata,
    account_key(),
    Column("session_id", Id, primary_key=True),
    Column("sealed_secret", LargeBinary, nullable=False),
    Column("made_at", Instant, nullable=False),
    Column("confirmed_step", BigInteger),
    Index("ix_otp_candidates_made_at", "made_at"),
)
"""A key that a session is setting up in place of the present one, until it is saved (KEY-2)."""
