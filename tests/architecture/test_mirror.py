from pathlib import Path

import pytest

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


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_a_test_stands_where_its_subject_stands(path: Path) -> None:
    """Every test of a part has the path of the file that it tests."""
    assert mirrored(path) is not None


@pytest.mark.parametrize("path", [*role_files("rules"), *role_files("store"), *role_files("actions")], ids=name_of)
def test_each_role_of_a_feature_has_its_tests(path: Path) -> None:
    """Rules, stores and actions are tested beside one another, in a folder of the feature's name."""
    feature = path.relative_to(FEATURES).parts[0]
    role = path.relative_to(FEATURES).parts[1].removesuffix(".py")

    assert list((TESTS / "features" / feature).glob(f"test_{role}*.py")) != []
