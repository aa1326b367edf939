"""Names that fail from one address, until the hour is over.

Frozen: it imports nothing of ours, so that history replays whatever becomes of the code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
INSTANT = sa.BigInteger()  # microseconds since 1970


def upgrade() -> None:
    op.create_table(
        "failing_names",
        sa.Column("source", sa.String(64), nullable=False),
        sa.Column("name_id", ID, nullable=False),
        sa.Column("tried_at", INSTANT, nullable=False),
        sa.Column("in_flight", sa.Boolean(), nullable=False),
        sa.Column("failed_before", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("source", "name_id", name="pk_failing_names"),
    )
