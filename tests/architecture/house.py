"""Rules of this house that no linter knows: each takes a syntax tree and names the lines that break it."""

import ast
import re

STAR = re.compile(r"\b(select|returning)\s+(\w+\.)?\*|^\*$", re.IGNORECASE)
TRANSACTION = {"begin", "begin_nested", "commit", "rollback"}
PATCHES = {"monkeypatch", "mocker"}
WRITES = {"insert", "update", "delete"}


def star_columns(tree: ast.Module) -> list[int]:
    """Find every text of SQL that takes all columns, whatever they will be tomorrow."""
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return sorted(node.lineno for node in texts if isinstance(node.value, str) and STAR.search(node.value))


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
