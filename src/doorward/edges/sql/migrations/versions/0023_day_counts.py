"""How many people signed in and how many were locked on each day, so that the overview need not read a month's trail.

Old code counts the entries themselves, as before; whichever node runs this version keeps the counts.

Frozen: it imports nothing of ours, so that history replays whatever becomes of the code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")


def upgrade() -> None:
    op.create_table(
        "day_counts",
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("act", sa.String(40), nullable=False),
        sa.Column("by_server", sa.Boolean(), nullable=False),
        sa.Column("count", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("day", "act", "by_server", name="pk_day_counts"),
    )
    op.create_table(
        "counted_acts",
        sa.Column("act", sa.String(40), nullable=False),
        sa.Column("last_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("act", name="pk_counted_acts"),
    )
