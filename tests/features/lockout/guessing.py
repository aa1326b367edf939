"""What the tests of lockout share: guesses, rules, and what they leave."""

from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import LockReason
from doorward.features.lockout.actions import attempts
from doorward.features.lockout.model import (
    Factor,
    Reservation,
)
from doorward.features.policy.actions import change_password_rules
from doorward.features.policy.model import ChangePasswordRules
from doorward.features.sessions.actions import authenticate
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.worlds import World


def set_rules(world: World, **changes: int) -> None:
    """Change the password rules as the server's owner."""
    world.run(change_password_rules, ChangePasswordRules(changes))


def guess(world: World, account: AccountId, *, right: bool = False) -> bool:
    """Make one whole attempt at a password; tell whether it was compared."""
    with world.writing() as call:
        standing = accounts.load(call, account)
        reserved = attempts.reserve_attempt(call, account, Factor.PASSWORD, standing)
        assert isinstance(reserved, Reservation)
        attempts.release_attempt(call, reserved)
        attempts.conclude_attempt(call, reserved, standing, right=right)
        return reserved.counted


def lock_of(world: World, account: AccountId) -> LockReason | None:
    """Say why an account is locked."""
    lock = world.standing(account).state.lock
    return None if lock is None else lock.reason


def acts(world: World) -> list[str]:
    """List what was recorded, without the changes of rules."""
    return [entry.act for entry in world.entries() if entry.act != "policy.changed"]


def refused_as(world: World, bearer: Bearer) -> str | None:
    """Say with which code a session is refused."""
    with world.reading() as call:
        outcome = authenticate(call, bearer)
    return outcome.code if isinstance(outcome, Refused) else None
