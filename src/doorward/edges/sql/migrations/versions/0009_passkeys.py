"""Passkeys, and the challenges that are spent.

Frozen: it imports nothing of ours, so that history replays whatever becomes of the code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
INSTANT = sa.BigInteger()  # microseconds since 1970
HASH = sa.LargeBinary(32)


def upgrade() -> None:
    op.create_table(
        "passkeys",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("passkey_id", ID, nullable=False),
        sa.Column("credential_hash", HASH, nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("transports", sa.Text(), nullable=False),
        sa.Column("aaguid", ID, nullable=False),
        sa.Column("discoverable", sa.Boolean(), nullable=False),
        sa.Column("user_verified", sa.Boolean(), nullable=False),
        sa.Column("backup_eligible", sa.Boolean(), nullable=False),
        sa.Column("backed_up", sa.Boolean(), nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("last_used_at", INSTANT),
        sa.Column("doubted_at", INSTANT),
        sa.PrimaryKeyConstraint("account_id", "passkey_id", name="pk_passkeys"),
        sa.UniqueConstraint("account_id", "credential_hash", name="uq_passkeys_account_id_credential_hash"),
    )
    op.create_table(
        "passkey_challenges",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("challenge_hash", HASH, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "challenge_hash", name="pk_passkey_challenges"),
    )
