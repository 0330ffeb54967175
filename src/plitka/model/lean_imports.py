"""Import of diffusers and transformers without what they look for and plitka does not use.

At import they look for packages that may extend them, and import those that they find; and they read the lists of all
files that are installed: a quarter of a second of a process that paints one picture.
"""

import importlib.metadata
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cached_property

UNUSED = ("peft", "scipy", "torchvision")
"""What diffusers and transformers import where it is installed, and plitka does not use."""


@contextmanager
def lean_imports() -> Iterator[None]:
    """Import diffusers and transformers inside; only for a process that is plitka's own.

    Inside they find nothing of `UNUSED`, and they remember that.
    """
    read = importlib.metadata.packages_distributions
    distributions = _Distributions(read)
    with ExitStack() as inside:
        importlib.metadata.packages_distributions = lambda: distributions
        inside.callback(setattr, importlib.metadata, "packages_distributions", read)
        for name in set(UNUSED) - set(sys.modules):
            sys.modules[name] = None  # type: ignore[assignment]  # Python's own way to say that it is not there
            inside.callback(sys.modules.pop, name)
        yield


class _Distributions(Mapping[str, list[str]]):
    """What `packages_distributions` gives: of every package, which distributions it comes from.

    It reads the lists of all files that are installed, so it is asked when the answer is wanted, which is seldom.
    """

    def __init__(self, read: Callable[[], Mapping[str, list[str]]]) -> None:
        self._read = read

    @cached_property
    def _all(self) -> Mapping[str, list[str]]:
        return self._read()

    def __getitem__(self, package: str) -> list[str]:
        return self._all[package]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)
