"""What the worker clears up of sign-ins."""

from doorward.edges.call import Call
from doorward.features.signin import store
from doorward.features.signin.rules import spraying


def purge(call: Call) -> int:
    """Delete pending sign-ins that are past their end, with the keys set up in them, and names no longer counted."""
    names = store.forget_names(call.sql, spraying.counted_since(call.now))
    return store.forget_expired(call.sql, call.now) + names
