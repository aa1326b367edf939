"""When the hardware token of an account expires; and the latest steps that each token has accepted.

Frozen: it imports nothing of ours, so that history replays whatever becomes of the code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

INSTANT = sa.BigInteger()  # microseconds since 1970


def upgrade() -> None:
    op.add_column("account_state", sa.Column("token_expires_at", INSTANT))
    op.execute(
        "UPDATE account_state SET token_expires_at = (SELECT expires_at FROM otp_keys"
        " WHERE otp_keys.account_id = account_state.account_id AND expires_at IS NOT NULL AND disabled_at IS NULL)"
        " WHERE account_id IN (SELECT account_id FROM otp_keys WHERE expires_at IS NOT NULL AND disabled_at IS NULL)"
    )
    for table in ("otp_keys", "hardware_tokens"):
        op.add_column(
            table, sa.Column("recent_steps", sa.Text(), server_default="[]", nullable=False)
        )  # nobody knows them of before; such a token is of no use after a clock that jumped, as until now
