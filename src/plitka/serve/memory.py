"""Memory that is free within the process, and how the system gets it back."""

import ctypes
import os
import threading
from collections.abc import Callable

_AFTER_S = 1.0
_M_ARENA_MAX = -8
"""Of glibc's mallopt: how many heaps there are."""


def use_one_heap() -> None:
    """Have all threads share one heap, before they begin; what a user has set is left alone.

    glibc gives a heap to each thread, and what is free at the end of one of those is never given back.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None and "MALLOC_ARENA_MAX" not in os.environ:
        mallopt(_M_ARENA_MAX, 1)


def give_memory_back() -> None:
    """Let the system have every page on which nothing is any more; without glibc nothing happens.

    By itself glibc gives back little of what many sizes and threads have left, such as the copies of large pictures.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


class Tidier:
    """Gives memory back a while after something has ended that took much of it; once, if much ends at a time."""

    def __init__(self, tidy: Callable[[], None] = give_memory_back) -> None:
        """`tidy` is called in a thread of its own."""
        self._tidy = tidy
        self._lock = threading.Lock()
        self._is_due = False

    def soon(self) -> None:
        """Something has ended."""
        with self._lock:
            if self._is_due:
                return
            self._is_due = True
        timer = threading.Timer(_AFTER_S, self._now)
        timer.daemon = True
        timer.start()

    def _now(self) -> None:
        with self._lock:
            self._is_due = False
        self._tidy()
