"""Searches of the user list that somebody keeps under a name.

Frozen: it imports nothing of ours, so that history replays whatever becomes of the code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
INSTANT = sa.BigInteger()  # microseconds since 1970


def upgrade() -> None:
    op.create_table(
        "saved_views",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("name_canonical", sa.String(240), nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("search", sa.Text(), nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "name_canonical", name="pk_saved_views"),
    )
