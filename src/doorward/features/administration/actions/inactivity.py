"""Locking whoever was not here for too long, without waiting for somebody to try (LOCK-1); for the worker."""

from collections.abc import Sequence
from datetime import timedelta

from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.accounts.model import Idle
from doorward.features.lockout.actions import locking as lockout
from doorward.features.policy import actions as policy
from doorward.kernel.ids import AccountId

_NOBODY = Idle((), None)


def find_idle(call: Call, after: AccountId | None, most: int) -> Idle:
    """Look through a stretch of the accounts for those that nobody uses, each by the rules that serve it."""
    since = {name: call.now - timedelta(days=days) for name, days in policy.days_inactive(call).items()}
    return accounts.idle(call, after, since, most) if since else _NOBODY


def lock_idle(call: Call, found: Sequence[AccountId]) -> int:
    """Lock those that are still unused, and say how many.

    A disabled account is left as it is: enabling begins its days anew, and no lock should wait for it then.
    """
    standings = [accounts.load(call, account) for account in found]
    return sum(lockout.lock_for_inactivity(call, one) for one in standings if one is not None and one.account.enabled)
