"""Past one primary, accounts are spread over several by a hash of their id: what that asks of tables and statements."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, Table, event

from doorward.edges.sql.columns import metadata
from tests.features.signin.walking import Walk, token_of
from tests.worlds import World

CAPACITY = Path(__file__).resolve().parents[2] / "docs" / "design" / "capacity.md"
TABLES: dict[str, Table] = dict(metadata.tables)
ELSEWHERE = {
    "hardware_tokens": "an inventory: a token is there before and after it is somebody's",
    "locked_parts": "a list over all accounts, which each primary answers for its own; no sign-in reads it",
    "job_items": "belongs to its job, which one operator began; no sign-in reads it",
}
"""Tables with an account that does not lead their key, and why that is well."""
OF_NO_ACCOUNT = {
    "audit_entries": "each primary keeps those of its accounts; their ids are made by the server, and never met twice",
    "audit_checkpoints": "of one primary's trail",
    "counted_acts": "of one primary's trail",
    "day_counts": "of one primary's trail",
    "failing_names": "belongs to the address that tries, and lies with that",
    "settings": "the same everywhere, and few",
    "roles": "the same everywhere, and few",
    "account_groups": "the same everywhere, and few",
    "group_role_assignments": "the same everywhere, and few",
    "application_hosts": "the same everywhere, and few",
    "breach_lists": "the same everywhere, and few",
    "duties": "of the server itself",
    "jobs": "of one operator; no sign-in reads it",
}
"""Tables without an account, and where they lie."""
SPREAD = {name for name, table in TABLES.items() if "account_id" in table.columns} - ELSEWHERE.keys()
BY_NAME = "accounts.user_name_canonical = ?"
"""The one way from a name to its account; a directory of names answers it where accounts are spread."""
_TIE = re.compile(r"(\w+)\.account_id = (\w+)\.account_id")


@pytest.mark.parametrize("name", sorted(SPREAD))
def test_account_leads_the_key(name: str) -> None:
    """What belongs to an account lies where the account lies."""
    assert next(iter(TABLES[name].primary_key.columns)).name == "account_id"


def test_every_table_has_its_place() -> None:
    """Also one that names its account by another word; and a reason that stands for nothing is taken out."""
    led = {name for name in ELSEWHERE if next(iter(TABLES[name].primary_key.columns)).name == "account_id"}

    assert led == set()
    assert SPREAD | ELSEWHERE.keys() | OF_NO_ACCOUNT.keys() == TABLES.keys()


@pytest.mark.sqlite("statements are read in SQLite's spelling; they are the same")
def test_no_statement_of_a_sign_in_touches_two_accounts(tmp_path: Path) -> None:
    """Each names its one account, and joins nothing of another: failures, password, code, session, lock."""
    walk = Walk(World.begin(tmp_path))
    key = walk.with_key("bram", "administrator")
    walk.person("dora")
    others = {walk.person("cora", "administrator").bytes}
    with listening() as said:
        walk.give_password("bram", "a guess")
        walk.code_for(token_of(walk.give_password("bram")), key[::-1])
        walk.code_for(token_of(walk.give_password("bram")), key)
        for _ in range(10):
            walk.give_password("dora", "a guess")
    walk.world.database.close()

    assert {text: untied(text) for text, _ in said if untied(text)} == {}
    assert [text for text, values in said if others & set(flat(values))] == []
    assert any("INSERT INTO sessions" in text for text, _ in said)
    assert any("UPDATE account_state SET locked_at" in text for text, _ in said)


@pytest.mark.sqlite("the document counts SQLite's statements")
def test_the_document_counts_the_statements_of_a_sign_in(tmp_path: Path) -> None:
    """How many read and how many write: what one primary carries is computed from it."""
    walk = Walk(World.begin(tmp_path))
    key = walk.with_key("bram")
    with listening() as said:
        walk.code_for(token_of(walk.give_password("bram")), key)
    walk.world.database.close()
    reading = sum(text.startswith("SELECT") for text, _ in said)
    counted = f"| statements | {len(said)}: {reading} read, {len(said) - reading} write |"

    assert counted in CAPACITY.read_text(encoding="utf-8"), counted


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT sessions.token_hash FROM sessions",
        "SELECT 1 FROM sessions WHERE sessions.account_id IN (?, ?)",
        "SELECT 1 FROM accounts, sessions WHERE accounts.account_id = ?",
        "SELECT 1 FROM accounts JOIN sessions ON sessions.epoch = accounts.version WHERE accounts.account_id = ?",
        "SELECT 1 FROM accounts WHERE accounts.account_id = ? AND EXISTS (SELECT 1 FROM sessions WHERE epoch = 1)",
        "INSERT INTO outbox (account_id) SELECT accounts.account_id FROM accounts",
        "UPDATE sessions SET epoch=? WHERE sessions.token_hash = ?",
        "DELETE FROM sessions WHERE sessions.expires_at < ?",
    ],
)
def test_a_statement_about_several_is_found(statement: str) -> None:
    """The check itself sees each way to touch a second account."""
    assert untied(statement) != set()


@contextmanager
def listening() -> Iterator[list[tuple[str, Any]]]:
    """List what is said to the database meanwhile, with its values."""
    said: list[tuple[str, Any]] = []

    def listen(*execution: Any) -> None:
        said.append((str(execution[2]), execution[3]))

    event.listen(Engine, "before_cursor_execute", listen)
    try:
        yield said
    finally:
        event.remove(Engine, "before_cursor_execute", listen)


def untied(statement: str) -> set[str]:
    """Name the spread tables of a statement that are bound to no single account, by themselves or by another table."""
    named = {name for name in SPREAD if re.search(rf"\b{name}\b", statement)}
    tied = {name for name in named if re.search(rf"\b{name}\.account_id (?:= \?|IN \(\?\))", statement)}
    tied |= set(re.findall(r"^INSERT INTO (\w+) \([^)]*\) VALUES \([^()]*\)", statement))
    tied |= {"accounts"} if BY_NAME in statement else set()
    ties = [{one, other} for one, other in _TIE.findall(statement)]
    while more := set().union(*(tie for tie in ties if tie & tied)) - tied:
        tied |= more
    return named - tied


def flat(values: Any) -> list[Any]:
    """List the values of a statement, also of one that is said several times."""
    return [one for value in values for one in (flat(value) if isinstance(value, list | tuple) else [value])]
