"""When somebody last changed their password unasked, which alone counts for one change in 24 hours.

Frozen: it imports nothing of ours, so that history replays whatever becomes of the code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"

INSTANT = sa.BigInteger()  # microseconds since 1970


def upgrade() -> None:
    op.add_column("passwords", sa.Column("chosen_at", INSTANT))  # old code leaves it as it is
