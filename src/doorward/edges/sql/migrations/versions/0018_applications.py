"""Hosts whose visitors Doorward signs in, tickets for them, and who is signed in there.

Frozen: it imports nothing of ours, so that history replays whatever becomes of the code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
HASH = sa.LargeBinary(32)
INSTANT = sa.BigInteger()  # microseconds since 1970


def upgrade() -> None:
    op.create_table(
        "application_hosts",
        sa.Column("host_id", ID, nullable=False),
        sa.Column("name", sa.String(253), nullable=False),
        sa.Column("host", sa.String(260), nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("added_by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("host_id", name="pk_application_hosts"),
        sa.UniqueConstraint("name", name="uq_application_hosts_name"),
        sa.UniqueConstraint("host", name="uq_application_hosts_host"),
    )
    op.create_table(
        "host_tickets",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("token_hash", HASH, nullable=False),
        sa.Column("host_id", ID, nullable=False),
        sa.Column("session_id", ID, nullable=False),
        sa.Column("nonce_hash", HASH, nullable=False),
        sa.Column("page", sa.String(2000), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("session_expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "token_hash", name="pk_host_tickets"),
    )
    op.create_table(
        "host_sessions",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("token_hash", HASH, nullable=False),
        sa.Column("host_id", ID, nullable=False),
        sa.Column("session_id", ID, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "token_hash", name="pk_host_sessions"),
    )
