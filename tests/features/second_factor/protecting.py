"""Changing protected accounts: an operator with password and key, and the proof that comes with a change."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from doorward.edges.sql.tables.lockout import lockout_counters
from doorward.edges.steps import PlainDriver
from doorward.features.accounts import store as accounts_store
from doorward.features.accounts.model import LockReason
from doorward.features.lockout.model import LockAccount
from doorward.features.policy.actions import change_password_rules
from doorward.features.policy.model import ChangePasswordRules
from doorward.features.second_factor.actions.protection import prove
from doorward.features.second_factor.model import PasswordAndCode
from doorward.features.sessions.actions import show_session
from doorward.features.sessions.model import SessionShown, ShowSession
from doorward.kernel.act import Action, Bearer, Caller, Prover
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from doorward.kernel.ports import Secret
from tests.features.signin.walking import PASSWORD, Walk, hash_now
from tests.keys import SECRET, bind, code
from tests.worlds import API, World

REQUIRED = Refused("protection.required")
OVER = Refused("session.required")


def operator(world: World, name: str, *roles: str, secret: bytes = SECRET) -> Bearer:
    """Add an operator who has a password and a key, and sign them in with it."""
    account = Walk(world).person(name, *roles)
    bind(world, account, secret)
    return world.sign_in(account)


def protect(world: World, account: AccountId) -> AccountId:
    """Mark an account without its act."""
    with world.writing() as call:
        standing = world.standing(account)
        accounts_store.save_fields(call.sql, standing.account, {"protected": True}, call.now)
    return account


@dataclass(frozen=True, slots=True)
class Typed:
    """What somebody types for a proof; a code of None is the one that the app shows now."""

    password: str = PASSWORD
    code: str | None = None
    secret: bytes = SECRET

    def proof(self, world: World) -> PasswordAndCode:
        """Give the proof."""
        shown = code(self.secret, world.clock.now()) if self.code is None else self.code
        return PasswordAndCode(Secret(self.password), Secret(shown))


RIGHT = Typed()
WRONG_PASSWORD, WRONG_CODE = Typed(password="a guess"), Typed(code="000000")


def compare(world: World, action: Action[Any, Any], command: object, by: Caller, typed: Typed = RIGHT) -> Prover:
    """Have a proof's password compared: what happens before the change."""
    prover: Prover = PlainDriver(world.runtime, hash_now).drive(prove(action.act, command, by, typed.proof(world)), API)
    return prover


def change(world: World, action: Action[Any, Any], command: object, by: Caller, typed: Typed = RIGHT) -> Any:
    """Change an account with a proof; no two proofs are given at the same instant."""
    world.pass_time(milliseconds=1)
    prover = compare(world, action, command, by, typed)
    return world.runtime.run(action, command, by, API, prover)


def wrong(cause: str) -> Refused:
    """Give the refusal of a wrong proof, with what the audit trail says of it."""
    return Refused("protection.wrong", cause=cause)


def lock(bram: AccountId) -> LockAccount:
    """Ask for Bram's account to be locked."""
    return LockAccount(bram, "left")


def limit(world: World, **rules: int) -> None:
    """Change the password rules."""
    world.run(change_password_rules, ChangePasswordRules(rules))


def lock_reason(world: World, account: AccountId) -> LockReason | None:
    """Say why an account is locked."""
    standing = world.standing(account).state.lock
    return None if standing is None else standing.reason


def failures(world: World, account: AccountId) -> int:
    """Count what is counted in the account's own sessions."""
    with world.reading() as call:
        counted = select(lockout_counters.c.failures).filter_by(account_id=account, context="session")
        return sum(call.sql.execute(counted).scalars())


def in_flight(world: World) -> int:
    """Count reservations."""
    with world.reading() as call:
        return int(call.sql.exec_driver_sql("SELECT count(*) FROM lockout_reservations").scalar_one())


def fresh_at(world: World, session: Bearer) -> object:
    """Say when a session last gave a code of its own (KEY-2)."""
    shown = world.run(show_session, ShowSession(), session)
    assert isinstance(shown, SessionShown)
    return shown.session.fresh_at
