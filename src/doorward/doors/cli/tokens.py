"""`doorward token`: hardware tokens, from the maker's file to their end."""

import sys
from pathlib import Path
from typing import Any, BinaryIO

import click

from doorward.doors.cli.desk import Desk, with_desk
from doorward.doors.cli.line_errors import tell_errors
from doorward.doors.cli.options import DRY_RUN, LIMIT, REASON, YES, CommandGroup
from doorward.doors.cli.telling import Failed, counted, print_facts, print_json, print_table, progress
from doorward.features.tokens.actions.importing import import_tokens, judge_tokens
from doorward.features.tokens.actions.inventory import by_serial, list_tokens, retire_token, show_token
from doorward.features.tokens.actions.reading import container_key, form_of, longest_file, read_file
from doorward.features.tokens.model import (
    ContainerKey,
    ImportTokens,
    JudgeTokens,
    ListTokens,
    RetireToken,
    ShowToken,
    Token,
    TokenFileFormat,
    TokenFileRead,
    TokenState,
)
from doorward.kernel.ids import TokenId, parse_id
from doorward.kernel.otp_parameters import MovingFactor
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Secret

SERIAL = click.argument("serial")
MANUFACTURER = click.option("--manufacturer", metavar="M", help="The maker, where several have given this number.")
WORDS = {TokenState.IN_STOCK: "in stock", TokenState.ASSIGNED: "assigned", TokenState.RETIRED: "retired"}

EXAMPLES = """\b
Examples:
  doorward token import tokens.xml --key-file transport.key --dry-run
  doorward token list --state in_stock
  doorward token assign ada 100234 --reason "works from home"
  doorward token resync ada 755224 287082
  doorward token retire 100234 --reason "lost on the way"
"""
COLUMNS = """\b
Columns of CSV: serial, and seed_hex or secret_base32 (or secret with encoding), and as far as they differ from
what is usual kind (totp or hotp), digits, algorithm, period, counter, manufacturer, model, start_date, expiry_date.
"""


@click.group(cls=CommandGroup, epilog=EXAMPLES)
def token() -> None:
    """Import hardware tokens, and give them to people. SERIAL is a token's serial number."""


@token.command("import", epilog=COLUMNS, short_help="Take tokens into stock from a file, all of them or none.")
@click.argument("file", type=click.File("rb", lazy=False))
@click.option(
    "--format", "form", type=click.Choice([form.value for form in TokenFileFormat]), help="Else the file itself tells."
)
@click.option("--key-file", type=click.File("rb", lazy=False), metavar="F", help="The key of an encrypted container.")
@click.option("--password-stdin", is_flag=True, help="Read a container's password; a terminal is asked.")
@REASON
@DRY_RUN
@with_desk
def import_file(  # noqa: PLR0913 - each is an option of the command
    desk: Desk,
    file: BinaryIO,
    form: str | None,
    key_file: BinaryIO | None,
    reason: str | None,
    *,
    password_stdin: bool,
) -> None:
    """Take the tokens of FILE (PSKC, which is RFC 6030, or CSV) into stock, all of them or none.

    Every token is looked at first, and all that is wrong is told. Keys and passwords of encrypted containers never are
    arguments: every process of the machine could read them there. Destroy the file when it is imported.
    """
    key = ContainerKey(_key(key_file), _password() if password_stdin else None)
    found = _read(desk, file, form, key)
    if found.errors:
        raise tell_errors(desk, "tokens.refused", found.errors, found.lines)
    with progress("Importing", len(found.tokens)) as told:
        done = desk.run(import_tokens, ImportTokens(Path(file.name).name, found.tokens, told, reason))
    said = f"{counted(done.count, 'hardware token is', 'hardware tokens are')} in stock now."
    desk.tell(done, said, tokens=done.count)


@token.command("list", short_help="Search the inventory.")
@click.option("--query", metavar="TEXT", default="", help="Part of a serial number.")
@click.option("--state", type=click.Choice([state.value for state in TokenState]), help="Only tokens in this state.")
@LIMIT
@click.option("--cursor", help="Go on where the last list ended.")
@with_desk
def list_all(desk: Desk, query: str, state: str | None, limit: int, cursor: str | None) -> None:
    """Search the inventory by serial number, each token with who holds it."""
    after = None if cursor is None else parse_id(cursor)
    if cursor is not None and after is None:
        raise desk.refusal(Refused("list.cursor"))
    wanted = None if state is None else TokenState(state)
    found = desk.run(
        list_tokens, ListTokens(query, wanted, limit=limit, after=None if after is None else TokenId(after))
    )
    holders = {one.id: None if one.account is None else found.names.get(one.account) for one in found.tokens}
    if desk.as_json:
        print_json({"items": [_json(one, holders[one.id]) for one in found.tokens], "next": found.next})
        return
    rows = [_row(one, holders[one.id]) for one in found.tokens]
    print_table(("serial", "manufacturer", "model", "kind", "state", "held by"), rows, "There is no such token.")
    if found.next is not None:
        click.echo(f"\nThere are more; go on with --cursor {found.next}", err=True)


