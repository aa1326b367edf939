"""Which accounts never go in without a second factor, because one was set up, reset or deleted before.

Of those that are there, only whoever is on the allowlist as a new account has certainly never had one.

Frozen: it imports nothing of ours, so that history replays whatever becomes of the code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.add_column(
        "account_state", sa.Column("factor_due", sa.Boolean(), server_default=sa.true(), nullable=False)
    )  # old code, which does not know the column, adds accounts that are asked for a factor
    op.execute(
        "UPDATE account_state SET factor_due = FALSE WHERE factors = 0 AND account_id IN"
        " (SELECT account_id FROM allowlist WHERE cause = 'new account')"
    )
