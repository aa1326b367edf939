"""Write the contracts that protect each feature's store and tables: one pair for each, at the end of `.importlinter`.

python -m tools.contracts          writes them
python -m tools.contracts --check  compares only
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / ".importlinter"
MARK = "# From here on written by tools/contracts.py; do not edit.\n"

STORE = """
[importlinter:contract:store-of-{name}]
name = 5. the store of {name} serves {name} alone
type = protected
protected_modules = doorward.features.{name}.store
allowed_importers = doorward.features.{name}
"""
TABLES = """
[importlinter:contract:tables-of-{name}]
name = 5. the tables of {name} are read and written by {owner}
type = protected
protected_modules = doorward.edges.sql.tables.{name}
allowed_importers =
    {importers}
"""
READS_ALL = "doorward.features.directory.store"
"""The joined lists; tests/architecture/test_sql.py holds it to SELECT."""
LISTING = "doorward.edges.sql.listing"
"""The one order of lists of people (behaviour: limits, lifetimes, formats)."""
REACHING = "doorward.edges.sql.reaching"
"""The condition that keeps every list to the members of groups (RIGHT-3)."""


def modules(folder: Path) -> list[str]:
    """Name the modules and packages of a folder, in order."""
    names = {path.stem if path.is_file() else path.name for path in folder.glob("*")}
    return sorted(name for name in names if name.isidentifier() and not name.startswith("__"))


def contracts(package: Path) -> str:
    """Write the contracts for the features and tables that are there."""
    features = package / "features"
    stores = [name for name in modules(features) if "store" in modules(features / name)]
    text = [STORE.format(name=name) for name in stores]
    for name in modules(package / "edges" / "sql" / "tables"):
        own = f"doorward.features.{name}.store" if name in stores else "doorward.edges.sql"
        readers = [own, READS_ALL] if "directory" in stores and own != READS_ALL else [own]
        if name == "groups" and own != REACHING:
            readers.append(REACHING)
        if name == "accounts" and own != LISTING:
            readers.append(LISTING)
        text.append(TABLES.format(name=name, owner=own, importers="\n    ".join(readers)))
    return "".join(text)


def main(words: list[str]) -> int:
    """Write the file, or say whether it is what would be written."""
    present = FILE.read_text()
    wanted = present.partition(MARK)[0] + MARK + contracts(ROOT / "src" / "doorward")
    if "--check" not in words:
        FILE.write_text(wanted)
    elif present != wanted:
        print("stale: run python -m tools.contracts")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
