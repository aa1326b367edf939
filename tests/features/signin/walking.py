"""What the tests of sign-in share: walking through its steps as a person does, with an authenticator of their own."""

import hmac
import struct
from base64 import b32decode
from dataclasses import dataclass
from typing import Any

from doorward.edges.call import Steps
from doorward.edges.steps import PlainDriver
from doorward.features.passwords import actions as passwords
from doorward.features.second_factor.actions.allowlist import allow_set_up
from doorward.features.second_factor.model import AllowSetUp, KeyShown
from doorward.features.signin.actions.codes import give_code, give_device_code
from doorward.features.signin.actions.password import sign_in
from doorward.features.signin.actions.set_up import confirm_set_up, show_set_up
from doorward.features.signin.model import (
    ConfirmSetUp,
    GiveCode,
    GiveDeviceCode,
    PendingToken,
    ShowSetUp,
    SignIn,
    SignInGoesOn,
)
from doorward.kernel.events import Origin
from doorward.kernel.ids import AccountId
from doorward.kernel.ports import Encode, HashJob, Matches, Secret, Verified, Verify
from doorward.kernel.tokens import parse_token
from tests.worlds import API, World

PASSWORD = "a walk in the wood"
ALLOWLISTED = "brings a phone"


def hash_now(job: HashJob) -> Verified | str | bool:
    """Hash at no cost: a stored hash is the password behind a word that names its age."""
    match job:
        case Verify(password, stored):
            right = stored is not None and stored.partition("$")[2] == password.reveal()
            old = stored is not None and stored.startswith("old$")
            return Verified(right, f"new${password.reveal()}" if right and old else None)
        case Encode(password):
            return f"new${password.reveal()}"
        case Matches(password, stored):
            return any(one.partition("$")[2] == password.reveal() for one in stored)


def authenticator(base32: str, world: World, *, steps: int = 0) -> str:
    """Compute the code that an app shows: RFC 6238, written out here once more as a second opinion."""
    counter = struct.pack(">q", int(world.clock.now().timestamp()) // 30 + steps)
    digest = hmac.digest(b32decode(base32), counter, "sha1")
    offset = digest[-1] & 15
    return f"{(int.from_bytes(digest[offset : offset + 4], 'big') & 0x7FFFFFFF) % 1_000_000:06d}"


@dataclass(frozen=True, slots=True)
class Walk:
    """One person's way through sign-in."""

    world: World

    def take(self, steps: Steps, origin: Origin = API) -> Any:
        """Take one step; no two happen at the same instant."""
        self.world.pass_time(milliseconds=1)
        return PlainDriver(self.world.runtime, hash_now).drive(steps, origin)

    def give_password(self, name: str, password: str = PASSWORD, origin: Origin = API) -> Any:
        """Take the first step."""
        return self.take(sign_in(SignIn(name, Secret(password))), origin)

    def person(self, name: str, *roles: str, **state: Any) -> AccountId:
        """Add somebody who has a password."""
        account = self.world.add(name, *roles, **state)
        with self.world.writing() as call:
            passwords.put(call, account, f"new${PASSWORD}")
        return account

    def with_key(self, name: str, *roles: str) -> str:
        """Add somebody who has set up a key in the ordinary way, and give the key."""
        account = self.person(name, *roles)
        allow(self.world, account)
        pending = token_of(self.give_password(name))
        self.take(give_device_code(GiveDeviceCode(pending, self.mailed_code())))
        key = self.take(show_set_up(ShowSetUp(pending)))
        assert isinstance(key, KeyShown)
        base32 = key.secret_key.reveal()
        self.take(confirm_set_up(ConfirmSetUp(pending, authenticator(base32, self.world))))
        self.world.pass_time(seconds=60)
        self.world.collect_mail()
        return base32

    def mailed_code(self) -> str:
        """Read the latest code from the mail."""
        codes = [letter.facts["code"] for _, letter in self.world.collect_mail() if letter.kind == "device_code"]
        return str(codes[-1])

    def code_for(self, pending: PendingToken, base32: str) -> Any:
        """Give the code that the app shows now."""
        return self.take(give_code(GiveCode(pending, authenticator(base32, self.world))))


def allow(world: World, account: AccountId) -> None:
    """Put an account on the allowlist as the server's owner."""
    world.run(allow_set_up, AllowSetUp(account, ALLOWLISTED))


def token_of(outcome: object) -> PendingToken:
    """Read the token of a sign-in that goes on."""
    assert isinstance(outcome, SignInGoesOn), outcome
    assert outcome.sign_in is not None
    parsed = parse_token(outcome.sign_in.reveal())
    assert parsed is not None
    return PendingToken(*parsed)
