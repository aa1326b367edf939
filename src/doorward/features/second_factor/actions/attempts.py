"""Reserving a guess in a step of its own: tried again while those in flight may still give theirs back (LOCK-2)."""

from collections.abc import Callable, Generator
from typing import Any, TypeVar

from doorward.edges.call import Call, Resumed
from doorward.features.lockout import rules
from doorward.kernel.outcome import Place, Wait

A = TypeVar("A")


def reserved(act: str, reserve: Callable[[Call], A]) -> Generator[Any, Resumed, A]:
    """Take a place in the hash queue, then reserve; whoever waited in vain is told to wait still (`WaitForOthers`)."""
    resumed: Resumed = yield Place(act)
    found, since = reserve(resumed.call), resumed.call.now
    for _ in range(rules.WAITS):
        if not isinstance(found, rules.WaitForOthers) or not resumed.answer:
            break
        if not rules.may_wait(since, resumed.call.now):
            break
        resumed = yield Wait(rules.WAIT_SECONDS)
        if resumed.answer:
            found = reserve(resumed.call)
    return found
