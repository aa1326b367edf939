"""What stands in the way of the program, before or beside any act: told in one sentence, with how to mend it."""

from typing import ClassVar

from doorward.kernel.outcome import Refused
from doorward.kernel.refusal import FAILED, USAGE
from doorward.kernel.sentences import sentence


class Obstacle(Exception):
    """What stands in the way of the program: one sentence that says what, one that says how to mend it."""

    exit_code: ClassVar[int] = FAILED

    def __init__(self, what: str, mend: str) -> None:
        """Keep both sentences."""
        super().__init__(f"{what} {mend}")
        self.what = what
        self.mend = mend


class Misused(Obstacle):
    """An obstacle that lies in the words of the command itself: an option whose value cannot be."""

    exit_code = USAGE


class Forbidden(Obstacle):
    """An obstacle that is a refusal: it could be done, and is not, for a reason that has a code."""

    def __init__(self, refused: Refused) -> None:
        """Keep the refusal, and its sentence in two parts: what is refused, and how to mend it."""
        what, _, mend = sentence(refused).partition(". ")
        super().__init__(f"{what}.", mend)
        self.refused = refused
