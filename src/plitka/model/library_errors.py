"""Answer whatever the libraries raise of a user's files: mostly it is the file, and sometimes the machine."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from plitka.errors import BundleError, OutOfMemory, PlitkaError
from plitka.model.device import is_out_of_memory


@contextmanager
def answered_errors(path: Path, message: str) -> Iterator[None]:
    """Turn errors of libraries inside into ours, by the user's own path.

    Args:
        path: what is read.
        message: with places for path and reason, for all that is not a lack of memory.

    Raises:
        OutOfMemory: which says nothing of the file.
        BundleError: the libraries cannot use the file.
    """
    try:
        yield
    except PlitkaError:
        raise
    except Exception as exc:  # tokenizers raises no other kind, and transformers and diffusers kinds of their own
        if is_out_of_memory(exc):
            raise OutOfMemory(
                "memory ran out while {path} was read; free memory, or use a smaller base", path=path
            ) from exc
        raise BundleError(message, path=path, reason=str(exc) or repr(exc)) from exc


def base_errors(folder: Path) -> AbstractContextManager[None]:
    """The same for what is raised of a base in a folder."""
    return answered_errors(folder, "{path} is not a usable SDXL base: {reason}")
