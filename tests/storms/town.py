"""A launched server and its people: written into its database beside it, since a storm needs many of them at once.

What the storms find out they read from the server's own record: audit entries and mail over the API, rows from the
database. The tests keep no books of their own.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, TypedDict, Unpack
from urllib.parse import urlencode
from uuid import UUID

from doorward import app, config
from doorward.edges.call import Call
from doorward.edges.crypto.argon2 import Argon2Hasher, Parameters
from doorward.edges.entropy import SystemEntropy
from doorward.edges.run import Runtime
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import AccountKind, Lock, LockReason, NewAccount
from doorward.features.otp import actions as otp
from doorward.features.otp.model import NO_STEP
from doorward.features.passwords import actions as passwords
from doorward.features.policy.actions import change_password_rules
from doorward.features.policy.model import ChangePasswordRules
from doorward.features.recovery_codes import actions as recovery_codes
from doorward.features.rights import store as rights
from doorward.features.rights.model.facts import Assignment
from doorward.features.second_factor.actions import states
from doorward.features.sessions import actions as sessions
from doorward.features.sessions.model import OpenedWith, SessionOpened
from doorward.features.signin.actions import pending
from doorward.features.signin.model import Next
from doorward.kernel.events import Door, Origin
from doorward.kernel.ids import AccountId, new_id
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Encode, Secret
from doorward.kernel.time import to_the_second
from tests import keys
from tests.controls import FileClock
from tests.launcher import CHEAP, Server, launched
from tests.storms import wire
from tests.storms.size import FULL
from tests.storms.wire import Answer
from tests.worlds import OWNER

PASSWORD = "a walk in the wood"
API = "/api/v1"
WATCH = timedelta(minutes=10)
_HERE = Origin(Door.CLI)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in."""

    name: str
    account: AccountId
    email: str
    secret: bytes = field(repr=False)

    def code(self, at: datetime, steps: int = 0) -> str:
        """Read the display of their app."""
        return keys.code(self.secret, at, steps)

    def wrong_code(self, at: datetime) -> str:
        """Make up six digits that their app shows at no time near."""
        near = {self.code(at, steps) for steps in range(-25, 26)}
        return next(digits for digits in (f"{number:06d}" for number in range(100)) if digits not in near)


@cache
def _encoded(cost: Parameters) -> str:
    return str(Argon2Hasher(SystemEntropy(), cost).run(Encode(Secret(PASSWORD))))


class Special(TypedDict, total=False):
    """What is special about somebody."""

    password: bool
    """False: the account has none."""
    key: bool
    """False: the account has no second factor."""
    allowed: bool
    """On the allowlist."""
    excluded: bool
    disabled: bool
    external: bool
    must_change: bool


