"""Writing a breach list: sorting more entries than fit into memory, and putting the file in its place whole.

Digests are dealt into 1,024 piles by their first ten bits. Piles are kept in memory up to a limit, then in files of
their own; each is sorted by itself, and one after the other they make the list. The same entries in any order make the
same file, under the same name.
"""

import fcntl
import os
import shutil
import sys
import tempfile
import zlib
from array import array
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from doorward.edges.breach_lists import BUCKETS, DIGEST, FRONT, HEAD, MAGIC, PREFIX, SUFFIX, file_of
from doorward.kernel.obstacle import Obstacle

PILES = 1_024
IN_MEMORY = 64 * 2**20
"""Bytes of digests that are kept in memory: eight million entries."""
_BUCKETS_OF_PILE = BUCKETS // PILES
_SHIFT = 6
"""By how much the first two bytes of a digest are shifted to give its pile: 16 bits less 10."""
_REST = 0xFFFF_FFFF_FFFF


@dataclass(frozen=True, slots=True)
class WrittenList:
    """A list that is written, but not yet in its place."""

    path: Path
    name: str
    """Its digest, in hexadecimal."""
    entries: int


@contextmanager
def workshop(folder: Path) -> Iterator[Path]:
    """Make a folder for one import's work, which is gone afterwards; a second import at the same time is told no."""
    folder.mkdir(mode=0o700, exist_ok=True)
    with (folder / ".lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Obstacle("Another command is changing the breach lists.", "Wait until it is done.") from error
        for left in folder.glob(".work-*"):  # of an import that was killed
            shutil.rmtree(left, ignore_errors=True)
        with tempfile.TemporaryDirectory(prefix=".work-", dir=folder) as place:
            yield Path(place)


def write(digests: Iterable[list[bytes]], place: Path, most: int = IN_MEMORY) -> WrittenList:
    """Write a list of digests, which come in any order and some of them twice, into a folder; `most` bytes in memory.

    Scratch files take 8 bytes an entry beside the list's 6.
    """
    piles = _Piles(place, most)
    for part in digests:
        piles.add(part)
    counts, sums = array("I"), array("I")
    path = place / "new"
    with open(path, "xb", opener=_for_owner) as file:
        file.seek(HEAD)
        for number in range(PILES):
            for bucket in _buckets(piles.take(number)):
                counts.append(len(bucket) // (DIGEST - PREFIX))
                sums.append(zlib.crc32(bucket))
                file.write(bucket)
        head = _head(counts, sums)
        file.seek(0)
        file.write(head)
        file.flush()
        os.fsync(file.fileno())
    return WrittenList(path, sha256(head).hexdigest(), sum(counts))


def put(written: WrittenList, folder: Path) -> None:
    """Put a list in its place, where it is found as soon as the database names it."""
    written.path.replace(file_of(folder, written.name))
    _sync(folder)


def keep_only(folder: Path, names: Collection[str]) -> None:
    """Delete the lists that the database does not name."""
    for path in folder.iterdir():
        if path.suffix == SUFFIX and path.stem not in names:
            path.unlink(missing_ok=True)


class _Piles:
    """Digests dealt by their first ten bits."""

    def __init__(self, place: Path, most: int) -> None:
        self._place = place
        self._most = most
        self._held = 0
        self._piles = [bytearray() for _ in range(PILES)]

    def add(self, digests: list[bytes]) -> None:
        piles = self._piles
        for digest in digests:
            piles[(digest[0] << 8 | digest[1]) >> _SHIFT] += digest
        self._held += len(digests) * DIGEST
        if self._held > self._most:
            self._spill()

    def take(self, number: int) -> bytes:
        """Return a pile, which is not kept any longer."""
        path = self._place / str(number)
        spilled = path.read_bytes() if path.exists() else b""
        path.unlink(missing_ok=True)
        pile, self._piles[number] = self._piles[number], bytearray()
        return spilled + pile

    def _spill(self) -> None:
        for number, pile in enumerate(self._piles):
            with (self._place / str(number)).open("ab") as file:
                file.write(pile)
            pile.clear()
        self._held = 0


def _buckets(pile: bytes) -> Iterator[bytes]:
    """Sort a pile, leave out what is there twice, and cut it into its buckets of rests."""
    values = array("Q", pile)
    if sys.byteorder == "little":
        values.byteswap()
    buckets = [bytearray() for _ in range(_BUCKETS_OF_PILE)]
    for value in sorted(set(values)):
        buckets[(value >> 48) % _BUCKETS_OF_PILE] += (value & _REST).to_bytes(DIGEST - PREFIX)
    return map(bytes, buckets)


def _head(counts: "array[int]", sums: "array[int]") -> bytes:
    table = array("I", (each for pair in zip(counts, sums, strict=True) for each in pair))
    if sys.byteorder == "little":
        table.byteswap()
    return FRONT.pack(MAGIC, sum(counts)) + table.tobytes()


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync(folder: Path) -> None:
    """Let the folder's new entry outlive a power failure."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
