"""An index on the time of whatever expires, so that the worker finds what it forgets and reads nothing else.

One that is there already is left alone: on PostgreSQL whoever has many accounts can make them beforehand, CONCURRENTLY,
so that nobody waits for the upgrade.

Frozen: it imports nothing of ours, so that history replays whatever becomes of the code.
"""

from alembic import op

revision = "0022"
down_revision = "0021"

TIMES = {
    "browsers": "last_at",
    "credential_changes": "changed_at",
    "failing_names": "tried_at",
    "former_addresses": "replaced_at",
    "host_sessions": "expires_at",
    "host_tickets": "expires_at",
    "one_time_links": "expires_at",
    "otp_candidates": "made_at",
    "passkey_challenges": "expires_at",
    "pending_sign_ins": "expires_at",
    "sessions": "expires_at",
}


def upgrade() -> None:
    for table, column in TIMES.items():
        op.create_index(f"ix_{table}_{column}", table, [column], if_not_exists=True)
