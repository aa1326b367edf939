"""Many values that are gone through again and again, and do not have to fit into memory.

What is more than some megabytes goes to a temporary file without a name, under a key that this process alone has: what
is left of it on the disk after a crash says nothing to anybody.
"""

import pickle
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Generic, NamedTuple, TypeVar, cast

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

T = TypeVar("T")

KEY_BYTES = 32
IN_MEMORY = 32 * 2**20
"""At most this many bytes stay in memory."""
_NONCE_BYTES = 12
"""A part's place is its nonce: none is written twice under one key (NIST SP 800-38D section 8.2.1)."""


class _Part(NamedTuple):
    start: int
    length: int
    values: int


class Spool(Generic[T]):
    """Values in the order in which they came, kept by parts."""

    def __init__(self, key: bytes, folder: Path | None = None, in_memory: int = IN_MEMORY) -> None:
        """Begin empty; a file, once there is one, is in the folder."""
        self._cipher = AESGCM(key)
        self.file: IO[bytes] = BytesIO()
        self._folder, self._in_memory = folder, in_memory
        self._parts: list[_Part] = []
        self._end = 0

    def add(self, values: Sequence[T]) -> None:
        """Keep a part: what is read back at once."""
        plain = pickle.dumps(list(values), pickle.HIGHEST_PROTOCOL)
        sealed = self._cipher.encrypt(_nonce(self._end), plain, None)
        if self._end <= self._in_memory < self._end + len(sealed):
            self._go_to_disk()
        self.file.seek(self._end)
        self.file.write(sealed)
        self._parts.append(_Part(self._end, len(sealed), len(values)))
        self._end += len(sealed)

    def parts(self) -> Iterator[list[T]]:
        """Read part by part."""
        for start, length, _ in self._parts:
            self.file.seek(start)
            plain = self._cipher.decrypt(_nonce(start), self.file.read(length), None)
            yield pickle.loads(plain)  # noqa: S301 - what we have sealed ourselves, and nobody else can

    def pieces(self, most: int) -> Iterator["Spool[T]"]:
        """Give the values in pieces of whole parts, each at most `most` values long where its parts are not longer."""
        piece = self._beside([])
        for part in self._parts:
            if piece._parts and len(piece) + part.values > most:  # noqa: SLF001 - of our own kind
                yield piece
                piece = self._beside([])
            piece._parts.append(part)  # noqa: SLF001 - as above
        if piece._parts:  # noqa: SLF001 - as above
            yield piece

    def __iter__(self) -> Iterator[T]:
        """Read one value after the other."""
        for part in self.parts():
            yield from part

    def __len__(self) -> int:
        """Count the values."""
        return sum(part.values for part in self._parts)

    def close(self) -> None:
        """Forget them."""
        self.file.close()

    def _go_to_disk(self) -> None:
        file = TemporaryFile(dir=self._folder)  # noqa: SIM115 - it lives on
        file.write(cast("BytesIO", self.file).getbuffer())
        self.file = file

    def _beside(self, parts: list[_Part]) -> "Spool[T]":
        other: Spool[T] = Spool.__new__(Spool)
        other._cipher, other.file, other._parts, other._end = self._cipher, self.file, parts, self._end
        return other


def _nonce(start: int) -> bytes:
    return start.to_bytes(_NONCE_BYTES, "big")
