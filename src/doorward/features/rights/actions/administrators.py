"""The able administrators: somebody who could repair the server today must be left (RIGHT-5).

A writer that is alone is so on the whole server, so that the answers stay true; one that runs beside others, as a step
of a sign-in does, holds the question.
"""

from collections.abc import Callable
from typing import TypeVar

from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.rights import store
from doorward.features.rights.actions import facts, holders
from doorward.features.rights.rules import roles, scopes
from doorward.kernel.ids import AccountId
from doorward.kernel.outcome import Refused

T = TypeVar("T")


def administrator_exists(call: Call) -> bool:
    """Tell whether anybody is given Administrator over everything: the first link is dead then, whatever is denied."""
    return bool(_given(call))


def able_administrators(call: Call) -> list[AccountId]:
    """List the accounts that could administer everything today."""
    return accounts.able_among(call, _administrators(call))


def last_able_administrator(call: Call, account: AccountId) -> bool:
    """Return whether this account is the only one left that could administer (RIGHT-5)."""
    if not _administers(call, account):
        return False
    call.hold_administrators()
    return able_administrators(call) == [account]


def last_open_administrator(call: Call, account: AccountId) -> bool:
    """Return whether this is the only able administrator without an automatic lock (never locked for Inactivity)."""
    if not _administers(call, account):
        return False
    call.hold_administrators()
    return [one for one in able_administrators(call) if _open(call, one)] == [account]


def keeping_one(call: Call, change: Callable[[], T]) -> T | Refused:
    """Make a change of who holds what, and take it back where it would leave no able administrator."""
    before = bool(able_administrators(call))
    with call.tentatively() as take_back:
        outcome = change()
        if not before or able_administrators(call):
            return outcome
        take_back()
    facts.forget_roles(call)
    return Refused("rights.last_administrator")


def _administrators(call: Call) -> list[AccountId]:
    """List whoever holds Administrator over everything with nothing denied."""
    return [one for one in _given(call) if _administers(call, one)]


def _given(call: Call) -> list[AccountId]:
    """List whoever is given Administrator over everything, by themselves or through a group."""
    direct = store.holders(call.sql, roles.ADMINISTRATOR)
    through = store.groups_holding(call.sql, roles.ADMINISTRATOR)
    return sorted({*direct, *(member for group in through for member in holders.members(call, group))})


def _administers(call: Call, account: AccountId) -> bool:
    return scopes.administers(facts.holdings_of(call, account), roles.ALL_RIGHTS)


def _open(call: Call, account: AccountId) -> bool:
    standing = accounts.load(call, account)
    lock = standing.state.lock if standing is not None else None
    return lock is None or (lock.ends_at is not None and lock.ends_at <= call.now)
