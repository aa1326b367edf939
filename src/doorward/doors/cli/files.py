"""Files that commands read and write: for their owner alone, whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click

from doorward.doors.cli.telling import Failed

CSV, JSON_LINES = ".csv", ".jsonl"
_ONLY_OWNER = 0o600


class ExportFile(click.ParamType[Path]):
    """A file to be written: how is told by the end of its name."""

    name = "file"

    def convert(self, value: str | Path, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Take a name that ends in .csv or .jsonl."""
        path = Path(value)
        if path.suffix.lower() not in {CSV, JSON_LINES}:
            self.fail(f"{str(path)!r} ends neither in .csv nor in .jsonl.", param, ctx)
        return path


@contextmanager
def written(path: Path) -> Iterator[TextIO]:
    """Open a file that takes its place when it is whole; what was there before stays until then."""
    beside = path.with_name(f".{path.name}.part")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, _ONLY_OWNER)
    except OSError as error:
        raise Failed(_unwritable(path, error)) from error
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        raise Failed(_unwritable(path, error)) from error
    finally:
        beside.unlink(missing_ok=True)


def _unwritable(path: Path, error: OSError) -> str:
    return (
        f"{path} cannot be written ({error.strerror}). Name a file in a directory that the owner of the data directory "
        "may write to."
    )