@token.command("show", short_help="Show a token, and who holds it.")
@SERIAL
@MANUFACTURER
@with_desk
def show(desk: Desk, serial: str, manufacturer: str | None) -> None:
    """Show a token, and who holds it; never what is in it."""
    shown = desk.run(show_token, ShowToken(find_token(desk, serial, manufacturer).id))
    if desk.as_json:
        print_json(_json(shown.token, shown.holder))
        return
    one = shown.token
    print_facts(
        {
            "Serial number": one.serial,
            "Manufacturer": one.manufacturer,
            "Model": one.model,
            "Kind": kind_of(one),
            "State": WORDS[one.state],
            "Held by": shown.holder,
            "Since": one.changed_at,
            "For use from": one.starts_at,
            "For use until": one.expires_at,
            "Imported": one.imported_at,
        }
    )


@token.command("retire", short_help="Take a token out of use for good.")
@SERIAL
@MANUFACTURER
@REASON
@YES
@DRY_RUN
@with_desk
def retire(desk: Desk, serial: str, manufacturer: str | None, reason: str | None, *, yes: bool) -> None:
    """Take a token that nobody holds out of use for good, and erase its seed."""
    one = find_token(desk, serial, manufacturer)
    desk.confirm(
        f"Retire the hardware token {one.serial}? Its seed is erased, and it can never be used again.", yes=yes
    )
    outcome = desk.run(retire_token, RetireToken(one.id, reason))
    desk.tell(outcome, f"The hardware token {one.serial} is retired.", token=one.id)


def find_token(desk: Desk, serial: str, manufacturer: str | None) -> Token:
    """Find the token of a serial number."""
    with desk.runtime.database.read() as sql:
        return desk.accepted(by_serial(desk.runtime.call(sql, desk.origin), serial, manufacturer))


def kind_of(one: Token) -> str:
    """Say in short how a token makes its codes."""
    if one.parameters.motion is MovingFactor.HOTP:
        return f"HOTP, {one.parameters.algorithm}"
    return f"TOTP, {one.parameters.algorithm}, {one.parameters.period} s"


def _read(desk: Desk, file: BinaryIO, form: str | None, key: ContainerKey) -> TokenFileRead:
    """Read the file and ask the inventory about its tokens; the errors of both stand in one report."""
    raw = file.read(longest_file() + 1)
    with progress("Reading", raw.count(b"<KeyPackage") or raw.count(b"\n")) as told:
        found = read_file(raw, form_of(raw) if form is None else TokenFileFormat(form), key, desk.opened.ciphers, told)
    judged = desk.run(judge_tokens, JudgeTokens(found.tokens))
    errors = sorted((*found.errors, *judged.errors), key=lambda error: error.line)
    return TokenFileRead(found.tokens, tuple(errors), found.lines)


def _key(file: BinaryIO | None) -> bytes | None:
    if file is None:
        return None
    key = container_key(file.read(1_024))
    if key is None:
        raise Failed(f"{file.name} holds no key of AES: 16, 24 or 32 bytes, plain, in hexadecimal or in base64.")
    return key


def _password() -> Secret:
    if sys.stdin.isatty():
        return Secret(click.prompt("Password of the file", hide_input=True, err=True))
    return Secret(sys.stdin.readline().rstrip("\r\n"))


def _row(one: Token, holder: str | None) -> tuple[str, ...]:
    return one.serial, one.manufacturer, one.model, kind_of(one), WORDS[one.state], holder or ""


def _json(one: Token, holder: str | None) -> dict[str, Any]:
    return {
        "id": one.id, "serial": one.serial, "manufacturer": one.manufacturer, "model": one.model,
        "kind": one.parameters.motion.value, "algorithm": one.parameters.algorithm.value,
        "period": one.parameters.period if one.parameters.motion is MovingFactor.TOTP else None, "digits": 6,
        "state": one.state.value, "account_id": one.account, "user_name": holder, "starts_at": one.starts_at,
        "expires_at": one.expires_at, "imported_at": one.imported_at, "changed_at": one.changed_at,
    }  # fmt: skip
