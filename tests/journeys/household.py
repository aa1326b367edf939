"""A real server with people on it: their accounts are put into its database, their way in is their own."""

import hmac
import re
import struct
from base64 import b32decode, b32encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from doorward import app, config
from doorward.edges.crypto.argon2 import Argon2Hasher
from doorward.edges.entropy import SystemEntropy
from doorward.edges.sql.sqlite import SqliteDatabase
from doorward.features.administration.actions.editing import edit_account
from doorward.features.administration.model import EditAccount
from doorward.features.otp import actions as otp
from doorward.features.passwords import actions as passwords
from doorward.features.recovery_codes import actions as recovery_codes
from doorward.kernel.ids import AccountId
from doorward.kernel.ports import Encode, Secret
from tests.controls import FileClock
from tests.launcher import CHEAP, Server, eventually, launched
from tests.worlds import TurnableClock, World

PASSWORD = "a walk in the wood"


@cache
def _hash() -> str:
    """Hash everybody's password once, at the server's own cost."""
    hashed = Argon2Hasher(SystemEntropy(), CHEAP).run(Encode(Secret(PASSWORD)))
    assert isinstance(hashed, str)
    return hashed


class ServersClock(TurnableClock):
    """The clock of a server that runs."""

    def __init__(self, server: Server) -> None:
        """Take the server whose clock it is."""
        super().__init__()
        self._server = server

    def now(self) -> datetime:
        """Read the server's clock."""
        return self._server.now()

    def turn(self, by: timedelta) -> None:
        """Turn the server's clock."""
        self._server.turn(seconds=by.total_seconds())


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a password, and with a secret key in their app."""

    account: AccountId
    name: str
    key: str = ""
    recovery_codes: tuple[str, ...] = ()

    @property
    def full_name(self) -> str:
        """Say what others see."""
        return self.name.title()


@dataclass(frozen=True, slots=True)
class Household:
    """A server, and the world behind it as tests reach into it."""

    server: Server
    world: World

    def add(self, name: str, *roles: str, key: bool = True, **state: Any) -> Person:
        """Add somebody who signs in with the one password, and with a key of their own unless that is left out."""
        account = self.world.add(name, *roles, **state)
        secret, codes = b"", tuple[str, ...]()
        with self.world.writing() as call:
            passwords.put(call, account, _hash())
            if key:
                secret = call.entropy.bytes(20)
                otp.bind_key(call, account, secret, 0)
                codes = recovery_codes.make_codes(call, account)
        return Person(account, name, b32encode(secret).decode(), codes)

    def protect(self, person: Person) -> None:
        """Mark somebody's account protected."""
        self.world.run(edit_account, EditAccount(person.account, None, protected=True))

    def ask_for_new_password(self, person: Person) -> None:
        """Let the next sign-in ask for a new password."""
        self.world.run(edit_account, EditAccount(person.account, None, must_change_password=True))

    def code(self, key: str, *, steps: int = 0) -> str:
        """Give the code that an app shows: RFC 6238, written out once more."""
        counter = struct.pack(">q", int(self.server.now().timestamp()) // 30 + steps)
        digest = hmac.digest(b32decode(key.replace(" ", "")), counter, "sha1")
        offset = digest[-1] & 15
        return f"{(int.from_bytes(digest[offset : offset + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"

    def next_code(self, key: str) -> str:
        """Let the present time step pass, and give the code of the next."""
        self.server.turn(seconds=30)
        return self.code(key)

    def mailed_link(self, recipient: str, page: str = r"[\w-]+") -> str:
        """Wait for a mail with a link to a page of this server in it, and give the link's path."""
        return self._mailed(recipient, rf"{re.escape(self.server.url)}(/{page}/[\w-]{{64}})")

    def mailed_code(self, recipient: str) -> str:
        """Wait for a mail with a code in it, and give the newest."""
        return self._mailed(recipient, r"^\s*(\d{6})\s*$")

    def _mailed(self, recipient: str, pattern: str) -> str:
        def found() -> list[str]:
            texts = (mail.get_body(("plain",)) for mail in self.server.mails(recipient))
            matches = (re.search(pattern, text.get_content(), re.MULTILINE) for text in texts if text is not None)
            return [match[1] for match in matches if match]

        eventually(lambda: bool(found()))
        return found()[-1]


@contextmanager
def household(folder: Path, **given: Any) -> Iterator[Household]:
    """Start a server on nothing, and stop it at the end."""
    with launched(folder, **given) as server:
        settings = config.load({"data": server.data, "public_url": server.url}, {}).settings
        runtime = app.open_runtime(settings, clock=FileClock(server.controls))
        database = runtime.database
        assert isinstance(database, SqliteDatabase)
        try:
            yield Household(server, World(runtime, ServersClock(server), database))
        finally:
            database.close()
