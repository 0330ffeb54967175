"""Memory that is free within the process, and how the system gets it back."""

import ctypes
import gc
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


def leave_out_of_collection() -> None:
    """Have the garbage collector look no more at what is there now, which is there to stay.

    It goes through everything only when what is new comes to a quarter of all, which after the imports of a service are
    tens of thousands of objects: what connections and requests leave in cycles would lie about for so long, and what
    comes meanwhile would need further memory.
    """
    gc.collect()
    gc.freeze()
    gc.collect()  # the quarter is of what the last round found


def collect_everything() -> None:
    """Collect what nobody has any more, also of what was left out."""
    gc.unfreeze()
    gc.collect()


def give_memory_back() -> None:
    """Let the system have every page on which nothing is any more; without glibc nothing happens.

    By itself glibc gives back little of what many sizes and threads have left, such as the copies of large pictures.
    """
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


class Tidier:
    """Gives memory back a while after something has ended that took much of it; twice, if much ends at a time.

    The first time some of it may still be held, since what ended last was not a while ago.
    """

    def __init__(self, tidy: Callable[[], None] = give_memory_back) -> None:
        """`tidy` is called in a thread of its own."""
        self._tidy = tidy
        self._lock = threading.Lock()
        self._is_due = self._is_due_again = False

    def soon(self) -> None:
        """Something has ended."""
        with self._lock:
            self._is_due_again = self._is_due
            if self._is_due:
                return
            self._is_due = True
        self._begin()

    def _begin(self) -> None:
        timer = threading.Timer(_AFTER_S, self._now)
        timer.daemon = True
        timer.start()

    def _now(self) -> None:
        self._tidy()
        with self._lock:
            self._is_due, self._is_due_again = self._is_due_again, False
            if not self._is_due:
                return
        self._begin()
