import pytest

from doorward.edges.sql import promises
from tests import cluster


@pytest.mark.postgresql
def test_server_that_may_forget_is_told() -> None:
    """The tests' own cluster keeps nothing over a crash, and says so."""
    database = cluster.fresh()
    with database.read() as sql:
        told = [one.what for one in promises.broken(sql)]
        version = promises.server_version(sql)
    database.close()

    settings = [what.split("'s ")[1].split(" is ")[0] for what in told]
    assert settings == ["fsync", "full_page_writes", "synchronous_commit"]
    assert version[0].isdigit()


def test_search_without_its_index_is_told() -> None:
    """The extension may have needed somebody else."""
    (told,) = promises.judged({}, 50, searchable=False)

    assert "pg_trgm" in told.what
    assert not told.loses_acts


@pytest.mark.parametrize(
    ("settings", "room", "told"),
    [
        ({"synchronous_commit": "on", "synchronous_standby_names": "ANY 1 (*)"}, 50, []),
        ({"synchronous_commit": "local"}, 50, []),
        ({"synchronous_commit": "local", "synchronous_standby_names": "a"}, 50, ["a failover loses"]),
        ({"synchronous_commit": "off", "synchronous_standby_names": "a"}, 50, ["a crash loses"]),
        ({"fsync": "off"}, 50, ["a crash loses"]),
        ({}, promises.LEAST_ROOM, []),
        ({}, promises.LEAST_ROOM - 1, ["room for 9 more"]),
    ],
)
def test_settings_that_break_a_promise(settings: dict[str, str], room: int, told: list[str]) -> None:
    """Each names what is lost."""
    found = promises.judged(settings, room)

    assert len(found) == len(told)
    assert all(words in one.what for words, one in zip(told, found, strict=True))
