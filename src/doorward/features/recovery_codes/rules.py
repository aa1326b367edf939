"""Making recovery codes, and reading what people type of them."""

from datetime import timedelta

from doorward.kernel import symbols
from doorward.kernel.ports import Entropy

COUNT = 10
SYMBOLS = 25
"""Of five bits each: 125 bits, above the 112 below which NIST SP 800-63B-4 section 3.1.2 asks for a slow hash."""
GROUP = 5
PURPOSE = "recovery code"
"""The purpose under which the sealer hashes codes."""
FRESH_FOR = timedelta(minutes=15)
"""How long a recovery code is the fresh proof of the session that it opened (KEY-1, KEY-2)."""


def make_set(entropy: Entropy) -> tuple[str, ...]:
    """Make the ten codes of one set-up."""
    return tuple(symbols.draw(entropy, SYMBOLS, GROUP) for _ in range(COUNT))


def parse(text: str) -> str | None:
    """Read a code as typed into the form that is shown and hashed; None for what cannot be one."""
    return symbols.read(text, SYMBOLS, GROUP)
