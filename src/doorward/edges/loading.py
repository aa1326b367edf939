"""Loading the program whole, while it can still be read: before root becomes somebody who may not read it.

A Python that lies in root's own home is closed to the owner of a data directory; nothing can be imported from it then.
"""

import os
import stat
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

import doorward
from doorward.edges import common_passwords
from doorward.kernel.obstacle import Obstacle

_OWN = Path(doorward.__file__).parent
_PYTHON = Path(sys.executable).resolve()
_BY_THEMSELVES = ("doorward.__main__", "doorward.demo", "doorward.edges.sql.migrations")
"""Programs of their own; what upgrades a database is read from its files each time."""
_LATER = (
    "_strptime",
    "concurrent.futures.thread",
    *(f"encodings.{name}" for name in ("ascii", "idna", "latin_1", "punycode", "unicode_escape", "utf_8_sig")),
    *(f"email.{name}" for name in ("generator", "policy")),
    *("alembic.command", "alembic.config"),
    *("anyio._backends._asyncio", "anyio.streams.tls", "uvicorn.lifespan.on", "uvicorn.loops.auto", "uvloop"),
    *(f"rich.{name}" for name in ("_emoji_codes", "console", "progress", "table", "text")),
)
"""What is imported late, by us, by libraries and by Python itself."""


def before_the_owner() -> None:
    """Import whatever a command or the server may come to need, where others than root may not read all of it."""
    if not closed_to_others(_loaded_files()):
        return
    modules = (module.name for module in walk_packages(doorward.__path__, "doorward."))
    for name in (*(name for name in modules if not name.startswith(_BY_THEMSELVES)), *_LATER):
        with suppress(ImportError):  # the driver of a database that is not used here may not be installed
            import_module(name)
    common_passwords.shipped()


def closed_to_others(files: set[Path]) -> bool:
    """Return whether any of these files lies where only its owner may read it."""
    folders = {folder for file in files for folder in file.resolve().parents}
    return not all(
        path.exists() and path.stat().st_mode & mode
        for paths, mode in ((files, stat.S_IROTH), (folders, stat.S_IXOTH))
        for path in paths
    )


def must_be_readable(own: Path = _OWN) -> None:
    """Raise `Obstacle` where this user may not read the program's own files: pages, migrations, letters."""
    if not os.access(own, os.R_OK | os.X_OK):
        raise _closed(own)


def must_be_runnable(python: Path = _PYTHON) -> None:
    """Raise `Obstacle` where this user may not start another process of this Python."""
    if not os.access(python, os.X_OK):
        raise _closed(python)


def _loaded_files() -> set[Path]:
    return {Path(file) for module in list(sys.modules.values()) if (file := getattr(module, "__file__", None))}


def _closed(what: Path) -> Obstacle:
    mend = "Install Doorward where the owner can read it, such as in /opt."
    return Obstacle(f"The owner of the data directory may not read {what}.", mend)
