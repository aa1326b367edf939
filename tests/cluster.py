"""A throw-away PostgreSQL for one run of tests: in a temporary folder, behind a private socket, with nothing to lose.

    pytest --postgresql …   every world of the tests has its database there

Each process of the run has databases of its own, made from one that has the schema; a world that is over leaves its
database to the next one.
"""

import gc
import os
import pwd
import shutil
import subprocess
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import Connection, Engine, event

from doorward.edges.sql import schema
from doorward.edges.sql.holding import HOLDS, SHARED
from doorward.edges.sql.postgresql import PostgresDatabase

ADDRESS = "doorward cluster"
"""Under which word a process of the run is told the cluster's address."""
SETTINGS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "300",
    "listen_addresses": "",
    "shared_buffers": "64MB",
    "deadlock_timeout": "200ms",
}
CONNECTIONS = 8
NOTHING_COLLECTED = 5
MANY = 20
"""After so many new databases it is looked whether some were forgotten."""
_EMPTY = """
DO $$ DECLARE one text; found boolean; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %I)', one) INTO found;
    IF found THEN EXECUTE format('TRUNCATE %I CASCADE', one); END IF;
  END LOOP;
END $$
"""
_run_has: dict[str, str] = {}
_configured: list[pytest.Config] = []
_free: list[str] = []
_made = 0


