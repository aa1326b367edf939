import ast
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from tests.architecture.house import manual_transactions, patching, star_columns, writes
from tests.architecture.tree import FEATURES, PACKAGE, name_of, parsed, product_files, python_files

OUTSIDE_EDGES = [path for path in product_files() if not path.is_relative_to(PACKAGE / "edges")]
READERS = [*FEATURES.glob("directory/store.py"), *FEATURES.glob("directory/store/*.py")]


def breaking(check: Callable[[ast.Module], list[int]], paths: Iterable[Path]) -> list[str]:
    """Name the lines that a check finds in some files."""
    return [f"{name_of(path)}:{line}" for path in paths for line in check(parsed(path))]


def test_queries_name_their_columns() -> None:
    """No query takes all columns, since a column added tomorrow would come along."""
    assert breaking(star_columns, python_files("src")) == []


def test_transactions_belong_to_the_edges() -> None:
    """Nothing outside the edges begins, commits or rolls back."""
    assert breaking(manual_transactions, OUTSIDE_EDGES) == []


def test_the_directory_only_reads() -> None:
    """The one store that may look at all tables holds nothing but SELECT."""
    assert breaking(writes, READERS) == []


def test_nothing_is_patched() -> None:
    """No test replaces a part of the product behind its back."""
    assert breaking(patching, python_files("tests")) == []


@pytest.mark.parametrize(
    "line", ['text("SELECT * FROM otp_keys")', 'text("update x set y = 1 returning x.*")', 'literal_column("*")']
)
def test_a_star_is_found(line: str) -> None:
    """The check itself finds each way to take all columns."""
    assert star_columns(ast.parse(line)) == [1]


@pytest.mark.parametrize("line", ["select(otp_keys)", 'text("select key_id from otp_keys")', 'text("2 * 3")'])
def test_named_columns_pass(line: str) -> None:
    """The check itself leaves queries alone that name their columns, as a declared table does."""
    assert star_columns(ast.parse(line)) == []


@pytest.mark.parametrize("line", ["sql.commit()", "call.sql.rollback()", "with engine.begin(): pass"])
def test_a_manual_transaction_is_found(line: str) -> None:
    """The check itself finds begin, commit and rollback."""
    assert manual_transactions(ast.parse(line)) == [1]


def test_a_write_is_found() -> None:
    """The check itself tells an UPDATE from a SELECT."""
    assert writes(ast.parse("select(a.c.b)\nupdate(a)\na.delete()")) == [2, 3]


def test_a_patch_is_found() -> None:
    """The check itself finds the fixture by the name of the argument."""
    assert patching(ast.parse("def test_it(monkeypatch):\n    pass\n")) == [1]
