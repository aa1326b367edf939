from pathlib import Path

import pytest

from doorward.edges.breach_list_files import keep_only, put, workshop, write
from doorward.edges.breach_lists import OpenedList, digest_of, file_of
from doorward.kernel.obstacle import Obstacle

DIGESTS = [digest_of(str(number)) for number in range(3_000)]


def test_more_than_fits_into_memory_makes_the_same_list(tmp_path: Path) -> None:
    """In any order, in any number of parts, some of them twice, with scratch files or without."""
    parts = [DIGESTS[start : start + 100] for start in range(0, len(DIGESTS), 100)]
    with workshop(tmp_path) as place:
        (place / "a").mkdir()
        (place / "b").mkdir()
        at_once = write([DIGESTS], place / "a")
        bit_by_bit = write([*reversed(parts), parts[0]], place / "b", most=1_000)

        assert at_once.entries == bit_by_bit.entries == len(DIGESTS)
        assert at_once.name == bit_by_bit.name
        assert at_once.path.read_bytes() == bit_by_bit.path.read_bytes()
        assert [path.name for path in (place / "b").iterdir()] == ["new"]


def test_an_empty_list_is_a_list(tmp_path: Path) -> None:
    """Whoever imports it decides that it is none."""
    with workshop(tmp_path) as place:
        assert write([], place).entries == 0


def test_a_list_is_its_owners_alone_and_whole_before_it_has_its_name(tmp_path: Path) -> None:
    """Nobody else of the machine reads it, and work leaves nothing behind."""
    with workshop(tmp_path / "lists") as place:
        written = write([DIGESTS], place)
        assert not file_of(tmp_path / "lists", written.name).exists()
        put(written, tmp_path / "lists")
    there = file_of(tmp_path / "lists", written.name)

    assert (there.stat().st_mode & 0o777, (tmp_path / "lists").stat().st_mode & 0o777) == (0o600, 0o700)
    assert sorted(path.name for path in (tmp_path / "lists").iterdir()) == [".lock", there.name]
    OpenedList(there).verify()


def test_two_imports_at_once_are_one(tmp_path: Path) -> None:
    """The second is told to wait, and what the first has made stays."""
    with workshop(tmp_path) as place:
        (place / "new").write_bytes(b"half")
        with pytest.raises(Obstacle, match="Another command is changing"), workshop(tmp_path):
            pass
        assert (place / "new").exists()


def test_what_a_killed_import_left_goes_with_the_next(tmp_path: Path) -> None:
    """Its lock died with it; its scratch files did not."""
    (tmp_path / ".work-dead").mkdir()
    (tmp_path / ".work-dead" / "17").write_bytes(b"x" * 100)
    with workshop(tmp_path):
        assert not (tmp_path / ".work-dead").exists()


def test_only_lists_that_are_named_stay(tmp_path: Path) -> None:
    """Those of the database; other files are nobody's business."""
    for name in ("kept.list", "old.list", "notes.txt"):
        (tmp_path / name).write_bytes(b"")
    keep_only(tmp_path, {"kept"})

    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept.list", "notes.txt"]