@dataclass(frozen=True, slots=True)
class Town:
    """A server under storm."""

    server: Server
    runtime: Runtime
    olga: Person
    """An administrator, who looks at what happened."""
    others: tuple[Server, ...] = ()
    """Further nodes on the same database."""
    watches: list[tuple[datetime, str]] = field(default_factory=list)
    """Sessions in which she looks, and since when."""

    @property
    def url(self) -> str:
        """Say where the server listens."""
        return self.server.url

    @property
    def urls(self) -> list[str]:
        """Say where all nodes listen."""
        return [node.url for node in self.nodes]

    @property
    def nodes(self) -> tuple[Server, ...]:
        """Give all servers on the database."""
        return (self.server, *self.others)

    @property
    def names(self) -> set[str]:
        """Name the nodes, as their entries do."""
        return {node.node or "node-1" for node in self.nodes}

    @property
    def cost(self) -> Parameters:
        """Say what a password's hash costs here."""
        return Parameters() if self.server.real_cost else CHEAP

    def add(self, name: str, *roles: str, **special: Unpack[Special]) -> Person:
        """Add somebody with the one password and a secret key, unless told otherwise."""
        with self.writing() as call:
            return _add(call, self.cost, name, *roles, **special)

    def add_several(self, name: str, count: int, **special: Unpack[Special]) -> list[Person]:
        """Add so many people who are alike, in one transaction."""
        with self.writing() as call:
            return [_add(call, self.cost, f"{name}-{number}", **special) for number in range(count)]

    def add_locked(self, name: str, count: int) -> list[Person]:
        """Add so many people whom failures have locked."""
        people = self.add_several(name, count)
        with self.writing() as call:
            for one in people:
                accounts.set_lock(call, one.account, Lock(to_the_second(call.now), LockReason.FAILURES))
        return people

    @contextmanager
    def writing(self) -> Iterator[Call]:
        """Open a writing transaction beside the server, for the plain functions of the features."""
        with self.runtime.writing(_HERE) as call:
            yield call

    def rules(self, **changes: int) -> None:
        """Change password rules."""
        outcome = self.runtime.run(change_password_rules, ChangePasswordRules(changes), OWNER, _HERE)
        assert not isinstance(outcome, Refused)

    def token(self, person: Person, opened_with: OpenedWith = OpenedWith.SECRET_KEY) -> str:
        """Open a session without its steps, and give its token."""
        with self.writing() as call:
            standing = accounts.load(call, person.account)
            assert standing is not None
            opened = sessions.open_session(call, person.account, standing.state.epoch, opened_with)
        assert isinstance(opened, SessionOpened)
        return opened.token.reveal()

    def pending(self, person: Person, step: Next, count: int = 1) -> list[str]:
        """Open so many sign-ins that stand at a step, and give what each is named by."""
        with self.writing() as call:
            standing = accounts.load(call, person.account)
            assert standing is not None
            return [pending.open_pending(call, standing, step)[0].reveal() for _ in range(count)]

    def recovery_codes(self, person: Person) -> tuple[str, ...]:
        """Make somebody's recovery codes."""
        with self.writing() as call:
            return recovery_codes.make_codes(call, person.account)

    def ask(self, line: str, body: object = None, token: str | None = None, **headers: str) -> Answer:
        """Ask under `/api/v1`, on a connection of its own."""
        return wire.ask(self.url, api(line, body, token, **headers))

    def rows(self, query: str, *values: Any) -> list[dict[str, Any]]:
        """Read rows of the database, which SQLite and PostgreSQL each spell in their own way."""
        with self.runtime.database.read() as sql:
            if sql.dialect.name == "postgresql":
                query = query.replace("?", "%s")
            else:
                values = tuple(one.bytes if isinstance(one, UUID) else one for one in values)
            return [dict(row) for row in sql.exec_driver_sql(query, values).mappings()]

    def count(self, query: str, *values: Any) -> int:
        """Read one number from the database."""
        return int(next(iter(self.rows(query, *values)[0].values())))

    def entries(self, person: Person | None = None, **wanted: str) -> list[dict[str, Any]]:
        """Read audit entries over the API, newest first; those about one person, or all."""
        return self.listed("/audit", **wanted, **({} if person is None else {"account": str(person.account)}))

    def attempts(self, act: str, person: Person | None = None, **wanted: str) -> Counter[tuple[str, str | None]]:
        """Count the attempts of an act by outcome and result, as the audit trail tells them."""
        return Counter((entry["outcome"], entry["result"]) for entry in self.entries(person, act=act, **wanted))

    def mails(self, person: Person) -> list[dict[str, Any]]:
        """List all mail to one account over the API, newest first."""
        return self.listed("/mail", account=str(person.account))

    @property
    def watch(self) -> str:
        """Give the token of a session of Olga's that is not idle yet."""
        if not self.watches or self.server.now() - self.watches[-1][0] > WATCH:
            self.watches.append((self.server.now(), self.token(self.olga)))
        return self.watches[-1][1]

    def listed(self, path: str, **wanted: str) -> list[dict[str, Any]]:
        """Read a whole list over the API, page after page."""
        token = self.watch
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            query = {**wanted, "limit": "200"} | ({} if cursor is None else {"cursor": cursor})
            page = self.ask(f"GET {path}?{urlencode(query)}", token=token).json()
            found += page["items"]
            cursor = page["next"]
            if cursor is None:
                return found

    def now(self) -> str:
        """Say what the server's clock shows, as the API takes it."""
        return self.server.now().isoformat()


def api(line: str, body: object = None, token: str | None = None, **headers: str) -> bytes:
    """Write a request to the API: `POST /sign-in`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return wire.request(line.replace(" ", f" {API}", 1), body, token=token, headers=named)


def password_of(name: str, password: str = PASSWORD, address: str | None = None) -> bytes:
    """Write a request that gives a name and a password; `address` is where the proxy says it came from."""
    said = {} if address is None else {"x_forwarded_for": address}
    return api("POST /sign-in", {"user_name": name, "password": password}, **said)


def address(number: int) -> str:
    """Give one of many addresses, as a proxy would name them."""
    return f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


@contextmanager
def town(folder: Path, options: Mapping[str, Any] | None = None, **given: Any) -> Iterator[Town]:
    """Launch a server and open its database beside it; Olga is there already.

    At full size a password's hash has its real cost.
    """
    with (
        launched(folder, options=options or {}, **{"real_cost": FULL, **given}) as server,
        beside(server) as (runtime, olga),
    ):
        yield Town(server, runtime, olga)


@contextmanager
def beside(server: Server) -> Iterator[tuple[Runtime, Person]]:
    """Open a server's database beside it, and write Olga into it."""
    settings = config.load({"data": str(server.data), **server.options}, {}).settings
    runtime = app.open_runtime(settings, clock=FileClock(server.controls))
    try:
        with runtime.writing(_HERE) as call:
            olga = _add(call, CHEAP, "olga", "administrator")
        yield runtime, olga
    finally:
        runtime.database.close()


def _add(call: Call, cost: Parameters, name: str, *roles: str, **special: Unpack[Special]) -> Person:
    account = AccountId(new_id(call.now, call.entropy))
    person = Person(name, account, f"{name}@example.org", call.entropy.bytes(20))
    kind = AccountKind.EXTERNAL if special.get("external") else AccountKind.INTERNAL
    accounts.add(call, NewAccount(account, name, name.title(), person.email, kind, call.now))
    for role in roles:
        rights.grant(call.sql, account, Assignment(role), rights.WriteStamp("system", call.now))
    if special.get("password", True):
        passwords.put(call, account, _encoded(cost), must_change=special.get("must_change", False))
    if special.get("key", True):
        otp.bind_key(call, account, person.secret, NO_STEP)
    if special.get("allowed"):
        states.allow_on_creation(call, account)
    accounts.set_excluded(call, account, excluded=special.get("excluded", False))
    standing = accounts.load(call, account)
    if special.get("disabled") and standing is not None:
        accounts.set_enabled(call, standing.account, enabled=False)
    return person
