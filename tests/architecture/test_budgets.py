import ast

from tests.architecture.tree import PYTHON, name_of, parsed, python_files

MODULE_LINES = 300
FUNCTION_LINES = 40
WRITTEN = [path for path in python_files(*PYTHON) if "versions" not in path.parts]
PACKAGE_FILES = [path for path in python_files("src") if path.name == "__init__.py"]


def too_long(tree: ast.Module) -> list[str]:
    """Name the functions of more lines than may be, docstring included."""
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    spans = ((one.name, (one.end_lineno or one.lineno) - one.lineno + 1) for one in functions)
    return [f"{name}: {lines} lines" for name, lines in spans if lines > FUNCTION_LINES]


def test_modules_stay_within_their_lines() -> None:
    """No module is longer than three hundred lines."""
    lines = {name_of(path): len(path.read_text(encoding="utf-8").splitlines()) for path in WRITTEN}

    assert {name: count for name, count in lines.items() if count > MODULE_LINES} == {}


def test_functions_stay_within_their_lines() -> None:
    """No function is longer than forty lines."""
    long = {name_of(path): too_long(parsed(path)) for path in WRITTEN}

    assert {name: functions for name, functions in long.items() if functions} == {}


def test_a_package_file_holds_a_docstring_and_nothing_else() -> None:
    """An `__init__.py` of the product says what the package is about, and imports nothing."""
    more = [path for path in PACKAGE_FILES if not ast.get_docstring(parsed(path)) or len(parsed(path).body) > 1]

    assert [name_of(path) for path in more] == []


def test_every_folder_of_the_product_is_a_package() -> None:
    """A folder with modules has an `__init__.py`, or the contracts would not see what is in it."""
    folders = {path.parent for path in python_files("src") if "versions" not in path.parts}

    assert [name_of(folder) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_a_function_of_forty_one_lines_is_found() -> None:
    """The check itself counts from `def` to the last line."""
    tree = ast.parse("def short():\n    pass\ndef long():\n" + "    pass\n" * 40)

    assert too_long(tree) == ["long: 41 lines"]