def programs() -> Path | None:
    """Say where PostgreSQL's programs are; None where they are not."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda one: float(one.parts[4]))
    return versions[-1].parent if versions else None


def chosen() -> bool:
    """Tell whether worlds are kept in PostgreSQL."""
    return bool(_run_has.get("address"))


@contextmanager
def running(folder: Path, *finds: str, **settings: str) -> Iterator[str]:
    """Run a cluster in an empty folder while the block lasts, and give the address that psycopg takes.

    `finds` is what its processes find in their environment besides: `NAME=value`.
    """
    bin_ = programs()
    if bin_ is None:
        pytest.exit("PostgreSQL's programs are missing: these tests are skipped", NOTHING_COLLECTED)
    words = ("-U", "doorward", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
    run(somebody_ordinary(folder), bin_ / "initdb", "-D", folder / "data", *words)
    start(folder, *finds, **settings)
    try:
        yield f"postgresql://doorward@/postgres?host={folder}"
    finally:
        stop(folder)


def start(folder: Path, *finds: str, **settings: str) -> None:
    """Start the cluster of a folder, and wait until it takes connections."""
    options = " ".join(f"-c {key}='{value}'" for key, value in {**SETTINGS, **settings}.items())
    _control(folder, "-w", "-l", folder / "log", "-o", f"-k {folder} {options}", "start", finds=finds)


def stop(folder: Path) -> None:
    """Stop it where it stands, as a crash does: nothing is written any more."""
    _control(folder, "-m", "immediate", "stop")


def _control(folder: Path, *words: object, finds: Sequence[str] = ()) -> None:
    bin_ = programs()
    assert bin_ is not None
    run(somebody_ordinary(folder), Path("/usr/bin/env"), *finds, bin_ / "pg_ctl", "-D", folder / "data", *words)


@contextmanager
def reachable() -> Iterator[Path]:
    """Give a folder that PostgreSQL's user reaches: every pytest that starts closes those of pytest to others."""
    folder = Path(tempfile.mkdtemp(prefix="doorward-", dir="/tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def somebody_ordinary(folder: Path) -> str | None:
    """Name the user that PostgreSQL runs as: it refuses root."""
    if os.geteuid() != 0:
        return None
    with suppress(KeyError):
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
        return user.pw_name
    user = pwd.getpwnam("nobody")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return user.pw_name


def group_of(user: str | None) -> int | None:
    """Give the group that belongs to a user, where there is one to change to."""
    return None if user is None else pwd.getpwnam(user).pw_gid


def children(parent: int) -> list[int]:
    """List the processes that a process has started."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == parent:
                found.append(int(stat.parent.name))
    return found


def lives(process: int) -> bool:
    """Tell whether a process runs, or stands still; one that is dead and not yet collected does not."""
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    return False


def run(user: str | None, program: Path, *words: object) -> None:
    """Run one of PostgreSQL's programs to its end, as a user who may."""
    subprocess.run(
        [program, *map(str, words)],
        user=user,
        group=group_of(user),
        cwd="/",
        check=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        timeout=60,
    )


def started(config: pytest.Config) -> None:
    """Start the run's cluster where `--postgresql` asks for it; the other processes find it by the variable."""
    _configured.append(config)
    if hasattr(config, "workerinput"):
        _run_has.update(address=config.workerinput.get(ADDRESS, ""), process=config.workerinput["workerid"])
    if config.getoption("--postgresql") and not hasattr(config, "workerinput"):
        _run_has.update(address=_begun(), process="main")


def _begun() -> str:
    """Run a cluster until the run ends."""
    folder = Path(tempfile.mkdtemp(prefix="doorward-", dir="/tmp"))
    cluster = running(folder)
    address = cluster.__enter__()

    def ended() -> None:
        cluster.__exit__(None, None, None)
        shutil.rmtree(folder, ignore_errors=True)

    _configured[0].add_cleanup(ended)
    return address


@contextmanager
def database() -> Iterator[str]:
    """Give the address of an empty database, in a cluster that all storms of this process share."""
    global _made
    where = _run_has.get("storms") or _run_has.get("address") or _begun()
    _run_has["storms"], _made = where, _made + 1
    name = f"storm_{_process()}_{_made}"
    _create(where, name, "template0")
    try:
        yield named(where, name)
    finally:
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@event.listens_for(Engine, "before_cursor_execute")
def _shared_writers_hold_first(connection: Connection, _: object, statement: str, *more: object) -> None:
    """Let no transaction that runs beside others write before it holds what it decides about."""
    del more
    writes = statement.lstrip()[:6].upper() in {"INSERT", "UPDATE", "DELETE"}
    assert not writes or not connection.info.get(SHARED) or connection.info.get(HOLDS), statement


def tell(node: Any) -> None:
    """Tell a process of the run, before it starts, where the cluster is."""
    node.workerinput[ADDRESS] = _run_has.get("address", "")


class Lent(PostgresDatabase):
    """A database of the cluster: whoever closes or forgets it leaves it to the next world."""

    def __init__(self, name: str) -> None:
        """Take it."""
        super().__init__(address(name), CONNECTIONS)
        self._give_back = weakref.finalize(self, _free.append, name)

    def drop(self) -> None:
        """Close every connection, and leave the database to nobody: its tables were changed."""
        self._give_back.detach()
        super().close()

    def close(self) -> None:
        """Close every connection, and leave the database to others."""
        super().close()
        self._give_back()


def fresh() -> Lent:
    """Give a database with the schema and nothing in it; it goes to the next world when this one is forgotten."""
    global _made  # noqa: PLW0603 - the databases of this process
    if not _free and _made % MANY == MANY - 1:
        gc.collect()
    if _free:
        name = _free.pop()
        with psycopg.connect(address(name), autocommit=True) as connection:
            connection.execute(_EMPTY)
    else:
        _made += 1
        name = f"{_process()}_{_made}"
        _create(_run_has["address"], name, _template())
    return Lent(name)


def address(name: str) -> str:
    """Give the address of one of the cluster's databases."""
    return named(_run_has["address"], name)


def named(where: str, name: str) -> str:
    """Give the address of another database of a cluster."""
    return where.replace("/postgres?", f"/{name}?")


def _process() -> str:
    return f"{_run_has.get('process', 'main')}_{os.getpid()}"


@cache
def _template() -> str:
    """Make this process's database with the schema, by its migrations."""
    name = f"{_process()}_schema"
    _create(_run_has["address"], name, "template0")
    database = PostgresDatabase(address(name), CONNECTIONS)
    with database.write() as connection:
        schema.upgrade(connection)
    database.close()
    return name


def _create(where: str, name: str, template: str) -> None:
    with psycopg.connect(where, autocommit=True) as connection:
        words = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template))
        connection.execute(words)
