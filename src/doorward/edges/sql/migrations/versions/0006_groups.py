"""Groups of accounts, and which password rules serve an account.

Frozen: it imports nothing of ours, so that history replays whatever becomes of the code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
INSTANT = sa.BigInteger()  # microseconds since 1970
CODE = sa.String(40)
NAME = sa.String(200)


def upgrade() -> None:
    op.create_table(
        "account_groups",
        sa.Column("group_id", ID, nullable=False),
        sa.Column("name", NAME, nullable=False),
        sa.Column("name_canonical", sa.String(800), nullable=False),
        sa.Column("description", sa.String(500), nullable=False),
        sa.Column("password_rules", CODE),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("group_id", name="pk_account_groups"),
        sa.UniqueConstraint("name_canonical", name="uq_account_groups_name_canonical"),
    )
    op.create_table(
        "group_members",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("group_id", ID, nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.Column("added_by", NAME, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "group_id", name="pk_group_members"),
    )
    op.create_index("ix_group_members_group", "group_members", ["group_id", "account_id"])
    op.add_column(
        "account_state", sa.Column("password_rules", CODE, server_default="default", nullable=False)
    )  # old code, which does not know the column, adds accounts under `default`
