"""Nodes on one PostgreSQL: what the first makes, what the next needs, and what is told when it cannot be."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from doorward import config, starting
from doorward.config import Settings
from doorward.edges.crypto.keys import create_key_file
from doorward.edges.entropy import SystemEntropy
from doorward.edges.sql import schema
from doorward.edges.sql.opening import open_database
from doorward.kernel.obstacle import Obstacle
from tests import cluster

pytestmark = pytest.mark.postgresql
Node = Callable[[str], Settings]


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """Give the settings of nodes that share a database in which nothing is yet."""
    shared = cluster.fresh()
    with shared.write() as sql:
        sql.execute(text("DROP SCHEMA public CASCADE"))
        sql.execute(text("CREATE SCHEMA public"))

    def settings(name: str) -> Settings:
        return config.load({"data": tmp_path / name, "node": name, "database": shared.url}, {}).settings

    yield settings
    shared.drop()


def test_the_first_node_makes_the_tables_and_a_key(node: Node) -> None:
    """And a link for the first administrator, as on SQLite."""
    welcome = starting.first_run(node("oak"))

    assert welcome.made
    assert welcome.link is not None
    assert starting.upgrade(node("oak")).before is None
    opened = starting.open_here(node("oak"))
    with opened.runtime.database.read() as sql:
        assert schema.version(sql) == schema.NEWEST
    opened.close()


def test_a_node_with_other_keys_does_not_start(node: Node) -> None:
    """Also while nobody has set up anything: it would seal and fail everybody's mail."""
    starting.first_run(node("oak"))
    node("elm").data.mkdir()
    create_key_file(node("elm").data / "doorward.key", SystemEntropy())

    with pytest.raises(Obstacle, match=r"The keys in .*elm/doorward.key do not open what the database"):
        starting.first_run(node("elm"))
    assert not starting.first_run(node("oak")).made


def test_the_next_node_needs_the_same_key(node: Node) -> None:
    """A key of its own would open nothing, so none is made."""
    starting.first_run(node("oak"))

    with pytest.raises(Obstacle, match=r"Copy doorward\.key from the data directory of another node"):
        starting.first_run(node("elm"))
    assert not node("elm").data.exists()
    node("elm").data.mkdir()
    shutil.copy(node("oak").data / "doorward.key", node("elm").data)
    assert not starting.first_run(node("elm")).made


def test_a_server_that_does_not_answer_is_one_sentence(tmp_path: Path) -> None:
    """With what the driver says of it, and no password in it."""
    address = "postgresql://doorward:secret@/doorward?host=/nowhere"
    settings = config.load({"data": tmp_path / "data", "database": address}, {}).settings

    with pytest.raises(Obstacle) as told:
        starting.first_run(settings)
    assert "does not answer" in told.value.what
    assert "secret" not in str(told.value)


def test_an_older_database_is_upgraded(node: Node) -> None:
    """By the command, not by itself."""
    database = open_database(node("oak"))
    with database.write() as sql:
        schema.upgrade(sql, "0010")
    database.close()

    with pytest.raises(Obstacle, match="written by an older Doorward"):
        starting.first_run(with_key(node("oak"), node("oak")))
    assert starting.upgrade(node("oak")).before == "0010"


def with_key(settings: Settings, whose: Settings) -> Settings:
    """Give a node the key file of another, or one that was made for it."""
    settings.data.mkdir(mode=0o700, exist_ok=True)
    create_key_file(whose.data / "doorward.key", SystemEntropy())
    return settings
