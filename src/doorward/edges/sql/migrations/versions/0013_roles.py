"""Roles of one's own, and roles that groups give their members (RIGHT-3).

Frozen: it imports nothing of ours, so that history replays whatever becomes of the code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
INSTANT = sa.BigInteger()  # microseconds since 1970
CODE = sa.String(40)
NAME = sa.String(200)


def upgrade() -> None:
    op.create_table(
        "roles",
        sa.Column("name", CODE, nullable=False),
        sa.Column("title", NAME, nullable=False),
        sa.Column("rights", sa.Text(), nullable=False),
        sa.Column("reaches_higher", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("changed_by", NAME, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_roles"),
    )
    op.create_table(
        "group_role_assignments",
        sa.Column("group_id", ID, nullable=False),
        sa.Column("role", sa.String(100), nullable=False),
        sa.Column("scope", sa.String(100), nullable=False),
        sa.Column("effect", CODE, nullable=False),
        sa.Column("granted_at", INSTANT, nullable=False),
        sa.Column("granted_by", NAME, nullable=False),
        sa.PrimaryKeyConstraint("group_id", "role", "scope", "effect", name="pk_group_role_assignments"),
    )
    op.create_index("ix_group_role_assignments_role", "group_role_assignments", ["role", "group_id"])
