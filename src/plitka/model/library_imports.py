"""Imports of the large libraries, which Python's collector need not look through.

They bring 400,000 objects that last as long as the process. The collector would go through all of them several times
while they come, and again at the exit: two seconds of a run of a single picture.
"""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def lasting_imports() -> Iterator[None]:
    """Import large modules inside: the collector rests meanwhile, and leaves alone for good what has come by then.

    Where all of them were there already nothing is set apart, so that an engine that was dropped can still be freed.
    """
    is_collecting, n_modules = gc.isenabled(), len(sys.modules)
    gc.disable()
    try:
        yield
    finally:
        if len(sys.modules) > n_modules:
            gc.freeze()
        if is_collecting:
            gc.enable()
