"""Past one primary, accounts are spread over several by a hash of their id: what that asks of tables and statements."""

import re
from pathlib import Path

import pytest
from sqlalchemy import Engine, event

from doorward.edges.sql.columns import metadata
from tests.features.signin.walking import Walk, token_of
from tests.worlds import World

ELSEWHERE = {
    "hardware_tokens": "an inventory: a token is there before and after it is somebody's",
    "locked_parts": "a list over all accounts, which each primary answers for its own; no sign-in reads it",
    "job_items": "belongs to its job, which one operator began; no sign-in reads it",
}
"""Tables with an account that does not lead their key, and why that is well."""
SPREAD = {table.name for table in metadata.tables.values() if "account_id" in table.columns} - ELSEWHERE.keys()
NAMES_ONE = re.compile(r"account_id\s*(?:=|IN)\s*[?(]")
BY_NAME = "user_name_canonical = ?"
"""The one way from a name to its account; a directory of names answers it where accounts are spread."""


@pytest.mark.parametrize("name", sorted(SPREAD))
def test_account_leads_the_key(name: str) -> None:
    """What belongs to an account lies where the account lies."""
    assert next(iter(metadata.tables[name].primary_key.columns)).name == "account_id"


def test_exceptions_are_exceptions() -> None:
    """A reason that stands for nothing is taken out."""
    led = {name for name in ELSEWHERE if next(iter(metadata.tables[name].primary_key.columns)).name == "account_id"}

    assert led == set()
    assert metadata.tables.keys() >= ELSEWHERE.keys()


@pytest.mark.sqlite("statements are read in SQLite's spelling; they are the same")
def test_no_statement_of_a_sign_in_touches_two_accounts(tmp_path: Path) -> None:
    """Each names its one account, and joins nothing of another: password, code, session."""
    walk = Walk(World.begin(tmp_path))
    key = walk.with_key("bram", "administrator")
    walk.person("cora", "administrator")
    said: list[str] = []

    def listen(*execution: object) -> None:
        said.append(str(execution[2]))

    event.listen(Engine, "before_cursor_execute", listen)
    try:
        walk.code_for(token_of(walk.give_password("bram")), key)
    finally:
        event.remove(Engine, "before_cursor_execute", listen)
    walk.world.database.close()

    assert [statement for statement in said if touches_others(statement)] == []
    assert any("INSERT INTO sessions" in statement for statement in said)


def touches_others(statement: str) -> bool:
    """Tell whether a statement reads or writes a spread table without naming the account."""
    if statement.startswith("INSERT"):
        return False
    spread = [name for name in SPREAD if re.search(rf"\b(?:FROM|JOIN|UPDATE) {name}\b", statement)]
    return bool(spread) and not NAMES_ONE.search(statement) and BY_NAME not in statement
