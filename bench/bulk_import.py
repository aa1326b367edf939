"""B10: `doorward account import` with password hashes and secret keys, against writing the same rows in bulk."""

import csv
import random
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
from bench.measuring import NotMeasured, Row, median, resident_mib
from doorward import app, starting

ROUNDS = 5
COUNT = 100_000
GOAL = 20_000
"""Accounts a second."""
_TABLES = ("accounts", "account_state", "passwords", "otp_keys", "audit_entries")
_AT_ONCE = 5_000
_LOOKED_EVERY = 0.02
"""Seconds between two looks at the command."""


def measure(kind: str = SQLITE, count: int = COUNT, rounds: int = ROUNDS) -> Row:
    """Import a file into an empty database, then write the rows that came of it into another, round by round."""
    rates, ceilings, memory = [], [], []
    for _ in range(rounds):
        with home(kind) as there, home(kind) as other:
            rate, mib = _import(there, count)
            rates.append(rate)
            memory.append(mib)
            ceilings.append(_again(there, other))
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
            "largest memory of the command": f"{max(memory):.0f} MiB",
            "rounds": str(rounds),
        },
        "Each account has an entry of its own in the trail, its key is sealed. "
        f"Up to 100,000 accounts are one transaction; the ceiling is that of {min(count, COUNT):,} accounts.",
    )


def _import(there: Home, count: int) -> tuple[float, float]:
    """Import as people do, by the command; give how many accounts that was in a second, and its largest memory."""
    starting.first_run(people.settings_of(there.data))
    file, said = there.data / "people.csv", there.data / "said"
    _write(file, count)
    command = [sys.executable, "-m", "doorward", "account", "import", str(file), "--data", str(there.data)]
    with said.open("w") as out:
        began = time.perf_counter()
        process = subprocess.Popen(command, stdout=out, stderr=out)
        largest = 0.0
        while process.poll() is None:  # what wait4(2) tells would be that of this process, which it began as
            largest = max(largest, resident_mib(process.pid))
            time.sleep(_LOOKED_EVERY)
        spent = time.perf_counter() - began
    file.unlink()
    if process.returncode:
        raise NotMeasured(f"the import ended with {process.returncode}: {said.read_text()[-200:]}")
    return count / spent, largest


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


def _again(there: Home, other: Home) -> float:
    """Read the rows of the first accounts and write them elsewhere through the driver alone; give accounts a second."""
    starting.first_run(people.settings_of(other.data))
    source, target = (app.open_runtime(people.settings_of(one.data)).database for one in (there, other))
    with closing(source), closing(target):
        with source.read() as sql:
            rows = {name: [tuple(row) for row in sql.execute(_rows_of(name), {"most": COUNT})] for name in _TABLES}
        began = time.perf_counter()
        with target.write() as sql:
            _put_all(sql.connection.driver_connection, rows)
        spent = time.perf_counter() - began
    return len(rows["accounts"]) / spent


def _rows_of(table: str) -> Any:
    only = "WHERE act = 'accounts.added' " if table == "audit_entries" else ""
    return text(f"SELECT * FROM {table} {only}LIMIT :most")  # noqa: S608 - ours


def _put_all(driver: Any, rows: dict[str, list[tuple[Any, ...]]]) -> None:
    for start in range(0, len(rows["accounts"]), _AT_ONCE):
        for name, every in rows.items():
            _put(driver, name, every[start : start + _AT_ONCE])


def _put(driver: Any, name: str, rows: list[tuple[Any, ...]]) -> None:
    if not isinstance(driver, psycopg.Connection):
        places = ", ".join("?" * len(rows[0]))
        driver.executemany(f"INSERT INTO {name} VALUES ({places})", rows)  # noqa: S608 - ours
        return
    with ExitStack() as opened:
        out = opened.enter_context(opened.enter_context(driver.cursor()).copy(f"COPY {name} FROM STDIN"))
        for row in rows:
            out.write_row(row)
