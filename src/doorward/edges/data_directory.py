"""The data directory: keys, database, `doorward.toml`, and mail where there is no mail server.

Everything in it belongs to one user of the machine and is closed to the others. It is made by `serve` and `init` on
nothing; every other command wants it to be there.
"""

import errno
import os
import pwd
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from doorward.config import FILE, Settings
from doorward.edges import loading
from doorward.kernel.obstacle import Obstacle

KEY = "doorward.key"
CLOSED_DIRECTORY = 0o700
CLOSED_FILE = 0o600
OPEN_TO_OTHERS = 0o077


def key_file(settings: Settings) -> Path:
    """Return where the keys are."""
    return settings.data / KEY


def is_there(settings: Settings) -> bool:
    """Return whether a database was begun here: SQLite's file, or the key file that goes with PostgreSQL."""
    return (settings.database_file or key_file(settings)).exists()


def breach_lists(settings: Settings) -> Path:
    """Return where the site's breach lists are; the folder is made by the first import."""
    return settings.data / "breach-lists"


def maildir(settings: Settings) -> Path | None:
    """Return where the Maildir is; None where mail leaves by a mail server."""
    return Path(settings.mail.removeprefix("maildir://")) if settings.mail.startswith("maildir:") else None


def make(settings: Settings, make_key: Callable[[Path], None]) -> bool:
    """Make what is missing of a data directory, closed to other users; tell whether it was new."""
    with _obstacles_told(settings.data):
        _directory(settings.data)
        new = not key_file(settings).exists()
        if new:
            _no_database_without_keys(settings)
            make_key(key_file(settings))
        _database_file(settings)
        box = maildir(settings)
        if box is not None:
            for folder in (box, box / "tmp", box / "new", box / "cur"):
                folder.mkdir(mode=CLOSED_DIRECTORY, exist_ok=True)
    return new


def make_database_file(settings: Settings) -> None:
    """Make SQLite's file where it is missing, closed to other users."""
    with _obstacles_told(settings.data):
        _database_file(settings)


def require(settings: Settings) -> None:
    """Raise `Obstacle` unless the data directory is there, with its keys and its database."""
    with _obstacles_told(settings.data):
        if not settings.data.is_dir():
            mend = "Name it with --data or in DOORWARD_DATA, or make one with `doorward init`."
            raise Obstacle(f"There is no data directory {settings.data}.", mend)
        any(settings.data.iterdir())
        if not key_file(settings).exists():
            _no_database_without_keys(settings)
            raise _not_yet(settings)
        no_lost_database(settings)
        for path in (key_file(settings), settings.database_file):
            if path is not None:
                _must_be_open_to_us(path, os.R_OK)


def no_lost_database(settings: Settings) -> None:
    """Raise `Obstacle` where the keys are and SQLite's file is not: a new one must not take its place unasked."""
    database = settings.database_file
    if database is not None and key_file(settings).exists() and not database.exists():
        raise lost(settings)


def lost(settings: Settings) -> Obstacle:
    """Say that a server was begun here, and that its database is not where it is looked for."""
    return Obstacle(
        f"The key file {key_file(settings)} is there, but nothing is in the database {settings.database_name}.",
        "Correct `database`, or put it back from your copy; `doorward init` begins anew with an empty one.",
    )


def close_new_files() -> None:
    """Close to other users of the machine whatever this process makes from now on.

    A Maildir that was there before may be open to them, and the messages in it hold codes and links.
    """
    os.umask(OPEN_TO_OTHERS)


def take_on_owner(data: Path) -> None:
    """Go on as the owner of the data directory where root runs the program: no file shall end up belonging to root.

    What the owner may not read is loaded before. The home goes along: PostgreSQL's driver looks for `.pgpass` there.
    """
    if os.geteuid() != 0:
        return
    try:
        found = data.stat()
    except OSError:
        return
    if found.st_uid == 0:
        return
    loading.before_the_owner()
    try:
        owner = pwd.getpwuid(found.st_uid)
        os.initgroups(owner.pw_name, found.st_gid)
        os.environ["HOME"] = owner.pw_dir  # noqa: TID251 - written, not read
    except KeyError:
        os.setgroups([])
    os.setgid(found.st_gid)
    os.setuid(found.st_uid)


