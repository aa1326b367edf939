import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from doorward.edges.sql.on_postgresql import may_be_missed
from tests import cluster


@pytest.mark.postgresql
@pytest.mark.parametrize(
    ("statement", "missed"),
    [
        ("CREATE EXTENSION nowhere", True),
        ("CREATE INDEX ON accounts USING gin (full_name nothing_ops)", True),
        ("SELECT 1 / 0", False),
    ],
)
def test_an_extension_that_is_not_on_the_server_is_done_without(statement: str, missed: bool) -> None:
    """Or that we may not have: a search reads all names then. Whatever else goes wrong is told."""
    database = cluster.fresh()

    with pytest.raises(DBAPIError) as raised, database.write() as sql:
        sql.execute(text(statement))
    database.close()

    assert may_be_missed(raised.value) is missed
