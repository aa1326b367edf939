"""Devices that are spared the e-mailed code of a sign-in, and sign-ins that wish to be remembered.

Frozen: it imports nothing of ours, so that history replays whatever becomes of the code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
INSTANT = sa.BigInteger()  # microseconds since 1970


def upgrade() -> None:
    op.create_table(
        "remembered_devices",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("device_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("device_id", ID, nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("user_agent", sa.String(400), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("last_used_at", INSTANT),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "device_hash", name="pk_remembered_devices"),
        sa.UniqueConstraint("device_id", name="uq_remembered_devices_device_id"),
    )
    op.create_index("ix_remembered_devices_expires_at", "remembered_devices", ["expires_at"])
    op.add_column(
        "pending_sign_ins", sa.Column("remember_device", sa.Boolean(), server_default=sa.false(), nullable=False)
    )  # old code, which does not know the column, opens sign-ins without the wish
