"""B10: `doorward account import` with password hashes and secret keys, against writing the same rows in bulk."""

import csv
import random
import resource
import subprocess
import sys
import time
from base64 import b32encode, b64encode
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import text

from bench import people
from bench.databases import POSTGRESQL, SQLITE, Home, home
from bench.measuring import NotMeasured, Row, median
from doorward import app, starting

ROUNDS = 5
COUNT = 50_000
GOAL = 20_000
_TABLES = ("accounts", "account_state", "passwords", "otp_keys", "audit_entries")
_AT_ONCE = 5_000


def measure(kind: str = SQLITE, count: int = COUNT, rounds: int = ROUNDS) -> Row:
    """Import a file into an empty database, then write the rows that came of it into an emptied one, round by round."""
    rates, ceilings = [], []
    for _ in range(rounds):
        with home(kind) as there:
            rates.append(_import(there, count))
            ceilings.append(_again(kind, there, count))
    rate, ceiling = median(rates), median(ceilings)
    return Row(
        f"B10 import on {kind}",
        f"importing {count:,} accounts with hashes and secret keys on {kind}, against writing their rows in bulk",
        f">= {GOAL:,} accounts a second; the ratio is to the ceiling",
        rate / ceiling,
        rate >= GOAL,
        {
            f"{'COPY' if kind == POSTGRESQL else 'executemany'} of the same rows": f"{ceiling:,.0f} accounts a second",
            "`doorward account import`, from its start to its end": f"{rate:,.0f} accounts a second",
            "largest memory of an import": f"{resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024:.0f} MiB",
            "rounds": str(rounds),
        },
        "Each account has an entry of its own in the trail; its key is sealed. All is one transaction.",
    )


def _import(there: Home, count: int) -> float:
    """Import as people do, by the command, and give how many accounts that was in a second."""
    starting.first_run(people.settings_of(there.data))
    file = there.data / "people.csv"
    _write(file, count)
    command = [sys.executable, "-m", "doorward", "account", "import", str(file), "--data", str(there.data)]
    began = time.perf_counter()
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    spent = time.perf_counter() - began
    if ran.returncode:
        raise NotMeasured(f"the import ended with {ran.returncode}: {ran.stderr[-200:]}")
    return count / spent


def _write(file: Path, count: int) -> None:
    chance = random.Random(10)  # noqa: S311 - nobody's secrets
    with file.open("w", newline="") as out:
        lines = csv.writer(out)
        lines.writerow(["user_name", "full_name", "email", "password_hash", "secret_key"])
        for number in range(count):
            salt, made = (b64encode(chance.randbytes(size)).decode().rstrip("=") for size in (16, 32))
            name, key = f"person.{number}", b32encode(chance.randbytes(20)).decode()
            hash_ = f"$argon2id$v=19$m=19456,t=2,p=1${salt}${made}"
            lines.writerow([name, f"Person Number {number}", f"{name}@example.org", hash_, key])


def _again(kind: str, there: Home, count: int) -> float:
    """Read the rows, empty their tables, write them again through the driver alone; give accounts a second."""
    runtime = app.open_runtime(people.settings_of(there.data))
    with closing(runtime.database):
        with runtime.database.read() as sql:
            rows = {name: sql.execute(text(f"SELECT * FROM {name}")).all() for name in _TABLES}  # noqa: S608 - ours
        with runtime.database.write() as sql:
            for name in _TABLES:
                sql.exec_driver_sql(f"DELETE FROM {name}" if kind == SQLITE else f"TRUNCATE {name}")  # noqa: S608 - ours
        began = time.perf_counter()
        with runtime.database.write() as sql:
            _put_all(sql.connection.driver_connection, rows, count)
    return count / (time.perf_counter() - began)


def _put_all(driver: Any, rows: dict[str, Any], count: int) -> None:
    for start in range(0, count, _AT_ONCE):
        for name, every in rows.items():
            _put(driver, name, [tuple(row) for row in every[start : start + _AT_ONCE]])


def _put(driver: Any, name: str, rows: list[tuple[Any, ...]]) -> None:
    if not isinstance(driver, psycopg.Connection):
        places = ", ".join("?" * len(rows[0]))
        driver.executemany(f"INSERT INTO {name} VALUES ({places})", rows)  # noqa: S608 - ours
        return
    with ExitStack() as opened:
        out = opened.enter_context(opened.enter_context(driver.cursor()).copy(f"COPY {name} FROM STDIN"))
        for row in rows:
            out.write_row(row)
