"""Reading other people's lists of breached passwords as a stream, however large they are (PASS-2).

Two forms: one password a line, and the SHA-1 of one a line in hexadecimal, with or without `:` and how often it was
seen, as Have I Been Pwned publishes them.
"""

import re
from binascii import unhexlify
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

from doorward.edges.breach_lists import DIGEST, digest_of

PART = 4 * 2**20
"""Bytes that are read at a time."""
LONGEST_LINE = 65_536
LONGEST_PASSWORD = 256
"""Code points; a longer line of a plain list can be nobody's password (PASS-1)."""
_HEX_LINE = re.compile(rb"^([0-9A-Fa-f]{40})(?::([0-9]{1,18}))?\r?$", re.MULTILINE)
_NTLM_LINE = re.compile(rb"[0-9A-Fa-f]{32}(:[0-9]+)?")
_MARK = b"\xef\xbb\xbf"


class ListFormat(StrEnum):
    """What a line of a list is."""

    PLAIN = "plain"
    SHA1 = "sha1"


class SourceMalformed(Exception):
    """A file is no list of this form: what is wrong, in words that follow on the line's number."""

    def __init__(self, line: int, wrong: str) -> None:
        """Keep the number of the line, from 1."""
        super().__init__(f"line {line}: {wrong}")
        self.line = line
        self.wrong = wrong


@dataclass(slots=True)
class ReadingTally:
    """What came of reading a list so far."""

    lines: int = 0
    left_out: int = 0
    """Lines below the least count, empty ones, and those too long to be a password."""
    read: int = 0
    """Bytes."""


class Source:
    """One list that is being read: its form is told by its first line unless it is given."""

    def __init__(
        self, stream: BinaryIO, form: ListFormat | None, fold: Callable[[str], str], min_count: int = 1
    ) -> None:
        """Read the beginning; `fold` brings a password to the form in which it is compared."""
        self._stream = stream
        self._fold = fold
        self._min_count = min_count
        self._begun = stream.read(PART).removeprefix(_MARK)
        self.form = form or _form_of(self._begun)
        self.tally = ReadingTally()

    def digests(self, told: Callable[[int], None]) -> Iterator[list[bytes]]:
        """Yield the digests part by part; raise `SourceMalformed` at the first line that is none of the form."""
        taken = self._hashes if self.form is ListFormat.SHA1 else self._passwords
        for part in self._parts():
            yield taken(part)
            told(self.tally.read)

    def _parts(self) -> Iterator[bytes]:
        """Cut the stream after whole lines."""
        rest, part = b"", self._begun
        while part:
            self.tally.read += len(part)
            whole, newline, rest = (rest + part).rpartition(b"\n")
            if len(rest) > LONGEST_LINE:
                raise SourceMalformed(self.tally.lines + whole.count(b"\n") + 2, "is longer than 64 KiB")
            if newline:
                yield whole
            part = self._stream.read(PART)
        if rest:
            yield rest

    def _hashes(self, part: bytes) -> list[bytes]:
        found, lines = _HEX_LINE.findall(part), part.count(b"\n") + 1
        if len(found) != lines:
            self._tell_malformed(part)
        self.tally.lines += lines
        least = self._min_count
        if least > 1:
            found = [one for one in found if int(one[1] or 1) >= least]
        self.tally.left_out += lines - len(found)
        return [unhexlify(one[0][: 2 * DIGEST]) for one in found]

    def _passwords(self, part: bytes) -> list[bytes]:
        lines = part.split(b"\n")
        texts = [_decoded(line.removesuffix(b"\r")) for line in lines]
        kept = [text for text in texts if 0 < len(text) <= LONGEST_PASSWORD]
        self.tally.lines += len(lines)
        self.tally.left_out += len(lines) - len(kept)
        return [digest_of(self._fold(text)) for text in kept]

    def _tell_malformed(self, part: bytes) -> None:
        """Name the first line that is no hash."""
        for number, line in enumerate(part.split(b"\n"), self.tally.lines + 1):
            if _HEX_LINE.fullmatch(line) is None:
                raise SourceMalformed(number, "is not the SHA-1 of a password in hexadecimal")


def _form_of(begun: bytes) -> ListFormat:
    first = begun.partition(b"\n")[0].rstrip(b"\r")
    if _NTLM_LINE.fullmatch(first):
        raise SourceMalformed(1, "holds an NTLM hash; get the same list with SHA-1 hashes")
    return ListFormat.SHA1 if _HEX_LINE.fullmatch(first) else ListFormat.PLAIN


def _decoded(line: bytes) -> str:
    """Read a line as UTF-8, or as Latin-1 where it is none, as older lists mix them."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")
