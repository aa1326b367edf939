"""Signing in: sessions, sign-ins under way, one-time links, codes by mail, known browsers.

Frozen: it imports nothing of ours, so that history replays whatever becomes of the code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
INSTANT = sa.BigInteger()  # microseconds since 1970
HASH = sa.LargeBinary(32)
CODE = sa.String(40)
NAME = sa.String(200)


def upgrade() -> None:
    _sessions()
    _signin()
    _links()
    _devices()


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("token_hash", HASH, nullable=False),
        sa.Column("session_id", ID, nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("last_seen_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("opened_with", CODE, nullable=False),
        sa.Column("used_second_factor", sa.Boolean(), nullable=False),
        sa.Column("own_page_only", sa.Boolean(), nullable=False),
        sa.Column("fresh_at", INSTANT),
        sa.Column("door", CODE, nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("user_agent", sa.String(400), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "token_hash", name="pk_sessions"),
        sa.UniqueConstraint("session_id", name="uq_sessions_session_id"),
    )


def _signin() -> None:
    op.create_table(
        "pending_sign_ins",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("token_hash", HASH, nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("step", CODE, nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("opened_with", CODE),
        sa.Column("through_link", sa.Boolean(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary()),
        sa.Column("sealed_wrong_code", sa.LargeBinary()),
        sa.PrimaryKeyConstraint("account_id", "token_hash", name="pk_pending_sign_ins"),
    )


def _links() -> None:
    op.create_table(
        "one_time_links",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("token_hash", HASH, nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("made_by", NAME, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT),
        sa.PrimaryKeyConstraint("account_id", "token_hash", name="pk_one_time_links"),
    )


def _devices() -> None:
    op.create_table(
        "device_codes",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("code_id", ID, nullable=False),
        sa.Column("pending_hash", HASH, nullable=False),
        sa.Column("code_hash", HASH, nullable=False),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.PrimaryKeyConstraint("account_id", "code_id", name="pk_device_codes"),
    )
    op.create_table(
        "temporary_access_codes",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("code_hash", HASH, nullable=False),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.Column("issued_by", NAME, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_temporary_access_codes"),
    )
    op.create_table(
        "browsers",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("browser_hash", HASH, nullable=False),
        sa.Column("first_at", INSTANT, nullable=False),
        sa.Column("last_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "browser_hash", name="pk_browsers"),
    )
