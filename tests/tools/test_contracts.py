from pathlib import Path

from tools.contracts import contracts


def lay_out(package: Path, *files: str) -> None:
    """Make a tree of empty modules."""
    for name in files:
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")


def test_a_store_and_its_tables_are_protected(tmp_path: Path) -> None:
    """A store serves its own feature, and its tables serve the store and the joined lists."""
    lay_out(tmp_path, "features/otp/store.py", "features/directory/store.py", "edges/sql/tables/otp.py")

    text = contracts(tmp_path)

    assert "protected_modules = doorward.features.otp.store\nallowed_importers = doorward.features.otp\n" in text
    assert (
        "protected_modules = doorward.edges.sql.tables.otp\nallowed_importers =\n"
        "    doorward.features.otp.store\n    doorward.features.directory.store\n"
    ) in text


def test_tables_of_no_feature_belong_to_the_edges(tmp_path: Path) -> None:
    """What the server remembers of itself is for the database edge alone."""
    lay_out(tmp_path, "edges/sql/tables/server.py", "edges/sql/tables/__init__.py")

    text = contracts(tmp_path)

    assert text.endswith(
        "protected_modules = doorward.edges.sql.tables.server\nallowed_importers =\n    doorward.edges.sql\n"
    )
