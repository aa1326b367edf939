"""People to measure with: written straight into a fresh database, with one password and a key each."""

import hmac
import struct
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from bench.measuring import NotMeasured
from doorward import app, config, starting
from doorward.edges.call import Call
from doorward.edges.entropy import SystemEntropy
from doorward.edges.run import Runtime
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import AccountKind, NewAccount
from doorward.features.applications.actions.handing_over import hand_over, take_ticket
from doorward.features.applications.actions.hosts import add_host
from doorward.features.applications.model import AddHost, HandOver, TakeTicket, TicketToken
from doorward.features.otp import actions as otp
from doorward.features.passwords import actions as passwords
from doorward.features.sessions import actions as sessions
from doorward.features.sessions.model import OpenedWith, SessionOpened
from doorward.kernel.act import Bearer, Nobody, Owner
from doorward.kernel.events import Door, Origin
from doorward.kernel.ids import AccountId, new_id
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Encode, Secret
from doorward.kernel.tokens import parse_token

PASSWORD = "a walk in the wood"
_BATCH = 500
_SHARE = 20
_HERE, _OWNER = Origin(Door.CLI), Owner("cli:bench")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can sign in."""

    user_name: str
    secret: bytes
    account: AccountId

    def code(self) -> str:
        """Compute the code that the person's app shows now."""
        digest = hmac.digest(self.secret, struct.pack(">q", int(time.time()) // 30), "sha1")
        offset = digest[-1] & 15
        return f"{(int.from_bytes(digest[offset : offset + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


def settings_of(data: Path) -> config.Settings:
    """Read the settings of a data directory."""
    return config.load({"data": str(data)}).settings


def make(data: Path, count: int, *, name: str = "person", excluded: bool = False) -> list[Person]:
    """Add so many people; with `excluded` they sign in by password alone."""
    settings = settings_of(data)
    starting.first_run(settings)
    runtime = app.open_runtime(settings)
    encoded = str(app.real_hasher(settings, SystemEntropy()).run(Encode(Secret(PASSWORD))))
    people: list[Person] = []
    for start in range(0, count, _BATCH):
        with runtime.writing(_HERE) as call:
            numbers = range(start, min(start + _BATCH, count))
            people += [_add(call, f"{name}-{number}", encoded, excluded=excluded) for number in numbers]
    runtime.database.close()
    return people


def open_sessions(data: Path, people: list[Person], each: int) -> list[str]:
    """Open so many sessions for each person, and give their tokens."""
    runtime = app.open_runtime(settings_of(data))
    tokens: list[str] = []
    for start in range(0, len(people), _SHARE):
        with runtime.writing(_HERE) as call:
            tokens += [_open(call, person) for person in people[start : start + _SHARE] for _ in range(each)]
    runtime.database.close()
    return tokens


def enter(data: Path, host: str, tokens: list[str]) -> list[str]:
    """Register a host, carry these sessions over to it, and give the tokens that they have there."""
    runtime = app.open_runtime(settings_of(data))
    runtime.run(add_host, AddHost(host), _OWNER, _HERE)
    entered = [_enter(runtime, host, token) for token in tokens]
    runtime.database.close()
    return entered


def _enter(runtime: Runtime, host: str, token: str) -> str:
    nonce = sha256(token.encode()).digest()
    handed = runtime.run(hand_over, HandOver(host, "/", nonce), Bearer(*_named(token)), _HERE)
    if isinstance(handed, Refused):
        raise NotMeasured(f"a session was not handed over: {handed.code}")
    command = TakeTicket(TicketToken(*_named(handed.ticket.reveal())), host, nonce)
    taken = runtime.run(take_ticket, command, Nobody(), _HERE)
    if isinstance(taken, Refused):
        raise NotMeasured(f"a ticket was not taken: {taken.code}")
    return taken.token.reveal()


def _named(token: str) -> tuple[AccountId, bytes]:
    named = parse_token(token)
    if named is None:
        raise NotMeasured("a token of ours cannot be read")
    return named


def _add(call: Call, name: str, encoded: str, *, excluded: bool) -> Person:
    account, secret = AccountId(new_id(call.now, call.entropy)), call.entropy.bytes(20)
    accounts.add(call, NewAccount(account, name, name.title(), None, AccountKind.INTERNAL, call.now))
    passwords.put(call, account, encoded)
    if excluded:
        accounts.set_excluded(call, account, excluded=True)
    else:
        otp.bind_key(call, account, secret, 0)
    return Person(name, secret, account)


def _open(call: Call, person: Person) -> str:
    opened = sessions.open_session(call, person.account, 1, OpenedWith.SECRET_KEY)
    if not isinstance(opened, SessionOpened):
        raise TypeError(opened.code)
    return opened.token.reveal()
