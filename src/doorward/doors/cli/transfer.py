"""`doorward account import` and `export`: people from a file, all of them or nobody, and accounts to a file."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import click

from doorward.doors.cli.desk import Desk, with_desk
from doorward.doors.cli.files import CSV, JSON_LINES, ExportFile, written
from doorward.doors.cli.line_errors import tell_errors
from doorward.doors.cli.options import DRY_RUN, Command
from doorward.doors.cli.spelling import account_json
from doorward.doors.cli.telling import counted, print_json, progress
from doorward.edges.lines import csv_line, json_line
from doorward.features.directory.actions import search_accounts
from doorward.features.directory.model import AccountRow, Search
from doorward.features.transfer.actions.importing import export_people, import_people, judge_people
from doorward.features.transfer.actions.reading import longest_file, read_file
from doorward.features.transfer.model import (
    ExportPeople,
    FileRead,
    Form,
    ImportPeople,
    JudgePeople,
    PeopleImported,
)

COLUMNS = (
    "id", "user_name", "full_name", "email", "kind", "enabled", "protected", "locked_at", "lock_reason",
    "lock_ends_at", "unlocked_by", "unlocked_by_id", "unlocked_at", "second_factor", "signs_in_by_email",
    "groups", "roles", "last_sign_in_at", "password_changed_at", "version",
)  # fmt: skip
"""What an export has of each account: the fields of the API, none of them a secret (KEY-16)."""
_PAGE = 200

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
@DRY_RUN
@with_desk
def import_accounts(desk: Desk, file: BinaryIO) -> None:
    """Add the people of FILE (.csv or .jsonl), all of them or nobody.

    Every line is looked at first, and all that is wrong is told. Password hashes (argon2, bcrypt, scrypt, PBKDF2, also
    as Django and Keycloak write them) and secret keys (base32, otpauth://, otpauth-migration://) come along.
    """
    path = Path(file.name)
    found = _read(desk, file, Form(path.suffix.lower().removeprefix(".")))
    if found.errors:
        raise tell_errors(desk, "transfer.refused", found.errors, found.lines)
    if desk.dry_run:
        counts = _counts(PeopleImported(len(found.people), *_brought(found)))
        _tell(desk, counts, found)
        return
    with progress("Importing", len(found.people)) as told:
        done = desk.run(import_people, ImportPeople(path.name, found.people, told))
    _tell(desk, _counts(done), found)


@click.command("export", cls=Command, short_help="Write every account to a file. This is recorded.")
@click.argument("file", type=ExportFile())
@with_desk
def export_accounts(desk: Desk, file: Path) -> None:
    """Write every account to FILE (.csv or .jsonl), without password hashes and secret keys.

    No cell of a CSV file begins a formula: what begins with = + - @ has an apostrophe in front, which an import takes
    off again.
    """
    form, count = Form(file.suffix.lower().removeprefix(".")), 0
    with written(file) as out:
        desk.run(export_people, ExportPeople(file.name))
        out.write(csv_line(COLUMNS) if form is Form.CSV else "")
        for row in _everybody(desk):
            spelled = account_json(row)
            out.write(csv_line(map(spelled.get, COLUMNS)) if form is Form.CSV else json_line(spelled))
            count += 1
    if desk.as_json:
        print_json({"outcome": "done", "file": str(file), "accounts": count})
    else:
        click.echo(f"{counted(count, 'account was', 'accounts were')} written to {file}.")


def _everybody(desk: Desk) -> Iterator[AccountRow]:
    """Read every account, page by page."""
    cursor = None
    while True:
        page = desk.run(search_accounts, Search(limit=_PAGE, cursor=cursor))
        yield from page.accounts
        cursor = page.next
        if cursor is None:
            return


def _read(desk: Desk, file: BinaryIO, form: Form) -> FileRead:
    """Read the file and ask the server about its people; the errors of both stand in one report."""
    raw = file.read(longest_file() + 1)
    with progress("Reading", raw.count(b"\n")) as told:
        found = read_file(raw, form, desk.opened.hasher.adopt, told)
    judged = desk.run(judge_people, JudgePeople(found.people))
    errors = sorted((*found.errors, *judged.errors), key=lambda error: error.line)
    return FileRead(found.people, tuple(errors), found.lines, found.left_out)


def _brought(found: FileRead) -> tuple[int, int]:
    return (
        sum(person.password_hash is not None for person in found.people),
        sum(person.secret_key is not None for person in found.people),
    )


def _counts(done: PeopleImported) -> dict[str, int]:
    return {"accounts": done.count, "with_password": done.with_password, "with_secret_key": done.with_key}


def _tell(desk: Desk, counts: dict[str, int], found: FileRead) -> None:
    said = (
        f"{counted(counts['accounts'], 'account was', 'accounts were')} added, {counts['with_password']:,} with a "
        f"password and {counts['with_secret_key']:,} with a secret key."
    )
    if found.left_out:
        said += f" Not imported: {', '.join(found.left_out)}."
    if desk.as_json:
        rehearsed = {"dry_run": True} if desk.dry_run else {}
        print_json({"outcome": "done", **rehearsed, **counts, "lines": found.lines, "left_out": list(found.left_out)})
    else:
        click.echo(f"Would be done: {said}" if desk.dry_run else said)
