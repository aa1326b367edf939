"""How long the storms last: short ones every day, or as long as the pass figures of the threats ask for.

`./doorward.sh test --full tests/storms` runs the full size, which takes hours; it sets `STORMS=full`. Passwords then
have the hash of real servers, which otherwise costs next to nothing.
"""

import os

FULL = os.environ.get("STORMS", "everyday") == "full"  # noqa: TID251 - the one place; the product has no such switch


def size(everyday: int, full: int) -> int:
    """Choose between the two sizes of a storm."""
    return full if FULL else everyday
