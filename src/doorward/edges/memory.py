"""What a process holds: memory given back to the system now and then, and what need not be looked at again.

A hash takes 19 MiB for some 30 ms. glibc keeps them for the next one, which spares that one 5,000 page faults, and
never gives them back by itself: a server that nobody signs in to would hold the memory of a hash for every core.
"""

import ctypes
import gc
from contextlib import suppress

_ARENA_MAX = -8
"""`M_ARENA_MAX` of mallopt(3)."""


def share_one_heap() -> None:
    """Let all threads that begin from now on take from one heap: what lies on top of another is never given back."""
    with suppress(AttributeError, OSError):  # another C library, or none that can be asked
        ctypes.CDLL(None).mallopt(_ARENA_MAX, 1)


def keep_what_is_there() -> None:
    """Let the garbage collector look no more at what there is by now: classes, routes, statements.

    They are some hundred thousand objects that stay as long as the process. A full look at them took 150 ms, in which
    nobody was answered.
    """
    gc.freeze()
    gc.enable()


def look_at_nothing_yet() -> None:
    """Let the garbage collector rest until `keep_what_is_there`: what a start makes is there to stay."""
    gc.disable()


def give_back() -> bool:
    """Give what is free back to the system; tell whether there was anything, and whether this system knows how to.

    malloc_trim(3) takes a millisecond or two.
    """
    with suppress(AttributeError, OSError):
        return bool(ctypes.CDLL(None).malloc_trim(0))
    return False
