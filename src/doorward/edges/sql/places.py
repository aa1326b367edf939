"""A fixed number at a time, first come first served.

A `threading.Semaphore` lets whoever is running take the place that another was just woken for. Under load the same few
threads then go on and on, and a guess that was compared long ago waits for its conclusion until it is given up.
"""

import threading
from collections import deque


class Places:
    """Places that are handed to whoever has waited longest."""

    def __init__(self, count: int) -> None:
        """Open with all places free."""
        self._free = count
        self._line: deque[threading.Event] = deque()
        self._guard = threading.Lock()

    @property
    def waiting(self) -> int:
        """Count who stands in line."""
        return len(self._line)

    def take(self, seconds: float) -> bool:
        """Take a place, or wait in line for it for `seconds` at most; tell whether there was one."""
        with self._guard:
            if self._free:
                self._free -= 1
                return True
            turn = threading.Event()
            self._line.append(turn)
        if turn.wait(seconds):
            return True
        with self._guard:
            if turn.is_set():  # it was handed over in the last moment
                return True
            self._line.remove(turn)
        return False

    def give_back(self) -> None:
        """Hand the place to whoever has waited longest."""
        with self._guard:
            if self._line:
                self._line.popleft().set()
            else:
                self._free += 1
