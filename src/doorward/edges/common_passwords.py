"""The shipped list of common passwords, asked without being unpacked (PASS-2).

The file holds the first bytes of the SHA-256 of each entry, sorted: small, quick to search, and no list of words that
somebody would have to read. Two texts that share 48 bits are taken for one: about one good password in 10^9 is refused.
"""

from functools import cache
from hashlib import sha256
from importlib.resources import files

DIGEST_BYTES = 6
_FILE = files("doorward") / "features" / "passwords" / "common_passwords.bin"


class CommonPasswords:
    """A packed list that answers whether a text is in it."""

    def __init__(self, packed: bytes) -> None:
        """Take the sorted digests, one after the other."""
        self._packed = packed

    def __len__(self) -> int:
        """Count the entries."""
        return len(self._packed) // DIGEST_BYTES

    def __contains__(self, folded: str) -> bool:
        """Return whether a text, folded as `passwords.rules.fold` does, is an entry."""
        wanted = digest(folded)
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            found = self._packed[middle * DIGEST_BYTES : (middle + 1) * DIGEST_BYTES]
            if found == wanted:
                return True
            low, high = (middle + 1, high) if found < wanted else (low, middle)
        return False


def digest(folded: str) -> bytes:
    """Shorten a folded text to what the list holds of it."""
    return sha256(folded.encode("utf-8", "surrogatepass")).digest()[:DIGEST_BYTES]


def pack(folded: set[str]) -> bytes:
    """Pack folded texts into the form of the file; for the tool that makes it."""
    return b"".join(sorted({digest(text) for text in folded}))


@cache
def shipped() -> CommonPasswords:
    """Read the list of this package; once in a process, and not before somebody asks."""
    return CommonPasswords(_FILE.read_bytes())


def is_common(folded: str) -> bool:
    """Ask the shipped list."""
    return folded in shipped()
