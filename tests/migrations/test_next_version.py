"""The present version on a schema that the next one has added to: it goes on, and comes up again after it has died."""

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

import pytest

from doorward.edges.sql import schema
from tests import cluster
from tests.migrations.test_previous_version import DATABASES, goes_on
from tests.storms.town import Town, town

NEXT = f"{int(schema.NEWEST) + 1:04}"
ADDED = (
    "ALTER TABLE account_state ADD COLUMN added_later VARCHAR(20) DEFAULT 'x' NOT NULL",
    "ALTER TABLE sessions ADD COLUMN added_later BIGINT",
    "CREATE TABLE added_later (account_id VARCHAR(40) NOT NULL PRIMARY KEY)",
    f"UPDATE alembic_version SET version_num = '{NEXT}'",  # noqa: S608 - ours
)
"""What the next version does to the tables, as far as a migration may (tests/migrations/test_expanding.py)."""


@pytest.fixture(params=DATABASES)
def server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    """Launch a server, and upgrade its database beyond it while it runs."""
    shared = cluster.database() if request.param == "PostgreSQL" else nullcontext()
    with shared as database, town(tmp_path, {} if database is None else {"database": database}) as begun:
        upgrade(begun)
        begun.rules(failures_before_lock=3, failing_names_before_refusing=0, idle_minutes=600)
        yield begun


def upgrade(server: Town) -> None:
    """Add what the next version adds."""
    with server.runtime.database.write() as sql:
        for statement in ADDED:
            sql.exec_driver_sql(statement)


def test_a_node_that_dies_during_a_rollout_comes_up_again(server: Town) -> None:
    """It does all its work before and after, and says in its log that it is to be upgraded."""
    goes_on(server)
    server.server.kill()
    server.server.start()
    told = server.server.log
    goes_on(server, "after")

    assert "a newer version has upgraded the database" in told
    assert server.rows("SELECT version_num FROM alembic_version") == [{"version_num": NEXT}]
    assert "Traceback" not in server.server.log
