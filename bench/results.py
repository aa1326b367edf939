"""Where what was measured is kept: RESULTS.md of the everyday sizes, RESULTS-FULL.md of the full ones, as it comes."""

import os
from datetime import UTC, datetime
from pathlib import Path

from bench.measuring import machine

EVERYDAY, FULL = "RESULTS.md", "RESULTS-FULL.md"
_FOLDER = Path(__file__).parent
_ABOUT = "Each figure is a ratio within one run; medians; the load client's own CPU is left out."
_QUIET = 0.5
"""Up to which load at the start a machine is called quiet."""
_SECTION = "\n## "


class Results:
    """A file of results that is written anew after each row, so that a run which is cut off leaves what it had.

    Each row says when it was measured. One that `goes_on` keeps the rows that are not measured again.
    """

    def __init__(self, name: str, sizes: str, folder: Path = _FOLDER, *, goes_on: bool = False) -> None:
        """Note when and where the run begins, before it makes the machine busy."""
        self._file = folder / name
        load = os.getloadavg()[0]
        alone = "" if load <= _QUIET else ", so the machine did other work too"
        self._began = (
            f"Measured on {datetime.now(UTC):%Y-%m-%d}, from {datetime.now(UTC):%H:%M} UTC, on {machine()}.\n"
            f"Load when it began: {load:.1f}{alone}.\n"
        )
        self._head = f"# Results, {sizes}\n\n{_ABOUT}\n"
        self._sections = self._kept() if goes_on and self._file.exists() else {}

    def add(self, section: str) -> None:
        """Add what one measurement has given, in place of what it gave before, and write the file."""
        self._sections[_name_of(section)] = f"{section}\n{self._began}"
        written = self._file.with_suffix(".part")
        written.write_text("\n".join([self._head, *self._sections.values()]))
        written.replace(self._file)

    def end(self, seconds: float) -> None:
        """Say how long all of it took."""
        self.add(f"## All rows: {seconds / 60:.1f} minutes together\n")

    def _kept(self) -> dict[str, str]:
        """Read what earlier runs have measured."""
        sections = self._file.read_text().split(_SECTION)[1:]
        return {_name_of(one): one for one in (f"{_SECTION.strip()} {section}" for section in sections)}


def _name_of(section: str) -> str:
    """Name a section by its heading, in which the database stands."""
    return section.partition(":")[0]
