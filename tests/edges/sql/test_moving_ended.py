"""What a move that was ended leaves and tells."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

from doorward.edges.sql import moving, schema
from doorward.edges.sql.sqlite import SqliteDatabase
from tests.edges.sql.test_moving import ROWS, fill, move


@pytest.fixture
def source(tmp_path: Path) -> Iterator[SqliteDatabase]:
    """Open a database in which somebody is."""
    opened = SqliteDatabase(tmp_path / "source.db")
    schema.prepare(opened, "it")
    fill(opened, "accounts")
    yield opened
    opened.close()


def test_what_was_being_read_is_closed_with_the_move(
    source: SqliteDatabase, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Where the target takes no more, as on a full disk, that is all that is told."""
    target = SqliteDatabase(tmp_path / "target.db")

    def takes_no_more(rows: int) -> None:
        raise OSError(rows)

    with pytest.raises(OSError, match=str(ROWS)) as raised:
        move(source, target, takes_no_more)
    source.close()
    target.close()
    del raised
    gc.collect()

    assert [one for one in caplog.records if one.name.startswith("sqlalchemy")] == []


def test_ctrl_c_is_not_hidden(source: SqliteDatabase) -> None:
    """It makes the connection one that cannot be asked any more."""
    with pytest.raises(KeyboardInterrupt), moving.held_still(source) as sql:  # noqa: PT012 - the end of the block is what fails
        sql.invalidate()
        raise KeyboardInterrupt
    with moving.held_still(source) as sql:
        assert moving.count(sql) > 0
