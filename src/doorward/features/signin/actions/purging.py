"""What the worker clears up of sign-ins."""

from doorward.edges.call import Call
from doorward.features.signin import store


def purge(call: Call) -> int:
    """Delete pending sign-ins that are past their end, with the keys that were being set up in them."""
    return store.forget_expired(call.sql, call.now)
