"""Work on large maps in bands of rows: maps of a whole picture do not fit a processor's cache, and bands of them do.

Several threads share it, since numpy holds no lock while it computes; which thread has which band changes no bit.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np
import numpy.typing as npt

BAND_PX = 32
_MOST_THREADS = 4

_Band = TypeVar("_Band")
_Cell = TypeVar("_Cell", bound=np.generic)


def thread_count(n_parts: int) -> int:
    """How many threads share so many parts, at least one, of the work on a picture."""
    return min(_MOST_THREADS, os.cpu_count() or 1, n_parts)


def row_bands(n_rows: int) -> Iterator[slice]:
    """The rows of each band, from the top."""
    for top in range(0, n_rows, BAND_PX):
        yield slice(top, min(top + BAND_PX, n_rows))


def compute_bands(bands: Iterable[_Band], work: Callable[[_Band], npt.NDArray[_Cell]]) -> npt.NDArray[_Cell]:
    """What is computed of each band, (..., h, W), one below the other."""
    with ThreadPoolExecutor(thread_count(_MOST_THREADS)) as beside:
        return np.concatenate(list(beside.map(work, bands)), -2)


def fill_bands(n_rows: int, work: Callable[[slice], None]) -> None:
    """Have some work done on the rows of each band, which it writes into maps of its own."""
    with ThreadPoolExecutor(thread_count(_MOST_THREADS)) as beside:
        list(beside.map(work, row_bands(n_rows)))
