"""The items of a job that wait, by their accounts too: a piece of a long job is found by any index that has the job.

PostgreSQL took the index without the account after many jobs of one item each, and read all that waited for each piece.

Frozen: it imports nothing of ours, so that history replays whatever becomes of the code.
"""

from alembic import op

revision = "0025"
down_revision = "0024"


def upgrade() -> None:
    op.create_index("ix_job_items_waiting", "job_items", ["job_id", "outcome", "account_id"])
    op.drop_index("ix_job_items_open", "job_items")
