"""`doorward account import` and `export`: people from a file, all of them or nobody, and accounts to a file."""

import gc
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from os import fstat
from pathlib import Path
from threading import Event
from typing import Any, BinaryIO

import click

from doorward.doors.cli.desk import Desk, with_desk
from doorward.doors.cli.files import CSV, JSON_LINES, ExportFile, written
from doorward.doors.cli.line_errors import tell_errors
from doorward.doors.cli.options import DRY_RUN, Command
from doorward.doors.cli.spelling import account_json
from doorward.doors.cli.telling import counted, print_json, progress
from doorward.edges.lines import csv_line, json_line
from doorward.edges.spool import KEY_BYTES, Spool
from doorward.features.directory.actions import search_accounts
from doorward.features.directory.model import AccountRow, Search
from doorward.features.transfer.actions.importing import export_people, import_people, judge_people
from doorward.features.transfer.actions.reading import read_file
from doorward.features.transfer.model import (
    ExportPeople,
    ImportPeople,
    JudgePeople,
    PeopleFileFormat,
    PeopleFileRead,
    PeopleImported,
    Person,
)
from doorward.kernel.paging import LARGEST_PAGE

COLUMNS = (
    "id", "user_name", "full_name", "email", "kind", "enabled", "protected", "locked_at", "lock_reason",
    "lock_ends_at", "unlocked_by", "unlocked_by_id", "unlocked_at", "second_factor", "signs_in_by_email",
    "groups", "roles", "roles_elsewhere", "last_sign_in_at", "password_changed_at", "version",
)  # fmt: skip
"""What an export has of each account: the fields of the API, none of them a secret (KEY-16)."""
_ALL_OR_NOBODY = 100_000
"""At most this many people are written in one transaction."""
_PIECE = 20_000
"""How many at once where there are more: about a second in which other writers wait."""
_MADE_BETWEEN = 500_000
"""Objects made between two looks for garbage; a part of the people makes some 60,000."""
_BREATH = 0.1
"""Seconds between two pieces, in which those write who have waited for one."""

_EXAMPLE = """\b
Columns: user_name, and as far as they are known full_name, email, kind (internal or external), roles and
groups (with semicolons between them), enabled, must_change_password, password_hash, secret_key.

\b
Example:
  user_name,email,roles,password_hash
  ada,ada@example.org,help-desk,pbkdf2_sha256$720000$...
"""


