from contextlib import closing
from pathlib import Path

import pytest

from doorward.edges.spool import Spool

KEY = bytes(range(32))


@pytest.mark.parametrize("in_memory", [1, 2**20])
def test_values_come_back_in_their_order_as_often_as_asked(in_memory: int) -> None:
    """Part by part and one after the other, from memory or from the file."""
    spool: Spool[str] = Spool(KEY, in_memory=in_memory)
    for part in (["a", "b"], ["c"], ["d", "e"]):
        spool.add(part)

    with closing(spool):
        assert list(spool.parts()) == [["a", "b"], ["c"], ["d", "e"]]
        assert list(spool) == ["a", "b", "c", "d", "e"]
        assert list(spool) == list(spool)
        assert len(spool) == 5


def test_pieces_are_of_whole_parts() -> None:
    """As many as fit, one at least; each can be gone through while another is."""
    spool: Spool[int] = Spool(KEY)
    for part in ([1, 2], [3, 4], [5, 6], [7, 8, 9, 10]):
        spool.add(part)
    pieces = list(spool.pieces(3)), list(spool.pieces(5)), list(spool.pieces(100))

    assert [list(piece) for piece in pieces[0]] == [[1, 2], [3, 4], [5, 6], [7, 8, 9, 10]]
    assert [len(piece) for piece in pieces[1]] == [4, 2, 4]
    assert [list(piece) for piece in pieces[2]] == [list(range(1, 11))]
    assert list(zip(pieces[1][0], pieces[1][2], strict=True)) == [(1, 7), (2, 8), (3, 9), (4, 10)]


def test_nothing_is_nothing() -> None:
    """Neither a part nor a piece."""
    spool: Spool[int] = Spool(KEY)

    assert (list(spool), list(spool.pieces(5)), len(spool)) == ([], [], 0)


def test_the_file_has_no_name_and_no_words(tmp_path: Path) -> None:
    """Whoever looks at the folder, or at the disk, finds nothing that was kept."""
    spool: Spool[bytes] = Spool(KEY, tmp_path, in_memory=1)
    spool.add([b"a secret key of somebody"] * 1_000)
    spool.file.flush()
    with closing(spool):
        written = Path(f"/proc/self/fd/{spool.file.fileno()}").read_bytes()

    assert list(tmp_path.iterdir()) == []
    assert len(written) > 1_000
    assert b"secret" not in written
