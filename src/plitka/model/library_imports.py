"""Import the large libraries without running Python's garbage collector over them, and use them in silence.

They create 400,000 objects that live as long as the process. The collector would traverse all of them several times
during the import, and again at exit: two seconds of a run that makes a single picture.
"""

import gc
import os
import sys
import warnings
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


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Silence the advice and progress bars of diffusers and transformers; their errors are exceptions.

    `TRANSFORMERS_VERBOSITY` and `DIFFUSERS_VERBOSITY`, if set, keep their effect.
    """
    from diffusers.utils import logging as diffusers_logging  # noqa: PLC0415
    from transformers.utils import logging as transformers_logging  # noqa: PLC0415

    libraries = ((diffusers_logging, "DIFFUSERS_VERBOSITY"), (transformers_logging, "TRANSFORMERS_VERBOSITY"))
    levels = [library.get_verbosity() for library, _ in libraries]
    bars = [library.is_progress_bar_enabled() for library, _ in libraries]
    for library, variable in libraries:
        library.disable_progress_bar()
        if variable not in os.environ:
            library.set_verbosity_error()
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=FutureWarning, module=r"(diffusers|transformers|peft)\.")
            # Raised by numpy where diffusers' scheduler hands it a tensor.
            warnings.filterwarnings("ignore", message="__array__ implementation", category=DeprecationWarning)
            yield
    finally:
        for (library, _), level, has_bar in zip(libraries, levels, bars, strict=True):
            library.set_verbosity(level)
            if has_bar:
                library.enable_progress_bar()
