"""People and services, and what changes about them at each sign-in."""

from sqlalchemy import Boolean, Column, Index, Integer, String, Table, true

from doorward.edges.sql.columns import CODE, NAME, Id, Instant, account_key, metadata

accounts = Table(
    "accounts",
    metadata,
    account_key(),
    Column("user_name", NAME, nullable=False),
    Column("user_name_canonical", String(800), nullable=False, unique=True),
    Column("full_name", NAME, nullable=False),
    Column("full_name_canonical", String(800), nullable=False),
    Column("email", String(320)),
    Column("email_canonical", String(1280)),
    Column("kind", CODE, nullable=False),
    Column("enabled", Boolean, nullable=False),
    Column("protected", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Column("version", Integer, nullable=False),
    Column("email_changed_at", Instant),
    Index("ix_accounts_listing", "full_name_canonical", "account_id"),
    Index("ix_accounts_email_canonical", "email_canonical"),
)

account_state = Table(
    "account_state",
    metadata,
    account_key(),
    Column("epoch", Integer, nullable=False),
    Column("locked_at", Instant),
    Column("lock_reason", CODE),
    Column("lock_ends_at", Instant),
    Column("lock_factor", CODE),
    Column("unlocked_by", NAME),
    Column("unlocked_by_id", Id),
    Column("unlocked_at", Instant),
    Column("enabled_at", Instant, nullable=False),
    Column("last_sign_in_at", Instant),
    Column("factors", Integer, nullable=False),
    Column("excluded", Boolean, nullable=False),
    Column("password_rules", CODE, nullable=False, server_default="default"),
    Column("factor_due", Boolean, server_default=true(), nullable=False),
    Column("token_expires_at", Instant),
)
Index(
    "ix_account_state_locked",
    account_state.c.locked_at,
    sqlite_where=account_state.c.locked_at.is_not(None),
    postgresql_where=account_state.c.locked_at.is_not(None),
)
Index(
    "ix_account_state_lock_ends",
    account_state.c.lock_ends_at,
    sqlite_where=account_state.c.lock_ends_at.is_not(None),
    postgresql_where=account_state.c.lock_ends_at.is_not(None),
)

credential_changes = Table(
    "credential_changes",
    metadata,
    account_key(),
    Column("changed_at", Instant, primary_key=True),
    Column("operator_id", Id, primary_key=True),
    Column("what", CODE, nullable=False),
    Index("ix_credential_changes_changed_at", "changed_at"),
)
"""Which operator set whose address or password, for as long as KEY-10 asks (72 hours)."""
