"""Lists of breached passwords that the site imported; their entries are files, and no rows.

Frozen: it imports nothing of ours, so that history replays whatever becomes of the code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"

INSTANT = sa.BigInteger()  # microseconds since 1970


def upgrade() -> None:
    op.create_table(
        "breach_lists",
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("digest", sa.LargeBinary(32), nullable=False),
        sa.Column("entries", sa.BigInteger(), nullable=False),
        sa.Column("source", sa.String(255), nullable=False),
        sa.Column("form", sa.String(10), nullable=False),
        sa.Column("min_count", sa.Integer(), nullable=False),
        sa.Column("imported_at", INSTANT, nullable=False),
        sa.Column("imported_by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_breach_lists"),
    )
