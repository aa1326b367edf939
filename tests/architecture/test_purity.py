import ast
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGE, imports, name_of, parsed, product_files, role_files

STANDARD = {
    "abc", "array", "base64", "binascii", "bisect", "collections", "contextlib", "dataclasses", "datetime", "decimal",
    "email", "enum", "functools", "hashlib", "hmac", "ipaddress", "itertools", "json", "math", "operator", "re",
    "string", "struct", "types", "typing", "unicodedata", "urllib.parse", "uuid",
}  # fmt: skip
"""What pure code may take from the standard library: nothing that reads a clock, a file, chance or the machine."""

PURE = [*role_files("rules"), *role_files("model"), *sorted((PACKAGE / "kernel").glob("*.py"))]
SQL_FREE = [
    path for path in product_files() if not path.is_relative_to(PACKAGE / "edges") and path not in role_files("store")
]


def is_standard(module: str) -> bool:
    """Tell whether a module is one of those that pure code may use."""
    return any(module == name or module.startswith(f"{name}.") for name in STANDARD)


def is_ours(module: str, path: Path) -> bool:
    """Tell whether pure code at this path may use a module of ours.

    Everybody uses the kernel and models; rules use rules too, their own and those of lower features (contract 3).
    """
    words = module.split(".")
    match words:
        case ["doorward", "kernel", *_]:
            return True
        case ["doorward", "features", _, "model", *_]:
            return True
        case ["doorward", "features", _, "rules", *_]:
            return path in role_files("rules")
        case _:
            return False


def knows_sql(tree: ast.Module) -> bool:
    """Tell whether a file uses more of the database library than the type of a connection."""
    only_connection = "from sqlalchemy import Connection"
    lines = [ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    return any("sqlalchemy" in line.split() or " sqlalchemy." in line for line in lines if line != only_connection)


def impure(tree: ast.Module, path: Path) -> list[str]:
    """Name what a file imports and must not."""
    return sorted(module for module in imports(tree) if not is_standard(module) and not is_ours(module, path))


def test_pure_code_imports_values_only() -> None:
    """Rules, models and kernel import the standard library's pure part and one another."""
    found = {name_of(path): impure(parsed(path), path) for path in PURE}

    assert {name: modules for name, modules in found.items() if modules} == {}


def test_sql_is_written_in_stores_and_edges() -> None:
    """Nothing but stores and edges knows the database library, but for the connection that a call carries."""
    assert [name_of(path) for path in SQL_FREE if knows_sql(parsed(path))] == []


@pytest.mark.parametrize(
    "line", ["import os", "import time", "from sqlalchemy import select", "from doorward.features.otp import store"]
)
def test_an_impure_import_is_found(line: str) -> None:
    """The check itself names the module that pure code must not know."""
    rules = PACKAGE / "features" / "otp" / "rules.py"

    assert impure(ast.parse(line), rules) == [line.split()[1]]


def test_an_import_inside_a_function_is_found() -> None:
    """The check itself looks into functions as well."""
    rules = PACKAGE / "features" / "otp" / "rules.py"

    assert impure(ast.parse("def decide():\n    import random\n"), rules) == ["random"]


@pytest.mark.parametrize("line", ["import sqlalchemy", "from sqlalchemy import select", "from sqlalchemy.exc import X"])
def test_the_database_library_is_found(line: str) -> None:
    """The check itself knows each way to get at the library."""
    assert knows_sql(ast.parse(line))


def test_the_type_of_a_connection_passes() -> None:
    """The check itself leaves alone whoever hands a connection on."""
    assert not knows_sql(ast.parse("from sqlalchemy import Connection"))
