"""The site's breach lists, looked into without being loaded (PASS-2).

A list is one file named by its digest. It holds 64 bits of the SHA-1 of each entry, sorted: the first 16 choose a
bucket, the other 48 are kept, so an entry takes 6 bytes, and a good password is taken for a listed one with odds of
entries / 2^64. A look-up reads one bucket and checks its CRC-32 before believing it.

    head      magic, count (u64), and for each of 65,536 buckets its count and its CRC-32 (u32 each); all big-endian
    buckets   the 6-byte rests, sorted

The digest is the SHA-256 of the head, and so covers the checksums of all that follows.
"""

import logging
import os
import struct
import sys
import threading
import weakref
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Collection
from hashlib import sha1, sha256
from itertools import accumulate
from pathlib import Path

from doorward.kernel.ports import BreachListing

MAGIC = b"DWBREAC1"
DIGEST, PREFIX, REST = 8, 2, 6
"""Bytes of an entry's SHA-1: how many count, how many choose its bucket, and how many are kept."""
BUCKETS = 65_536
FRONT = struct.Struct(">8sQ")
HEAD = FRONT.size + BUCKETS * 8
SUFFIX = ".list"

_LOG = logging.getLogger("doorward.breach_lists")


class ListUnreadable(Exception):
    """A list is missing, cut off or damaged; the text says which of these, in words for whoever runs the server."""


class UnreachableBreachLists:
    """What stands where no files can be reached: every list that somebody asks about is unreadable."""

    def find(self, wanted: Collection[bytes], names: Collection[str]) -> BreachListing:
        """Find nothing where no list is asked about."""
        del wanted
        return BreachListing.UNREADABLE if names else BreachListing.ABSENT


class OpenedList:
    """One opened list; the file stays open, so that a newer one may take its place meanwhile."""

    def __init__(self, path: Path) -> None:
        """Open a list and check its head against the digest in its name; raise `ListUnreadable`."""
        try:
            self._file = os.open(path, os.O_RDONLY)
            weakref.finalize(self, os.close, self._file)
            head = os.pread(self._file, HEAD, 0)
        except OSError as error:
            raise ListUnreadable(_missing(path, error)) from error
        if len(head) != HEAD or f"{sha256(head).hexdigest()}{SUFFIX}" != path.name:
            raise ListUnreadable(f"{path} is damaged")
        magic, self.entries = FRONT.unpack_from(head)
        if magic != MAGIC or os.fstat(self._file).st_size != HEAD + self.entries * REST:
            raise ListUnreadable(f"{path} is cut off or too long")
        table = array("I", head[FRONT.size :])
        if sys.byteorder == "little":
            table.byteswap()
        self._counts, self._sums = table[::2], table[1::2]
        self._starts = array("Q", accumulate(self._counts, initial=0))
        self._path = path

    def __contains__(self, digest: bytes) -> bool:
        """Return whether the list has an entry of this digest; raise `ListUnreadable`."""
        bucket, rest = self._bucket(int.from_bytes(digest[:PREFIX])), digest[PREFIX:DIGEST]
        at = bisect_left(_Rests(bucket), rest) * REST
        return bucket[at : at + REST] == rest

    def verify(self) -> None:
        """Read the whole list and compare every checksum; raise `ListUnreadable`."""
        for number in range(BUCKETS):
            self._bucket(number)

    def _bucket(self, number: int) -> bytes:
        size = self._counts[number] * REST
        try:
            found = os.pread(self._file, size, HEAD + self._starts[number] * REST)
        except OSError as error:
            raise ListUnreadable(f"{self._path} cannot be read ({error.strerror})") from error
        if len(found) != size or zlib.crc32(found) != self._sums[number]:
            raise ListUnreadable(f"{self._path} is damaged")
        return found


class BreachListFiles:
    """The lists of a data directory; each is opened when it is first asked about, from any thread."""

    def __init__(self, folder: Path) -> None:
        """Look for lists in this folder."""
        self._folder = folder
        self._lock = threading.Lock()
        self._open: dict[str, OpenedList] = {}

    def find(self, wanted: Collection[bytes], names: Collection[str]) -> BreachListing:
        """Look for any of the digests of a password in the lists of these names.

        A list that cannot be read is logged, and makes the answer unreadable unless another one has the password.
        """
        self._forget_others(names)
        answers = {self._in(name, wanted) for name in names}
        for answer in (BreachListing.FOUND, BreachListing.UNREADABLE):
            if answer in answers:
                return answer
        return BreachListing.ABSENT

    def _in(self, name: str, wanted: Collection[bytes]) -> BreachListing:
        try:
            opened = self._opened(name)
            return BreachListing.FOUND if any(digest in opened for digest in wanted) else BreachListing.ABSENT
        except ListUnreadable as error:
            with self._lock:
                self._open.pop(name, None)
            _LOG.error("%s: new passwords are refused until it is mended; see `doorward doctor`", error)
            return BreachListing.UNREADABLE

    def _opened(self, name: str) -> OpenedList:
        with self._lock:
            if name not in self._open:
                self._open[name] = OpenedList(file_of(self._folder, name))
            return self._open[name]

    def _forget_others(self, names: Collection[str]) -> None:
        """Let go of lists that are no more; a look-up that is under way keeps its own until it is done."""
        with self._lock:
            for name in self._open.keys() - set(names):
                del self._open[name]


class _Rests:
    """A bucket seen as a sequence, for `bisect`."""

    def __init__(self, bucket: bytes) -> None:
        self._bucket = bucket

    def __len__(self) -> int:
        return len(self._bucket) // REST

    def __getitem__(self, at: int) -> bytes:
        return self._bucket[at * REST : (at + 1) * REST]


def file_of(folder: Path, name: str) -> Path:
    """Return where a list is."""
    return folder / f"{name}{SUFFIX}"


def digest_of(text: str) -> bytes:
    """Return what a list keeps of a text: the beginning of its SHA-1, for that is what published lists hold."""
    return sha1(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()[:DIGEST]


def _missing(path: Path, error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return f"{path} is missing"
    return f"{path} cannot be read ({error.strerror})"
