"""A small world for tests: Alice, Bob, a clock that is turned by hand, seeded chance, and a database of its own."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import inspect

from doorward import app
from doorward.edges.call import Call, Site
from doorward.edges.run import Runtime
from doorward.edges.sql import schema
from doorward.edges.sql.postgresql import PostgresDatabase
from doorward.edges.sql.sqlite import SqliteDatabase
from doorward.features.accounts import store as accounts_store
from doorward.features.accounts.model import AccountKind, NewAccount, Standing
from doorward.features.audit import actions as audit
from doorward.features.audit import store as audit_store
from doorward.features.notices import actions as notices
from doorward.features.notices import store as notices_store
from doorward.features.notices.model import Letter, Mail
from doorward.features.rights import store as rights_store
from doorward.features.rights.model.facts import Assignment
from doorward.features.sessions import actions as sessions
from doorward.features.sessions.model import OpenedWith, SessionOpened
from doorward.kernel.act import Action, Bearer, Caller, Owner
from doorward.kernel.events import Door, Entry, Origin
from doorward.kernel.ids import AccountId, new_id
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import SealBroken
from doorward.kernel.tokens import parse_token
from tests import cluster
from tests.chance import SeededEntropy

C = TypeVar("C")
O = TypeVar("O")  # noqa: E741 - reads as "outcome" beside C, "command"

app.name_permissions()

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
"""When every world begins: a Monday."""
OWNER = Owner("cli:root")
API = Origin(Door.API, address="192.0.2.7", user_agent="tests/1", reference="r-1")


class TurnableClock:
    """Shows the time that it was set to."""

    def __init__(self, now: datetime = NOON) -> None:
        """Begin at noon."""
        self._now = now

    def now(self) -> datetime:
        """Read the time."""
        return self._now

    def turn(self, by: timedelta) -> None:
        """Let time pass."""
        self._now += by


class PlainSealer:
    """Seals well enough for tests: unreadable without the key, and bound to its place."""

    def seal(self, plain: bytes, place: str) -> bytes:
        """Hide the value and add a tag for its place."""
        tag = sha256(place.encode() + plain).digest()
        return tag + _masked(plain, tag)

    def open(self, sealed: bytes, place: str) -> bytes:
        """Give the value back to its own place."""
        tag, plain = sealed[:32], _masked(sealed[32:], sealed[:32])
        if not compare_digest(tag, sha256(place.encode() + plain).digest()):
            raise SealBroken
        return plain

    def keyed_hash(self, value: str, purpose: str) -> bytes:
        """Hash a value for one purpose."""
        return sha256(f"{purpose}\0{value}".encode()).digest()


def _masked(text: bytes, key: bytes) -> bytes:
    stream = b"".join(sha256(key + bytes([block])).digest() for block in range(len(text) // 32 + 1))
    return bytes(one ^ other for one, other in zip(text, stream, strict=False))


@cache
def _fresh_database() -> bytes:
    """Make the schema once, by its migrations; every world begins with a copy."""
    with tempfile.TemporaryDirectory() as folder:
        database = SqliteDatabase(Path(folder) / "fresh.db")
        with database.write() as sql:
            schema.upgrade(sql)
        database.close()
        return database.path.read_bytes()


def _database(folder: Path) -> SqliteDatabase | PostgresDatabase:
    if cluster.chosen():
        return cluster.fresh()
    database = SqliteDatabase(folder / "doorward.db")
    database.path.write_bytes(_fresh_database())
    return database


@dataclass(frozen=True, slots=True)
class World:
    """A server without doors: `run` its acts, look at what they left."""

    runtime: Runtime
    clock: TurnableClock
    database: SqliteDatabase | PostgresDatabase

    @classmethod
    def begin(cls, folder: Path) -> "World":
        """Begin a world with nobody in it."""
        database, clock = _database(folder), TurnableClock()
        site = Site(public_url="https://login.example.org", node="node-1")
        runtime = Runtime(
            database=database,
            clock=clock,
            entropy=SeededEntropy(),
            sealer=PlainSealer(),
            site=site,
            guard=sessions.guard,
            recorder=audit.recorder,
            guard_of_many=sessions.guard_of_many,
            recorder_of_many=audit.recorder_of_many,
        )
        return cls(runtime, clock, database)

    def another_process(self) -> SqliteDatabase | PostgresDatabase:
        """Open the same database as another process does: on connections of its own."""
        if isinstance(self.database, PostgresDatabase):
            return PostgresDatabase(self.database.url, cluster.CONNECTIONS)
        return SqliteDatabase(self.database.path)

    def stored(self) -> bytes:
        """Give every byte that is stored."""
        if isinstance(self.database, SqliteDatabase):
            return b"".join(path.read_bytes() for path in self.database.path.parent.iterdir())
        with self.database.read() as sql:
            rows = [row for table in inspect(sql).get_table_names() for row in sql.exec_driver_sql(f'TABLE "{table}"')]
        return b"".join(one if isinstance(one, bytes) else str(one).encode() for row in rows for one in row)

    def run(self, action: Action[C, O], command: C, caller: Caller = OWNER, origin: Origin = API) -> O | Refused:
        """Run one act; as the server's owner where nobody else is named."""
        return self.runtime.run(action, command, caller, origin)

    @contextmanager
    def writing(self, origin: Origin = API) -> Iterator[Call]:
        """Open a writing transaction, for the plain functions that actions share."""
        with self.runtime.writing(origin) as call:
            yield call

    @contextmanager
    def reading(self) -> Iterator[Call]:
        """Open a reading transaction."""
        with self.database.read() as sql:
            yield self.runtime.call(sql, API)

    def pass_time(self, **units: float) -> None:
        """Turn the clock: `pass_time(hours=3)`."""
        self.clock.turn(timedelta(**units))

    def add(self, name: str, *roles: str, kind: AccountKind = AccountKind.INTERNAL, **state: Any) -> AccountId:
        """Add an account with these roles; `state` sets columns of its narrow row (`factors=1`, `excluded=True`)."""
        with self.writing() as call:
            account = AccountId(new_id(call.now, call.entropy))
            new = NewAccount(account, name, name.title(), f"{name}@example.org", kind, call.now)
            accounts_store.add(call.sql, new)
            for role in roles:
                rights_store.grant(call.sql, account, Assignment(role), rights_store.WriteStamp("system", call.now))
            if state:
                accounts_store.set_state(call.sql, account, **state)
        return account

    def add_operator(self, name: str, *roles: str) -> Bearer:
        """Add an account that has a second factor, and sign it in with that factor."""
        return self.sign_in(self.add(name, *roles, factors=1))

    def sign_in(self, account: AccountId, opened_with: OpenedWith = OpenedWith.SECRET_KEY) -> Bearer:
        """Open a session without its steps, and give its caller."""
        epoch = self.standing(account).state.epoch
        with self.writing() as call:
            opened = sessions.open_session(call, account, epoch, opened_with)
        assert isinstance(opened, SessionOpened)
        token = parse_token(opened.token.reveal())
        assert token is not None
        return Bearer(*token)

    def standing(self, account: AccountId) -> Standing:
        """Load an account."""
        with self.database.read() as sql:
            found = accounts_store.by_id(sql, account)
        assert found is not None
        return found

    def entries(self) -> list[Entry]:
        """Read the audit trail in the order of writing, which a clock that stands still does not tell."""
        with self.database.read() as sql:
            place = "rowid" if sql.dialect.name == "sqlite" else "ctid"
            written = sql.exec_driver_sql(f"SELECT id FROM audit_entries ORDER BY {place}").scalars()  # noqa: S608 - ours
            ids = [one if isinstance(one, UUID) else UUID(bytes=one) for one in written]
            entries = {entry.id: entry for entry in audit_store.page(sql, {}, 10_000)}
        return [entries[one] for one in ids]

    def mails(self) -> list[Mail]:
        """Read the outbox, oldest first."""
        with self.database.read() as sql:
            return notices_store.page(sql, {}, 200)[::-1]

    def collect_mail(self) -> list[tuple[str, Letter]]:
        """Hand over all mail that is due, and give each recipient with the letter."""
        post: list[tuple[str, Letter]] = []
        while notices.send_due(self.runtime, lambda letter, recipient, *_: post.append((recipient, letter))):
            pass
        return post