def note_move(old: Settings, new: Settings) -> None:
    """Write beside SQLite's file that everything in it was moved elsewhere; what has come back is free again."""
    if new.database_file is not None:
        _moved(new.database_file).unlink(missing_ok=True)
    if old.database_file is not None:
        _moved(old.database_file).write_text(f"{new.database_name}\n", encoding="utf-8")


def must_not_be_moved(settings: Settings) -> None:
    """Raise `Obstacle` where SQLite's file was moved elsewhere: what people do in it from now on would be lost."""
    if settings.database_file is None or not (note := _moved(settings.database_file)).exists():
        return
    with _obstacles_told(settings.data):
        to = note.read_text(encoding="utf-8").strip()
    raise Obstacle(
        f"The database {settings.database_file} was moved to {to}: what people do here is not there.",
        f"Set `database` to that one. To go on with this one all the same, remove {note}.",
    )


def user() -> str:
    """Name the operating system's user: asked before root takes on another."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid-{os.getuid()}"


def open_to_others(settings: Settings) -> list[Path]:
    """List what other users of the machine may look into."""
    paths = [settings.data, key_file(settings), settings.database_file, settings.data / FILE, maildir(settings)]
    return [path for path in paths if path is not None and path.exists() and path.stat().st_mode & OPEN_TO_OTHERS]


def _moved(database: Path) -> Path:
    return database.with_name(f"{database.name}.moved")


def _directory(data: Path) -> None:
    if not data.exists():
        data.parent.mkdir(parents=True, exist_ok=True)
        data.mkdir(mode=CLOSED_DIRECTORY)
    if not any(data.iterdir()):
        data.chmod(CLOSED_DIRECTORY)


def _not_yet(settings: Settings) -> Obstacle:
    what = f"{settings.data} is not a data directory yet."
    if settings.database_file is not None:
        return Obstacle(what, "Make it one with `doorward init`.")
    mend = f"For a new server run `doorward init`; for one more node copy {KEY} from another node's data directory."
    return Obstacle(what, mend)


def _database_file(settings: Settings) -> None:
    if settings.database_file is None:
        return
    try:
        os.close(os.open(settings.database_file, os.O_CREAT | os.O_EXCL | os.O_RDWR, CLOSED_FILE))
    except FileExistsError:
        _must_be_open_to_us(settings.database_file, os.R_OK | os.W_OK)


def _must_be_open_to_us(path: Path, mode: int) -> None:
    """Raise `PermissionError` where this user may not read or write a file, without opening it.

    A process that closes a second handle of SQLite's file lets go of all locks that it holds there (POSIX).
    """
    if not os.access(path, mode, effective_ids=os.access in os.supports_effective_ids):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))


def _no_database_without_keys(settings: Settings) -> None:
    database = settings.database_file
    if database is not None and database.exists() and database.stat().st_size:
        raise Obstacle(
            f"The key file {key_file(settings)} is missing, and the database {database} cannot be read without it.",
            "Put it back from your copy of the data directory; a new one would open nothing.",
        )


@contextmanager
def _obstacles_told(data: Path) -> Iterator[None]:
    """Say in one sentence what keeps the directory from being made or read."""
    try:
        yield
    except OSError as error:
        where = error.filename or data
        what, mend = _SAID.get(error.errno or 0, (f"cannot be used ({error.strerror})", "Look at the disk it is on."))
        raise Obstacle(f"{where} {what}.", mend) from error


_NOT_OURS = "Run as its owner, give it to the user who runs Doorward, or name another directory with --data."
_SAID = {
    errno.EACCES: ("cannot be read or written by this user", _NOT_OURS),
    errno.EPERM: ("cannot be read or written by this user", _NOT_OURS),
    errno.ENOTDIR: ("is not a directory", "Name another one with --data."),
    errno.EROFS: ("is on a disk that is read-only", "Name another directory with --data."),
    errno.ENOSPC: ("has no room left on its disk", "Free some space."),
}
