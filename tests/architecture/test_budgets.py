import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.tree import PYTHON, name_of, parsed, python_files

MODULE_LINES = 300
FUNCTION_LINES = 40
WRITTEN = [path for path in python_files(*PYTHON) if "versions" not in path.parts]


def functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Give every function of a tree, methods and inner ones too."""
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


def too_long(tree: ast.Module) -> list[str]:
    """Name the functions of more lines than may be, docstring included."""
    spans = ((one.name, (one.end_lineno or one.lineno) - one.lineno + 1) for one in functions(tree))
    return [f"{name}: {lines} lines" for name, lines in spans if lines > FUNCTION_LINES]


@pytest.mark.parametrize("path", WRITTEN, ids=name_of)
def test_module_stays_within_its_lines(path: Path) -> None:
    """No module is longer than three hundred lines."""
    lines = len(path.read_text(encoding="utf-8").splitlines())

    assert lines <= MODULE_LINES


@pytest.mark.parametrize("path", WRITTEN, ids=name_of)
def test_functions_stay_within_their_lines(path: Path) -> None:
    """No function is longer than forty lines."""
    assert too_long(parsed(path)) == []


@pytest.mark.parametrize("path", [path for path in python_files("src") if path.name == "__init__.py"], ids=name_of)
def test_package_file_holds_a_docstring_and_nothing_else(path: Path) -> None:
    """An `__init__.py` of the product says what the package is about, and imports nothing."""
    tree = parsed(path)

    assert ast.get_docstring(tree)
    assert len(tree.body) == 1


def test_a_function_of_forty_one_lines_is_found() -> None:
    """The check itself counts from `def` to the last line."""
    tree = ast.parse("def short():\n    pass\ndef long():\n" + "    pass\n" * 40)

    assert too_long(tree) == ["long: 41 lines"]