class ImportFile(click.File):
    """A file to be read; it is opened at once, before root takes on the data directory's owner."""

    def __init__(self) -> None:
        """Read bytes: what they mean is looked at line by line."""
        super().__init__("rb", lazy=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Take a name that ends in .csv or .jsonl."""
        if Path(value).suffix.lower() not in {CSV, JSON_LINES}:
            self.fail(f"{value!r} ends neither in .csv nor in .jsonl.", param, ctx)
        return super().convert(value, param, ctx)


@click.command("import", cls=Command, epilog=_EXAMPLE, short_help="Add people from a file, all of them or nobody.")
@click.argument("file", type=ImportFile())
@click.option(
    "--continue",
    "going_on",
    is_flag=True,
    help="Go on with FILE: leave out whoever bears a name that is there already.",
)
@click.option(
    "--part-size",
    type=click.IntRange(1, _ALL_OR_NOBODY),
    help="How many people share a transaction, in steps of 2,000. [default: all, or 20,000 of more than 100,000]",
)
@DRY_RUN
@with_desk
def import_accounts(desk: Desk, file: BinaryIO, *, going_on: bool, part_size: int | None) -> None:
    """Add the people of FILE (.csv or .jsonl), all of them or nobody.

    Every line is looked at first, and all that is wrong is told. Password hashes (argon2, bcrypt, scrypt, PBKDF2, also
    as Django and Keycloak write them) and secret keys (base32, otpauth://, otpauth-migration://) come along.

    A file of more than 100,000 lines is written in parts. Where that is cut off, --continue goes on with the same file.
    """
    path = Path(file.name)
    people: Spool[Person] = Spool(desk.runtime.entropy.bytes(KEY_BYTES), Path(desk.settings.data))
    with closing(people), _seldom_collecting():
        found, there = _read(desk, file, people, going_on=going_on)
        if found.errors:
            raise tell_errors(desk, "transfer.refused", found.errors, found.lines)
        if desk.dry_run:
            # what those who are there have brought along is not looked up for a rehearsal
            _tell(desk, PeopleImported(len(people) - there, found.with_password, found.with_key, there), found)
            return
        size = part_size or (_ALL_OR_NOBODY if len(people) <= _ALL_OR_NOBODY else _PIECE)
        command = ImportPeople(path.name, people, _nobody_hears, going_on)
        _tell(desk, _import(desk, command, list(people.pieces(size))), found)


def _import(desk: Desk, whole: ImportPeople, pieces: list[Spool[Person]]) -> PeopleImported:
    """Write the people piece by piece, each in a transaction of its own, with a breath for others between two."""
    done, total = PeopleImported(0, 0, 0), len(whole.people)
    with progress("Importing", total) as told, _told_how_far(lambda: done.count + done.there, total):
        for number, piece in enumerate(pieces, 1):
            part = f"{number} of {len(pieces)}" if len(pieces) > 1 else ""
            heard = partial(_from, done.count + done.there, told)
            done = done.with_more(desk.run(import_people, replace(whole, people=piece, told=heard, part=part)))
            if number < len(pieces):
                Event().wait(_BREATH)
    return done


@contextmanager
def _seldom_collecting() -> Iterator[None]:
    """Look for garbage in circles seldom: rows by the thousand are in none, and looking takes a quarter of the time."""
    before = gc.get_threshold()
    gc.set_threshold(_MADE_BETWEEN, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


def _nobody_hears(count: int) -> None:
    del count


def _from(before: int, told: Callable[[int], None], count: int) -> None:
    told(before + count)


@contextmanager
def _told_how_far(done: Callable[[], int], total: int) -> Iterator[None]:
    """Say what to do where a long import ends before its end, whatever the reason is."""
    try:
        yield
    except BaseException:
        if done():
            click.echo(f"{done():,} of {total:,} people are there. Go on with the same file and --continue.", err=True)
        raise


@click.command("export", cls=Command, short_help="Write every account to a file. This is recorded.")
@click.argument("file", type=ExportFile())
@with_desk
def export_accounts(desk: Desk, file: Path) -> None:
    """Write every account to FILE (.csv or .jsonl), without password hashes and secret keys.

    No cell of a CSV file begins a formula: what begins with = + - @ has an apostrophe in front, which an import takes
    off again.
    """
    form, count = PeopleFileFormat(file.suffix.lower().removeprefix(".")), 0
    with written(file) as out:
        desk.run(export_people, ExportPeople(file.name))
        out.write(csv_line(COLUMNS) if form is PeopleFileFormat.CSV else "")
        for row in _everybody(desk):
            spelled = account_json(row)
            spelled |= {"roles": list(row.roles_everywhere), "roles_elsewhere": list(row.roles_elsewhere)}
            out.write(csv_line(map(spelled.get, COLUMNS)) if form is PeopleFileFormat.CSV else json_line(spelled))
            count += 1
    if desk.as_json:
        print_json({"outcome": "done", "file": str(file), "accounts": count})
    else:
        click.echo(f"{counted(count, 'account was', 'accounts were')} written to {file}.")


def _everybody(desk: Desk) -> Iterator[AccountRow]:
    """Read every account, page by page."""
    cursor = None
    while True:
        page = desk.run(search_accounts, Search(limit=LARGEST_PAGE, cursor=cursor))
        yield from page.accounts
        cursor = page.next
        if cursor is None:
            return


def _read(desk: Desk, file: BinaryIO, people: Spool[Person], *, going_on: bool) -> tuple[PeopleFileRead, int]:
    """Read the file and ask the server about its people; the errors of both stand in one report.

    Gives as well how many of them are there already.
    """
    form = PeopleFileFormat(Path(file.name).suffix.lower().removeprefix("."))
    with progress("Reading", fstat(file.fileno()).st_size) as told:
        found = read_file(file, form, desk.opened.hasher.adopt, people, told)
    judged = desk.run(judge_people, JudgePeople(people, going_on))
    errors = sorted((*found.errors, *judged.errors), key=lambda error: error.line)
    return replace(found, errors=tuple(errors)), judged.there


def _tell(desk: Desk, done: PeopleImported, found: PeopleFileRead) -> None:
    said = (
        f"{counted(done.count, 'account was', 'accounts were')} added, {done.with_password:,} with a "
        f"password and {done.with_key:,} with a secret key."
    )
    if done.there:
        said += f" Left out: {done.there:,} that were there already."
    if found.left_out:
        said += f" Not imported: {', '.join(found.left_out)}."
    if not desk.as_json:
        click.echo(f"Would be done: {said}" if desk.dry_run else said)
        return
    rehearsed = {"dry_run": True} if desk.dry_run else {}
    counts = {"accounts": done.count, "with_password": done.with_password, "with_secret_key": done.with_key}
    counts |= {"already_there": done.there} if done.there else {}
    print_json({"outcome": "done", **rehearsed, **counts, "lines": found.lines, "left_out": list(found.left_out)})
