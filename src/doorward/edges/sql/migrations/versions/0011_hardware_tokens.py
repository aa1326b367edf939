"""The inventory of hardware tokens.

Frozen: it imports nothing of ours, so that history replays whatever becomes of the code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
INSTANT = sa.BigInteger()  # microseconds since 1970
CODE = sa.String(40)
NAME = sa.String(200)


def upgrade() -> None:
    op.create_table(
        "hardware_tokens",
        sa.Column("token_id", ID, nullable=False),
        sa.Column("manufacturer", NAME, nullable=False),
        sa.Column("manufacturer_canonical", sa.String(800), nullable=False),
        sa.Column("serial", NAME, nullable=False),
        sa.Column("serial_canonical", sa.String(800), nullable=False),
        sa.Column("model", NAME, nullable=False),
        sa.Column("motion", CODE, nullable=False),
        sa.Column("algorithm", CODE, nullable=False),
        sa.Column("period", sa.Integer(), nullable=False),
        sa.Column("sealed_seed", sa.LargeBinary()),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("offset_steps", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", INSTANT),
        sa.Column("expires_at", INSTANT),
        sa.Column("state", CODE, nullable=False),
        sa.Column("account_id", ID),
        sa.Column("imported_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("token_id", name="pk_hardware_tokens"),
        sa.UniqueConstraint(
            "serial_canonical",
            "manufacturer_canonical",
            name="uq_hardware_tokens_serial_canonical_manufacturer_canonical",
        ),
    )
    op.create_index("ix_hardware_tokens_listing", "hardware_tokens", ["serial_canonical", "token_id"])
