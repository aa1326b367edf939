"""Databases with a crowd in them, which several rows share: filling one takes longer than what is measured in it."""

import atexit
from contextlib import ExitStack
from pathlib import Path

import psycopg
from sqlalchemy import text

from bench import crowd, people
from bench.databases import Home, home
from doorward import app, starting
from doorward.edges.sql import on_postgresql

_kept: dict[tuple[str, int], Home] = {}
_running = ExitStack()
atexit.register(_running.close)  # whoever uses them without `forget` leaves no database behind


def crowded(kind: str, count: int) -> Home:
    """Give a database with so many accounts; it is filled once in a run, and whoever adds people names them anew."""
    if (kind, count) not in _kept:
        with ExitStack() as made:
            there = made.enter_context(home(kind))
            fill(there.data, count)
            if there.url:
                _settle(there.url)
            _running.push(made.pop_all())
        _kept[kind, count] = there
    return _kept[kind, count]


def forget() -> None:
    """Stop and remove them all."""
    _kept.clear()
    _running.close()


def fill(data: Path, count: int) -> None:
    """Make a data directory with so many accounts."""
    settings = people.settings_of(data)
    starting.first_run(settings)
    runtime = app.open_runtime(settings)
    with runtime.database.write() as sql:
        if sql.dialect.name == "postgresql":
            on_postgresql.unhurried(sql)
        crowd.fill(sql, count)
    with runtime.database.write() as sql:
        sql.execute(text("ANALYZE"))
    runtime.database.close()


def _settle(url: str) -> None:
    """Do at once what PostgreSQL does by itself in the hours after so many rows, beside whatever is measured then."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("VACUUM")
        connection.execute("CHECKPOINT")
