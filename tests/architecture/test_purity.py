import ast
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGE, imports, name_of, parsed, product_files, role_files

STANDARD = {
    "abc", "base64", "binascii", "bisect", "collections", "contextlib", "dataclasses", "datetime", "decimal", "email",
    "enum", "functools", "hashlib", "hmac", "ipaddress", "itertools", "math", "operator", "re", "string", "struct",
    "types", "typing", "unicodedata", "urllib.parse", "uuid",
}  # fmt: skip
"""What pure code may take from the standard library: nothing that reads a clock, a file, chance or the machine."""

PURE = [*role_files("rules"), *role_files("model"), *sorted((PACKAGE / "kernel").glob("*.py"))]
SQL_FREE = [
    path
    for path in product_files()
    if not path.is_relative_to(PACKAGE / "edges") and path not in role_files("store") and path.name != "app.py"
]


def is_standard(module: str) -> bool:
    """Tell whether a module is one of those that pure code may use."""
    return any(module == name or module.startswith(f"{name}.") for name in STANDARD)


def is_ours(module: str, path: Path) -> bool:
    """Tell whether pure code at this path may use a module of ours: kernel, any model, and its own package."""
    words = module.split(".")
    match words:
        case ["doorward", "kernel", *_]:
            return True
        case ["doorward", "features", _, "model", *_]:
            return True
        case ["doorward", "features", _, "rules", *_]:
            return path.name != "rules.py" and path.parent == PACKAGE.joinpath(*words[1:4])
        case _:
            return False


def impure(tree: ast.Module, path: Path) -> list[str]:
    """Name what a file imports and must not."""
    return sorted(module for module in imports(tree) if not is_standard(module) and not is_ours(module, path))


def test_pure_code_imports_values_only() -> None:
    """Rules, models and kernel import the standard library's pure part, the kernel and models."""
    found = {name_of(path): impure(parsed(path), path) for path in PURE}

    assert {name: modules for name, modules in found.items() if modules} == {}


def test_sql_is_written_in_stores_and_edges() -> None:
    """Nothing but stores, edges and the composition root knows the database library."""
    knowing = [path for path in SQL_FREE if any(one.partition(".")[0] == "sqlalchemy" for one in imports(parsed(path)))]

    assert [name_of(path) for path in knowing] == []


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
