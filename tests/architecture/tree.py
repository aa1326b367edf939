"""The repository as the architecture tests see it: its files, its syntax trees, its imports."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "doorward"
FEATURES = PACKAGE / "features"
PYTHON = ("src", "tests", "tools", "bench")


def name_of(path: Path) -> str:
    """Spell a file as it stands in messages and lists."""
    return path.relative_to(ROOT).as_posix()


@cache
def python_files(*folders: str) -> tuple[Path, ...]:
    """List the Python files of some folders of the repository."""
    return tuple(sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py")))


def product_files() -> tuple[Path, ...]:
    """List the modules of the product, migrations apart: those are frozen."""
    return tuple(path for path in python_files("src") if "versions" not in path.parts)


@cache
def tracked_files() -> tuple[Path, ...]:
    """List what git keeps, and what it would keep."""
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return tuple(path for word in listed.split("\0") if word and (path := ROOT / word).is_file())


@cache
def parsed(path: Path) -> ast.Module:
    """Read a file's syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imports(tree: ast.AST) -> Iterator[str]:
    """Name every module that a tree imports, wherever the import stands."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (alias.name for alias in names)
            case ast.ImportFrom(module=str(module)):
                yield module
            case _:
                pass


def features() -> tuple[str, ...]:
    """Name the features."""
    return tuple(sorted(path.parent.name for path in FEATURES.glob("*/__init__.py")))


def role_files(role: str) -> tuple[Path, ...]:
    """List the files of one role over all features, whether it is a module or a package."""
    return tuple(sorted([*FEATURES.glob(f"*/{role}.py"), *FEATURES.glob(f"*/{role}/*.py")]))
