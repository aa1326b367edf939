"""Forgotten passwords: who asked for a link, until the hour is over.

Frozen: it imports nothing of ours, so that history replays whatever becomes of the code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
INSTANT = sa.BigInteger()  # microseconds since 1970


def upgrade() -> None:
    op.create_table(
        "password_asks",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("ask_id", ID, nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("user_agent", sa.String(400), nullable=False),
        sa.Column("answered_at", INSTANT),
        sa.PrimaryKeyConstraint("account_id", "ask_id", name="pk_password_asks"),
    )
    op.create_index("ix_password_asks_open", "password_asks", ["answered_at", "asked_at"])
