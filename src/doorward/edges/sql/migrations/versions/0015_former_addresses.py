"""The addresses that accounts had, for as long as they are told what is done to them.

Frozen: it imports nothing of ours, so that history replays whatever becomes of the code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
INSTANT = sa.BigInteger()  # microseconds since 1970


def upgrade() -> None:
    op.create_table(
        "former_addresses",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("replaced_at", INSTANT, nullable=False),
        sa.Column("address", sa.String(320), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "replaced_at", name="pk_former_addresses"),
    )
