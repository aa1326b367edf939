"""The entries of the audit trail by their references: a refusal leads to its entry however long the trail is.

One that is there already is left alone: on PostgreSQL whoever has a long trail can make it beforehand, CONCURRENTLY, so
that nobody waits for the upgrade.

Frozen: it imports nothing of ours, so that history replays whatever becomes of the code.
"""

from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.create_index("ix_audit_entries_reference", "audit_entries", ["reference", "id"], if_not_exists=True)
