"""What the demo prints: scenes, and in them one line for each observation; and how many of them were right."""

from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from doorward.demo.client import Answer

CLAIM_WIDTH = 58
WIDE = 120
"""Columns from which on a claim and what was observed stand side by side."""
_PLAIN = str.maketrans({"✓": "+", "✗": "X", "→": ">", "…": "~", "“": '"', "”": '"', "·": "-"})
"""Stand-ins for a terminal that knows ASCII only."""


@dataclass(frozen=True, slots=True)
class Observation:
    """Something that was looked at: what it shows, where it was seen, and what was seen and should have been."""

    scene: int
    claim: str
    where: str
    seen: str
    expected: str

    @property
    def right(self) -> bool:
        """Return whether it was as it should be."""
        return self.seen == self.expected


class Report:
    """The story as it is told, line by line."""

    def __init__(self, console: Console) -> None:
        """Print on a console; colours only where it is a terminal."""
        self._console = console
        self._ascii = not console.encoding.lower().startswith("utf")
        self._scenes = 0
        self.observations: list[Observation] = []

    def title(self, text: str) -> None:
        """Begin the story."""
        self._print((text, "bold"))

    def chapter(self, text: str) -> None:
        """Begin one of the stories."""
        self._print("")
        self._print((text.upper(), "bold cyan"))

    def scene(self, text: str) -> None:
        """Begin a scene."""
        self._scenes += 1
        self._print("")
        self._print((f"{self._scenes}. {text}", "bold"))

    def note(self, text: str) -> None:
        """Say what happens meanwhile: that the demo waits, and what for."""
        self._print(f"   · {text}", style="dim")

    def plain(self, text: str = "") -> None:
        """Print a line that is no observation."""
        self._print(text)

    def answered(self, claim: str, answer: Answer, expected: str) -> bool:
        """Observe an answer, by its status and word."""
        return self.saw(claim, answer.line, answer.short, expected)

    def saw(self, claim: str, where: str, seen: str, expected: str) -> bool:
        """Observe something, and compare it with what should be."""
        made = Observation(self._scenes, claim, where, seen, expected)
        self.observations.append(made)
        if made.right:
            self._print(("   ✓ ", "green"), self._padded(claim), (f"{where} → {seen}", "dim"))
            return True
        self._print(("   ✗ ", "bold red"), self._padded(claim), (where, "dim"))
        self._print(("       expected  ", "red"), expected)
        self._print(("       seen      ", "red"), seen)
        return False

    def broke_off(self, why: str) -> None:
        """Say that a scene could not go on; that is a wrong observation too."""
        self.observations.append(Observation(self._scenes, why, "", "the scene breaks off", "it goes on"))
        self._print(("   ✗ ", "bold red"), f"the scene breaks off: {why}")

    def close(self) -> bool:
        """Print the sum; tell whether every observation was right."""
        wrong = [one for one in self.observations if not one.right]
        count = len(self.observations)
        self._print("")
        self._print((f"{count - len(wrong)} of {count} observations were right", "bold red" if wrong else "bold green"))
        for one in wrong:
            self._print(("   ✗ ", "bold red"), f"{one.scene}. {one.claim}")
        return not wrong

    def _padded(self, claim: str) -> str:
        """Leave room for the column of what was observed; on a narrow terminal that comes on a line of its own."""
        narrow = self._console.is_terminal and self._console.width < WIDE
        return f"{claim}\n       " if narrow else f"{claim.ljust(CLAIM_WIDTH)} "

    def _print(self, *parts: str | tuple[str, str], style: str = "") -> None:
        text = Text.assemble(*parts, style=style)
        if self._ascii:
            text.plain = text.plain.translate(_PLAIN).encode("ascii", "replace").decode("ascii")
        self._console.print(text, soft_wrap=True)
