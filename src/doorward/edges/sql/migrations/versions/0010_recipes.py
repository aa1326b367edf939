"""How the codes of a key are made, and which hardware token it came from; the keys that are there are apps' keys.

Frozen: it imports nothing of ours, so that history replays whatever becomes of the code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
INSTANT = sa.BigInteger()  # microseconds since 1970
CODE = sa.String(40)


def upgrade() -> None:
    for column in (
        sa.Column("motion", CODE, server_default="totp", nullable=False),
        sa.Column("algorithm", CODE, server_default="SHA1", nullable=False),
        sa.Column("period", sa.Integer(), server_default="30", nullable=False),
        sa.Column("offset_steps", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("token_id", ID),
        sa.Column("expires_at", INSTANT),
    ):
        op.add_column("otp_keys", column)  # old code, which does not know them, adds keys of apps
