"""A node of the version before goes on beside the new one: a migration of its generation adds, and takes nothing away.

One that has to take something away is `0101`, begins the next generation, and is left out here.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from doorward.edges.sql import migrations

VERSIONS = sorted((Path(migrations.__path__[0]) / "versions").glob("0*.py"))
ADDS = {"create_table", "create_index", "drop_index", "add_column", "execute"}
"""An index is no program's to see: one may give way to another."""
FILLS = {"0008_factor_due", "0017_token_memory"}
"""Migrations that fill a column which they have just added; what they say is compared below."""


def calls(path: Path) -> Iterator[ast.Call]:
    """Go through what a migration asks of `op`."""
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="op"))):
                yield node
            case _:
                pass


def asked(call: ast.Call) -> str:
    """Name what is asked."""
    assert isinstance(call.func, ast.Attribute)
    return call.func.attr


def nodes_of_tables(path: Path) -> Iterator[ast.AST]:
    """Go through what stands in new tables: no program knew them before."""
    for call in calls(path):
        if asked(call) == "create_table":
            yield from ast.walk(call)


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: path.stem)
def test_a_migration_only_adds(path: Path) -> None:
    """Nothing is dropped, renamed or changed under a program that is running."""
    assert {asked(call) for call in calls(path)} <= ADDS


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: path.stem)
def test_rows_of_the_older_program_fit(path: Path) -> None:
    """It does not know a new column, so that one is empty or has a value by itself."""
    nodes = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    kept = {ast.unparse(node) for node in nodes_of_tables(path)}
    columns = [node for node in nodes if ast.unparse(node.func) == "sa.Column" and ast.unparse(node) not in kept]
    strict = [
        column
        for column in columns
        if (words := {word.arg: ast.unparse(word.value) for word in column.keywords}).get("nullable") == "False"
        and "server_default" not in words
    ]

    assert [ast.unparse(column) for column in strict] == []


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: path.stem)
def test_statements_fill_a_column_that_is_new(path: Path) -> None:
    """And touch no other: each is listed, and is an UPDATE."""
    said = [ast.unparse(call.args[0]) for call in calls(path) if asked(call) == "execute"]

    assert bool(said) == (path.stem in FILLS)
    assert all(text.lstrip("'\"(").startswith("UPDATE account_state SET ") for text in said)
