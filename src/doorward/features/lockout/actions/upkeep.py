"""What the worker clears up: lapsed locks, attempts whose process died, names that nobody has."""

from doorward.edges.call import Call
from doorward.features.accounts import actions as accounts
from doorward.features.lockout import rules, store
from doorward.features.lockout.actions import attempts, locking


def clear_lapsed_locks(call: Call, most: int) -> int:
    """Clear locks that have come to their end; for the worker."""
    found = accounts.load_many(call, accounts.lapsed(call, most))
    return sum(locking.clear_lapsed(call, standing) for standing in found.values())


def has_dead_attempts(call: Call) -> bool:
    """Return whether there are attempts whose process died; for the worker."""
    return bool(store.accounts_with_stale(call.sql, rules.in_flight(call.now), 1))


def settle_dead_attempts(call: Call, most: int) -> int:
    """Count attempts whose process died as failures; for the worker."""
    dead = store.accounts_with_stale(call.sql, rules.in_flight(call.now), most)
    for account in dead:
        attempts.settle_dead(call, account, accounts.load(call, account))
    return len(dead)


def purge(call: Call) -> int:
    """Forget what was counted for names that nobody has (LOCK-11)."""
    return store.forget_unknown(call.sql, call.now - rules.UNKNOWN_NAME_LIFE)
