"""Rules of this house that no linter knows: each takes a syntax tree and names the lines that break it."""

import ast
import re

STAR = re.compile(r"\bselect\s+(\w+\.)?\*|\breturning\s+(\w+\.)?\*", re.IGNORECASE)
TABLES = "doorward.edges.sql.tables"
TRANSACTION = {"begin", "begin_nested", "commit", "rollback"}
PATCHES = {"monkeypatch", "mocker"}
WRITES = {"insert", "update", "delete"}


def star_columns(tree: ast.Module) -> list[int]:
    """Find every query that takes all columns: `*` in a text, a whole table, or all of its `.c`."""
    tables, holders = _tables(tree)
    return sorted(
        node.lineno
        for node in ast.walk(tree)
        if (isinstance(node, ast.Constant) and isinstance(node.value, str) and STAR.search(node.value))
        or (isinstance(node, ast.Call) and _named(node.func) == "select" and _takes_all(node, tables, holders))
    )


def manual_transactions(tree: ast.Module) -> list[int]:
    """Find every begin, commit and rollback: transactions belong to the edges."""
    return _calls(tree, TRANSACTION)


def writes(tree: ast.Module) -> list[int]:
    """Find every statement that is not a SELECT."""
    return _calls(tree, WRITES)


def patching(tree: ast.Module) -> list[int]:
    """Find every test that asks to replace a part of the product."""
    return sorted(node.lineno for node in ast.walk(tree) if isinstance(node, ast.arg) and node.arg in PATCHES)


def _calls(tree: ast.Module, names: set[str]) -> list[int]:
    return sorted(node.lineno for node in ast.walk(tree) if isinstance(node, ast.Call) and _named(node.func) in names)


def _named(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _tables(tree: ast.Module) -> tuple[set[str], set[str]]:
    """Give the names that are tables in this file, and the names of modules that hold tables."""
    tables: set[str] = set()
    holders: set[str] = set()
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module), names=names) if module == TABLES:
                holders |= {alias.asname or alias.name for alias in names}
            case ast.ImportFrom(module=str(module), names=names) if module.startswith(TABLES):
                tables |= {alias.asname or alias.name for alias in names}
            case _:
                pass
    return tables, holders


def _takes_all(call: ast.Call, tables: set[str], holders: set[str]) -> bool:
    if isinstance(call.func, ast.Attribute):
        return isinstance(call.func.value, ast.Name) and call.func.value.id in tables
    return any(_is_whole(argument, tables, holders) for argument in call.args)


def _is_whole(argument: ast.expr, tables: set[str], holders: set[str]) -> bool:
    match argument:
        case ast.Starred(value=ast.Attribute(attr="c" | "columns")) | ast.Attribute(attr="c" | "columns"):
            return True
        case ast.Name(id=name):
            return name in tables
        case ast.Attribute(value=ast.Name(id=holder)):
            return holder in holders
        case _:
            return False
