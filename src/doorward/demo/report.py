"""What the demo prints: scenes, and in them one line for each observation; and how many of them were right."""

from rich.console import Console
from rich.text import Text

from doorward.demo.client import Answer

CLAIM_WIDTH = 58
WIDE = 120
"""Columns from which on a claim and what was observed stand side by side."""
_PLAIN = str.maketrans({"✓": "+", "✗": "X", "→": ">", "…": "~", "“": '"', "”": '"', "·": "-"})
"""Stand-ins for a terminal that knows ASCII only."""


class Report:
    """The story as it is told, line by line."""

    def __init__(self, console: Console | None = None) -> None:
        """Print on standard output; colours only on a terminal."""
        self._console = console or Console(highlight=False, markup=False, emoji=False)
        self._ascii = not self._console.encoding.lower().startswith("utf")
        self._scenes = 0
        self._made = 0
        self._wrong: list[str] = []

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
        self._made += 1
        if seen == expected:
            self._print(("   ✓ ", "green"), self._padded(claim), (f"{where} → {seen}", "dim"))
            return True
        self._wrong.append(f"{self._scenes}. {claim}")
        self._print(("   ✗ ", "bold red"), self._padded(claim), (where, "dim"))
        self._print(("       expected  ", "red"), expected)
        self._print(("       seen      ", "red"), seen)
        return False

    def broke_off(self, why: str) -> None:
        """Say that a scene could not go on; that is a wrong observation too."""
        self._made += 1
        self._wrong.append(f"{self._scenes}. {why}")
        self._print(("   ✗ ", "bold red"), f"the scene breaks off: {why}")

    def close(self) -> bool:
        """Print the sum; tell whether every observation was right."""
        right = self._made - len(self._wrong)
        self._print("")
        style = "bold red" if self._wrong else "bold green"
        self._print((f"{right} of {self._made} observations were right", style))
        for claim in self._wrong:
            self._print(("   ✗ ", "bold red"), claim)
        return not self._wrong

    def _padded(self, claim: str) -> str:
        """Leave room for the column of what was observed; on a narrow terminal that comes on a line of its own."""
        narrow = self._console.is_terminal and self._console.width < WIDE
        return f"{claim}\n       " if narrow else f"{claim.ljust(CLAIM_WIDTH)} "

    def _print(self, *parts: str | tuple[str, str], style: str = "") -> None:
        text = Text.assemble(*parts, style=style)
        if self._ascii:
            text.plain = text.plain.translate(_PLAIN).encode("ascii", "replace").decode("ascii")
        self._console.print(text, soft_wrap=True)
