"""The names of those who are locked, in the order of lists, and which parts of names occur among them.

The rows are kept by triggers, which `edges/sql/following.py` makes once all columns compare as they should, and which
fill the tables the first time. So they are right whichever version of the program writes a lock or a name.

Frozen: it imports nothing of ours, so that history replays whatever becomes of the code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
INSTANT = sa.BigInteger()  # microseconds since 1970


def upgrade() -> None:
    op.create_table(
        "locked_names",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("full_name_canonical", sa.String(800), nullable=False),
        sa.Column("user_name_canonical", sa.String(800), nullable=False),
        sa.Column("email_canonical", sa.String(1280)),
        sa.Column("locked_at", INSTANT),
        sa.Column("lock_reason", sa.String(40)),
        sa.Column("lock_ends_at", INSTANT),
        sa.PrimaryKeyConstraint("account_id", name="pk_locked_names"),
    )
    op.create_index(
        "ix_locked_names_listing",
        "locked_names",
        ["full_name_canonical", "account_id"],
        sqlite_where=sa.text("locked_at IS NOT NULL"),
        postgresql_where=sa.text("locked_at IS NOT NULL"),
    )
    op.create_index(
        "ix_locked_names_opened",
        "locked_names",
        ["account_id"],
        sqlite_where=sa.text("locked_at IS NULL"),
        postgresql_where=sa.text("locked_at IS NULL"),
    )
    op.create_table(
        "locked_parts",
        sa.Column("part", sa.String(3), nullable=False),
        sa.Column("full_name_canonical", sa.String(800), nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("part", "full_name_canonical", "account_id", name="pk_locked_parts"),
        sqlite_with_rowid=False,
    )
