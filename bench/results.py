"""Where what was measured is kept: RESULTS.md of the everyday sizes, RESULTS-FULL.md of the full ones, as it comes."""

import os
from datetime import UTC, datetime
from pathlib import Path

from bench.measuring import machine

EVERYDAY, FULL = "RESULTS.md", "RESULTS-FULL.md"
_FOLDER = Path(__file__).parent
_QUIET = 0.5
"""Up to which load at the start a machine is called quiet."""


class Results:
    """A file of results that is written anew after each row, so that a run which is cut off leaves what it had."""

    def __init__(self, name: str, sizes: str, folder: Path = _FOLDER) -> None:
        """Note when and where the run begins, before it makes the machine busy."""
        self._file = folder / name
        load = os.getloadavg()[0]
        alone = "" if load <= _QUIET else ", so the machine did other work too"
        self._head = (
            f"# Results, {sizes}\n\n"
            f"Measured on {datetime.now(UTC):%Y-%m-%d}, from {datetime.now(UTC):%H:%M} UTC, on {machine()}.\n"
            f"Load when it began: {load:.1f}{alone}.\n\n"
            "Each figure is a ratio within one run; medians; the load client's own CPU is left out.\n\n"
        )
        self._sections: list[str] = []

    def add(self, section: str) -> None:
        """Add what one measurement has given, and write the file."""
        self._sections.append(section)
        written = self._file.with_suffix(".part")
        written.write_text(self._head + "\n".join(self._sections))
        written.replace(self._file)

    def end(self, seconds: float) -> None:
        """Say how long all of it took."""
        self.add(f"All rows together took {seconds / 60:.1f} minutes.\n")
