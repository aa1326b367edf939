"""`doorward breach`: lists of breached passwords, which nobody may choose (PASS-2)."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

import click

from doorward.doors.cli.desk import Desk, with_desk
from doorward.doors.cli.options import DRY_RUN, REASON, YES, CommandGroup
from doorward.doors.cli.telling import Failed, counted, print_json, print_table, progress
from doorward.edges import data_directory
from doorward.edges.breach_list_files import WrittenList, keep_only, put, workshop, write
from doorward.edges.breach_list_sources import ListFormat, Source, SourceMalformed
from doorward.edges.breach_lists import ListUnreadable, OpenedList, file_of
from doorward.features.passwords.actions import (
    clear_breach_lists,
    compared,
    import_breach_list,
    list_breach_lists,
)
from doorward.features.passwords.model import ClearBreachLists, ImportBreachList, ListBreachLists
from doorward.kernel.outcome import Refused

_STDIN = "<stdin>"
EXAMPLES = """\b
Examples:
  doorward breach import pwned-passwords-sha1-ordered-by-hash.txt --min-count 10
  zstdcat words.txt.zst | doorward breach import - --name words
  doorward breach status
  doorward breach clear --name words
"""


@click.group(cls=CommandGroup, epilog=EXAMPLES)
def breach() -> None:
    """Import lists of breached passwords, which nobody may choose."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A list that was read and written beside the others."""

    written: WrittenList
    source: Source


@breach.command("import", short_help="Import a list: one password, or the SHA-1 of one, a line.")
@click.argument("file", type=click.File("rb", lazy=False))
@click.option(
    "--format", "form", type=click.Choice([form.value for form in ListFormat]), help="Else the first line tells."
)
@click.option("--min-count", metavar="N", type=click.IntRange(1, 2**31 - 1), default=1, help="Leave out rarer ones.")
@click.option("--name", metavar="T", help="What the list is called; else as the file.")
@REASON
@DRY_RUN
@with_desk
def import_file(desk: Desk, file: BinaryIO, **given: Any) -> None:
    """Import the list FILE, or one from standard input where FILE is a hyphen.

    One password a line, or the SHA-1 of one in hexadecimal with or without :COUNT, as Have I Been Pwned publishes
    them. It is read as a stream, needs 14 bytes an entry on the disk meanwhile and 6 afterwards, and takes the place
    of a list of the same name. Passwords that people have stay as they are.
    """
    path = getattr(file, "name", _STDIN)
    origin = "standard input" if path == _STDIN else Path(path).name
    name, form, min_count = given["name"] or origin, given["form"], given["min_count"]
    with _working(desk) as place:
        read = _read(desk, file, ListFormat(form) if form else None, min_count, place)
        written, form = read.written, read.source.form.value
        if not desk.dry_run:
            put(written, _folder(desk))
        command = ImportBreachList(name, written.name, written.entries, origin, form, min_count, given["reason"])
        outcome = desk.run(import_breach_list, command)
        _tidy(desk)
    tally = read.source.tally
    said = f"{name} was imported: {counted(written.entries, 'entry', 'entries')}, which nobody may choose."
    desk.tell(
        outcome, said, name=name, entries=written.entries, format=form, min_count=min_count,
        lines=tally.lines, left_out=tally.left_out, digest=written.name,
    )  # fmt: skip


@breach.command("status", short_help="Show the imported lists, and whether each can be read here.")
@with_desk
def status(desk: Desk) -> None:
    """Show the imported lists, and whether each can be read on this machine."""
    shown = desk.run(list_breach_lists, ListBreachLists())
    found = [(one, _state(desk, one.digest)) for one in shown.lists]
    if desk.as_json:
        items = [asdict(one) | {"format": one.form, "state": state} for one, state in found]
        for item in items:
            del item["form"]
        print_json({"shipped": shown.shipped, "items": items})
        return
    rows = [
        (one.name, f"{one.entries:,}", one.source, one.min_count, one.imported_at, one.imported_by, state)
        for one, state in found
    ]
    columns = ("list", "entries", "from", "min count", "imported (UTC)", "by", "here")
    print_table(columns, rows, "No list was imported.")
    click.echo(f"\nThe list that comes with the product has {shown.shipped:,} entries.")


@breach.command("clear", short_help="Delete imported lists.")
@click.option("--name", metavar="T", help="This list only; else all of them.")
@REASON
@YES
@DRY_RUN
@with_desk
def clear(desk: Desk, name: str | None, reason: str | None, *, yes: bool) -> None:
    """Delete the imported lists, or the one of a name; the list that comes with the product stays."""
    desk.confirm(
        f"Delete {'all imported lists' if name is None else name}? Their passwords can be chosen then.", yes=yes
    )
    with _working(desk):
        outcome = desk.run(clear_breach_lists, ClearBreachLists(name, reason))
        _tidy(desk)
    count = getattr(outcome, "count", 0)
    said = f"{counted(count, 'list was', 'lists were')} deleted." if count else "No list had been imported."
    desk.tell(outcome, said, lists=count)


def _read(desk: Desk, file: BinaryIO, form: ListFormat | None, min_count: int, place: Path) -> _Read:
    try:
        source = Source(file, form, compared, min_count)
        with progress("Reading", _size(file)) as told:
            written = write(source.digests(told), place)
    except SourceMalformed as error:
        raise desk.refusal(Refused("breach_lists.malformed", {"line": error.line, "wrong": error.wrong})) from error
    if not written.entries:
        raise desk.refusal(Refused("breach_lists.empty"))
    return _Read(written, source)


def _size(file: BinaryIO) -> int:
    """Return the size of a file; 0 where it is none, such as a pipe."""
    with suppress(OSError):
        return os.fstat(file.fileno()).st_size
    return 0


@contextmanager
def _working(desk: Desk) -> Iterator[Path]:
    """Work beside the lists; say it in one sentence where the disk does not play along."""
    try:
        with workshop(_folder(desk)) as place:
            yield place
    except OSError as error:
        raise Failed(
            f"The list cannot be written to {_folder(desk)} ({error.strerror}). Nothing was changed; look at that disk."
        ) from error


def _tidy(desk: Desk) -> None:
    """Delete the files of lists that are no more."""
    if not desk.dry_run:
        keep_only(_folder(desk), {one.digest for one in desk.run(list_breach_lists, ListBreachLists()).lists})


def _state(desk: Desk, digest: str) -> str:
    try:
        OpenedList(file_of(_folder(desk), digest))
    except ListUnreadable as error:
        return str(error)
    return "readable"


def _folder(desk: Desk) -> Path:
    return data_directory.breach_lists(desk.settings)
