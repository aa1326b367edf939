"""Records: settings, mail that waits, jobs, the audit trail, the server's own duties.

Frozen: it imports nothing of ours, so that history replays whatever becomes of the code.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

ID = sa.Uuid().with_variant(sa.LargeBinary(16), "sqlite")
INSTANT = sa.BigInteger()  # microseconds since 1970
JSON = sa.Text()
HASH = sa.LargeBinary(32)
CODE = sa.String(40)
NAME = sa.String(200)


def upgrade() -> None:
    _policy()
    _notices()
    _jobs()
    _audit()
    _server()


def _policy() -> None:
    op.create_table(
        "settings",
        sa.Column("area", CODE, nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("chosen", JSON, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("changed_by", NAME, nullable=False),
        sa.PrimaryKeyConstraint("area", "name", name="pk_settings"),
    )


def _notices() -> None:
    op.create_table(
        "outbox",
        sa.Column("account_id", ID, nullable=False),
        sa.Column("message_id", ID, nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("recipient", sa.String(320), nullable=False),
        sa.Column("sealed_body", sa.LargeBinary()),
        sa.Column("state", CODE, nullable=False),
        sa.Column("error", sa.String(300)),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("queued_at", INSTANT, nullable=False),
        sa.Column("next_attempt_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT),
        sa.PrimaryKeyConstraint("account_id", "message_id", name="pk_outbox"),
    )
    op.create_index("ix_outbox_due", "outbox", ["state", "next_attempt_at"])
    op.create_index("ix_outbox_message", "outbox", ["message_id"])


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("job_id", ID, nullable=False),
        sa.Column("kind", CODE, nullable=False),
        sa.Column("state", CODE, nullable=False),
        sa.Column("reason", sa.String(500)),
        sa.Column("filter", JSON),
        sa.Column("owner_id", ID),
        sa.Column("owner_name", NAME, nullable=False),
        sa.Column("owner_session", HASH),
        sa.Column("origin", JSON, nullable=False),
        sa.Column("idempotency_key", HASH),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("job_id", name="pk_jobs"),
    )
    op.create_index("ix_jobs_idempotency", "jobs", ["owner_name", "idempotency_key"])
    op.create_index("ix_jobs_state", "jobs", ["state"])
    op.create_table(
        "job_items",
        sa.Column("job_id", ID, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("name", NAME, nullable=False),
        sa.Column("outcome", CODE),
        sa.Column("code", sa.String(60)),
        sa.PrimaryKeyConstraint("job_id", "account_id", name="pk_job_items"),
    )
    op.create_index("ix_job_items_open", "job_items", ["job_id", "outcome"])


def _audit() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("act", CODE, nullable=False),
        sa.Column("outcome", CODE, nullable=False),
        sa.Column("result", CODE),
        sa.Column("code", sa.String(60)),
        sa.Column("actor_id", ID),
        sa.Column("actor_name", NAME, nullable=False),
        sa.Column("target_id", ID),
        sa.Column("target_name", NAME),
        sa.Column("reason", sa.String(500)),
        sa.Column("reference", sa.String(60), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("user_agent", sa.String(400), nullable=False),
        sa.Column("session_id", ID),
        sa.Column("door", CODE, nullable=False),
        sa.Column("node", sa.String(100), nullable=False),
        sa.Column("details", JSON, nullable=False),
        sa.Column("position", sa.BigInteger()),
        sa.Column("link", HASH),
        sa.PrimaryKeyConstraint("id", name="pk_audit_entries"),
    )
    op.create_index("ix_audit_entries_act", "audit_entries", ["act", "id"])
    op.create_index("ix_audit_entries_actor", "audit_entries", ["actor_id", "id"])
    op.create_index("ix_audit_entries_actor_name", "audit_entries", ["actor_name", "id"])
    op.create_index("ix_audit_entries_at", "audit_entries", ["at"])
    op.create_index("ix_audit_entries_target", "audit_entries", ["target_id", "id"])


def _server() -> None:
    op.create_table(
        "duties",
        sa.Column("duty", sa.String(100), nullable=False),
        sa.Column("held_by", NAME, nullable=False),
        sa.Column("held_until", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("duty", name="pk_duties"),
    )
