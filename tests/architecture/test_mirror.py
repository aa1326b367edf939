from pathlib import Path

from tests.architecture.tree import FEATURES, PACKAGE, ROOT, name_of, python_files, role_files

TESTS = ROOT / "tests"
MIRRORED = {"kernel": PACKAGE, "features": PACKAGE, "edges": PACKAGE, "doors": PACKAGE, "tools": ROOT}
"""The folders of tests whose files each stand for a file of the same name."""

FILES = [
    path
    for path in python_files("tests")
    if path.name.startswith("test_") and path.relative_to(TESTS).parts[0] in MIRRORED
]


def mirrored(path: Path) -> Path | None:
    """Find what a test file is about: `test_rules_unlock.py` is about `rules.py`, or about the package `rules`."""
    folder = MIRRORED[path.relative_to(TESTS).parts[0]] / path.relative_to(TESTS).parent
    words = path.stem.removeprefix("test_").split("_")
    stems = ["_".join(words[:count]) for count in range(len(words), 0, -1)]
    there = (place for stem in stems for place in (folder / f"{stem}.py", folder / stem) if place.exists())
    return next(there, None)


def has_tests(role_file: Path) -> bool:
    """Tell whether a role of a feature has a test file of its name."""
    feature, role = role_file.relative_to(FEATURES).parts[:2]
    return any((TESTS / "features" / feature).glob(f"test_{role.removesuffix('.py')}*.py"))


def test_a_test_stands_where_its_subject_stands() -> None:
    """Every test of a part has the path of the file that it tests."""
    assert [name_of(path) for path in FILES if mirrored(path) is None] == []


def test_each_role_of_a_feature_has_its_tests() -> None:
    """Rules, stores and actions are tested beside one another, in a folder of the feature's name."""
    files = [*role_files("rules"), *role_files("store"), *role_files("actions")]

    assert [name_of(path) for path in files if not has_tests(path)] == []
