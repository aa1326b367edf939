"""Chance for tests: the same bytes for the same seed, on every machine."""

from hashlib import sha256


class SeededEntropy:
    """Draws its bytes from SHA-256 over the seed and a counter."""

    def __init__(self, seed: str = "doorward") -> None:
        """Begin at the seed's first byte."""
        self._seed = seed
        self._drawn = 0

    def bytes(self, count: int) -> bytes:
        """Draw so many bytes."""
        blocks = []
        for _ in range(-(-count // 32)):
            self._drawn += 1
            blocks.append(sha256(f"{self._seed} {self._drawn}".encode()).digest())
        return b"".join(blocks)[:count]

    def below(self, limit: int) -> int:
        """Draw a number from 0 to `limit` - 1; evenly enough for tests."""
        return int.from_bytes(self.bytes(16)) % limit
