"""From where a browser came whose first sign-in its account's owner was told of, so that the same is not told again.

Frozen: it imports nothing of ours, so that history replays whatever becomes of the code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    op.add_column("browsers", sa.Column("told_place", sa.LargeBinary(32)))  # old code tells nobody, and leaves it empty
