import threading

import pytest
from sqlalchemy.exc import IntegrityError

from doorward.features.policy import store
from doorward.features.policy.store import VersionStamp
from tests.worlds import NOON, World

AREA = "password-rules:default"


def save(world: World, before: int, **values: object) -> bool:
    """Save values on the ground of a version."""
    with world.database.write() as sql:
        return store.save(sql, AREA, values, VersionStamp(before, "grace", NOON))


def loaded(world: World, area: str = AREA) -> tuple[dict[str, object], int]:
    """Load an area."""
    with world.database.read() as sql:
        return store.load(sql, area)


def test_nothing_chosen_is_version_0(world: World) -> None:
    """An area begins without rows."""
    assert loaded(world) == ({}, 0)


def test_each_save_is_a_version(world: World) -> None:
    """Values are replaced or added, and the area's version moves on by one."""
    save(world, 0, min_length=14, lock_contact="the desk")
    save(world, 1, min_length=16, one_change_a_day=True)

    assert loaded(world) == ({"min_length": 16, "lock_contact": "the desk", "one_change_a_day": True}, 2)


def test_areas_are_apart(world: World) -> None:
    """A save in one area leaves the other alone."""
    save(world, 0, min_length=14)

    assert loaded(world, "two-factor") == ({}, 0)


def test_save_on_a_passed_version_writes_nothing(world: World) -> None:
    """Whoever loaded an older version has lost, even when other values are concerned."""
    save(world, 0, min_length=14)
    save(world, 1, min_length=16)

    assert save(world, 1, days_valid=90) is False
    assert loaded(world) == ({"min_length": 16}, 2)


def test_second_first_save_fails(world: World) -> None:
    """Two first saves cannot both be the first; the run is then repeated on what is there."""
    save(world, 0, min_length=14)

    with pytest.raises(IntegrityError):
        save(world, 0, days_valid=90)
    assert loaded(world) == ({"min_length": 14}, 1)


def test_of_two_racing_writers_one_wins(world: World) -> None:
    """Two saves on one version at the same moment: exactly one is written."""
    save(world, 0, min_length=14)
    start, won = threading.Barrier(2), []

    def race(length: int) -> None:
        start.wait()
        won.append(save(world, 1, min_length=length))

    threads = [threading.Thread(target=race, args=(length,)) for length in (20, 30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(won) == [False, True]
    assert loaded(world)[1] == 2


def test_several_areas_are_loaded_at_once(world: World) -> None:
    """Each as `load` gives it, one without rows included."""
    save(world, 0, min_length=14)
    with world.database.read() as sql:
        found = store.load_some(sql, [AREA, "password-rules:gone"])

    assert found == {AREA: ({"min_length": 14}, 1), "password-rules:gone": ({}, 0)}


def test_areas_are_listed_with_their_ranks(world: World) -> None:
    """Those whose names begin so, and no others; one without a rank has 0."""
    save(world, 0, min_length=14)
    with world.database.write() as sql:
        store.save(sql, "password-rules:strict", {"rank": 3}, VersionStamp(0, "grace", NOON))
        store.save(sql, "password-rulez", {"rank": 4}, VersionStamp(0, "grace", NOON))
        store.save(sql, "two-factor", {"issuer": "x"}, VersionStamp(0, "grace", NOON))
        assert store.ranks(sql, "password-rules:") == {AREA: 0, "password-rules:strict": 3}


def test_an_area_is_deleted_whole(world: World) -> None:
    """And no other with it."""
    save(world, 0, min_length=14)
    with world.database.write() as sql:
        store.save(sql, "password-rules:strict", {"rank": 3}, VersionStamp(0, "grace", NOON))
        store.delete(sql, "password-rules:strict")
        assert store.ranks(sql, "password-rules:") == {AREA: 0}

    assert loaded(world) == ({"min_length": 14}, 1)
