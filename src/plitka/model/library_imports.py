"""Import the large libraries without running Python's garbage collector over them.

They create 400,000 objects that live as long as the process. The collector would traverse all of them several times
during the import, and again at exit: two seconds of a run that makes a single picture.
"""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected_imports() -> Iterator[None]:
    """Import large modules inside: the collector is off meanwhile, and all objects that exist then are frozen.

    If nothing new was imported nothing is frozen, so that an engine that was dropped can still be collected.
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
