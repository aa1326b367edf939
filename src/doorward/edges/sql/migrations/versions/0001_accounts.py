"""Accounts: what they are, what proves them, what they may, what locks them.

Frozen: it imports nothing of ours, so that history replays whatever becomes of the code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
INSTANT = sa.BigInteger()  # microseconds since 1970
JSON = sa.Text()
HASH = sa.LargeBinary(32)
CODE = sa.String(40)
NAME = sa.String(200)


def upgrade() -> None:
    _accounts()
    _rights()
    _passwords()
    _otp()
    _recovery_codes()
    _second_factor()
    _lockout()


def _accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("user_name", NAME, nullable=False),
        sa.Column("user_name_canonical", sa.String(800), nullable=False),
        sa.Column("full_name", NAME, nullable=False),
        sa.Column("full_name_canonical", sa.String(800), nullable=False),
        sa.Column("email", sa.String(320)),
        sa.Column("email_canonical", sa.String(1280)),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("enabled", sa.Boolean(), nullable=False),
        sa.Column("protected", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("email_changed_at", INSTANT),
        sa.PrimaryKeyConstraint("account_id", name="pk_accounts"),
        sa.UniqueConstraint("user_name_canonical", name="uq_accounts_user_name_canonical"),
    )
    op.create_index("ix_accounts_email_canonical", "accounts", ["email_canonical"])
    op.create_index("ix_accounts_listing", "accounts", ["full_name_canonical", "account_id"])
    op.create_table(
        "account_state",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("locked_at", INSTANT),
        sa.Column("lock_reason", CODE),
        sa.Column("lock_ends_at", INSTANT),
        sa.Column("lock_factor", CODE),
        sa.Column("unlocked_by", NAME),
        sa.Column("unlocked_by_id", ID),
        sa.Column("unlocked_at", INSTANT),
        sa.Column("enabled_at", INSTANT, nullable=False),
        sa.Column("last_sign_in_at", INSTANT),
        sa.Column("factors", sa.Integer(), nullable=False),
        sa.Column("excluded", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_account_state"),
    )
    op.create_index(
        "ix_account_state_lock_ends",
        "account_state",
        ["lock_ends_at"],
        sqlite_where=sa.text("lock_ends_at IS NOT NULL"),
        postgresql_where=sa.text("lock_ends_at IS NOT NULL"),
    )
    op.create_index(
        "ix_account_state_locked",
        "account_state",
        ["locked_at"],
        sqlite_where=sa.text("locked_at IS NOT NULL"),
        postgresql_where=sa.text("locked_at IS NOT NULL"),
    )
    op.create_table(
        "credential_changes",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("operator_id", ID, nullable=False),
        sa.Column("what", CODE, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "changed_at", "operator_id", name="pk_credential_changes"),
    )


def _rights() -> None:
    op.create_table(
        "role_assignments",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("role", sa.String(100), nullable=False),
        sa.Column("scope", sa.String(100), nullable=False),
        sa.Column("effect", CODE, nullable=False),
        sa.Column("granted_at", INSTANT, nullable=False),
        sa.Column("granted_by", NAME, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "role", "scope", "effect", name="pk_role_assignments"),
    )
    op.create_index("ix_role_assignments_role", "role_assignments", ["role", "account_id"])


def _passwords() -> None:
    op.create_table(
        "passwords",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("hash", sa.String(400), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_passwords"),
    )
    op.create_table(
        "earlier_passwords",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("replaced_at", INSTANT, nullable=False),
        sa.Column("hash", sa.String(400), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "replaced_at", name="pk_earlier_passwords"),
    )


def _otp() -> None:
    op.create_table(
        "otp_keys",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("key_id", ID, nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("spent_steps", JSON, nullable=False),
        sa.Column("consecutive_failures", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", INSTANT, nullable=False),
        sa.Column("last_used_at", INSTANT),
        sa.Column("disabled_at", INSTANT),
        sa.Column("clock_error_steps", sa.Integer()),
        sa.Column("clock_error_seen_at", INSTANT),
        sa.PrimaryKeyConstraint("account_id", "key_id", name="pk_otp_keys"),
    )
    op.create_table(
        "otp_candidates",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("session_id", ID, nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("confirmed_step", sa.BigInteger()),
        sa.PrimaryKeyConstraint("account_id", "session_id", name="pk_otp_candidates"),
    )


def _recovery_codes() -> None:
    op.create_table(
        "recovery_codes",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("code_hash", HASH, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT),
        sa.PrimaryKeyConstraint("account_id", "code_hash", name="pk_recovery_codes"),
    )


def _second_factor() -> None:
    op.create_table(
        "allowlist",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("cause", CODE, nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("added_by", NAME, nullable=False),
        sa.Column("added_by_id", ID),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_allowlist"),
    )
    op.create_table(
        "exclusions",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("added_by", NAME, nullable=False),
        sa.Column("added_by_id", ID),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_exclusions"),
    )


def _lockout() -> None:
    op.create_table(
        "lockout_counters",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("factor", CODE, nullable=False),
        sa.Column("context", CODE, nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("unknown_name", sa.Boolean(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "factor", "context", name="pk_lockout_counters"),
    )
    op.create_index("ix_lockout_counters_unknown", "lockout_counters", ["unknown_name", "changed_at"])
    op.create_table(
        "lockout_reservations",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("reservation_id", ID, nullable=False),
        sa.Column("factor", CODE, nullable=False),
        sa.Column("context", CODE, nullable=False),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("reserved_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "reservation_id", name="pk_lockout_reservations"),
    )
