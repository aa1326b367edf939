"""What an operator does to somebody's secret key, and what is seen of it afterwards."""

from doorward.features.second_factor.actions import secret_key, states
from doorward.features.second_factor.model import (
    AllowlistEntry,
    AlreadyBlocked,
    DeleteSecretKey,
    FactorState,
    ResetSecretKey,
    SecretKeyDeleted,
    SecretKeyReset,
)
from doorward.features.sessions import actions as sessions
from doorward.features.sessions.model import SessionShown, ShowSession
from doorward.kernel.act import Bearer
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused
from tests.worlds import World


def state(world: World, account: AccountId) -> FactorState:
    """Say what follows the account's right password."""
    with world.reading() as call:
        return states.factor_state(call, world.standing(account))


def entry(world: World, account: AccountId) -> AllowlistEntry | None:
    """Load the account's allowlist entry."""
    with world.reading() as call:
        return states.entry_of(call, account)


def reset(world: World, account: AccountId, by: Bearer) -> SecretKeyReset | Refused:
    """Reset the account's secret key."""
    return world.run(secret_key.reset_secret_key, ResetSecretKey(account, "lost phone"), by)


def delete(world: World, account: AccountId, by: Bearer) -> SecretKeyDeleted | AlreadyBlocked | Refused:
    """Delete the account's secret key."""
    return world.run(secret_key.delete_secret_key, DeleteSecretKey(account, "left the firm"), by)


def alive(world: World, session: Bearer) -> bool:
    """Tell whether a session still stands."""
    shown = world.run(sessions.show_session, ShowSession(), session)
    return isinstance(shown, SessionShown)
