"""Password hashes, present and earlier; who has forgotten theirs; and which breach lists the site imported."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, String, Table

from doorward.edges.sql.columns import Id, Instant, account_key, metadata

passwords = Table(
    "passwords",
    metadata,
    account_key(),
    Column("hash", String(400), nullable=False),
    Column("changed_at", Instant, nullable=False),
    Column("must_change", Boolean, nullable=False),
    Column("chosen_at", Instant),
)

earlier_passwords = Table(
    "earlier_passwords",
    metadata,
    account_key(),
    Column("replaced_at", Instant, primary_key=True),
    Column("hash", String(400), nullable=False),
)

password_asks = Table(
    "password_asks",
    metadata,
    account_key(),
    Column("ask_id", Id, primary_key=True),
    Column("asked_at", Instant, nullable=False),
    Column("address", String(64), nullable=False),
    Column("user_agent", String(400), nullable=False),
    Column("answered_at", Instant),
    Index("ix_password_asks_open", "answered_at", "asked_at"),
)

breach_lists = Table(
    "breach_lists",
    metadata,
    Column("name", String(100), primary_key=True),
    Column("digest", LargeBinary(32), nullable=False),
    Column("entries", BigInteger, nullable=False),
    Column("source", String(255), nullable=False),
    Column("form", String(10), nullable=False),
    Column("min_count", Integer, nullable=False),
    Column("imported_at", Instant, nullable=False),
    Column("imported_by", String(200), nullable=False),
)
