"""Memory that is free within the process, and how the system gets it back."""

import ctypes


def give_memory_back() -> None:
    """Let the system have every page on which nothing is any more; without glibc nothing happens.

    By itself glibc gives back little of what many sizes and threads have left, such as the copies of large pictures.
    """
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
