"""Import of diffusers and transformers without what they look for and plitka does not use.

At import they look for packages that may extend them, and import those that they find; and they read the lists of all
files that are installed: a quarter of a second of a process that paints one picture. They also import torch's compiler,
for a single function, networks of all kinds, since those lie in packages with the ones that are wanted, and what is
needed where several processes share one network: more than a second. Such packages are there from the beginning, and
come to be when something in them is asked for that is not.
"""

import importlib.metadata
import importlib.util
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cached_property
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

UNUSED = ("boto3", "peft", "scipy", "sklearn", "torchvision")
"""What diffusers, transformers and accelerate import where it is installed, and plitka does not use.

sklearn, which some versions of transformers import, cannot be imported without scipy.
"""

COMPILER = "torch._dynamo"
POSTPONED = (
    "diffusers.hooks",
    "diffusers.models.autoencoders",
    "diffusers.models.controlnets",
    "diffusers.models.transformers",
    "diffusers.models.unets",
    "transformers.models",
)
"""Packages that import all of their modules, or read them to tell what is in them; few are wanted."""


@contextmanager
def lean_imports() -> Iterator[None]:
    """Import diffusers and transformers inside; only for a process that is plitka's own.

    Inside they find nothing of `UNUSED` and no other processes, and they remember that, and no compiler. Of `POSTPONED`
    they find the modules that they name; the packages themselves come when anything else of them is asked for, also
    later.
    """
    import torch  # noqa: PLC0415

    _postpone_packages()
    read = importlib.metadata.packages_distributions
    distributions = _Distributions(read)
    with ExitStack() as inside:
        _lean.append(inside)
        inside.callback(_lean.clear)
        importlib.metadata.packages_distributions = lambda: distributions
        inside.callback(setattr, importlib.metadata, "packages_distributions", read)
        inside.callback(_NoCompiler.put_in_place().withdraw)
        inside.callback(setattr, torch.distributed, "is_available", torch.distributed.is_available)
        torch.distributed.is_available = lambda: False
        for name in set(UNUSED) - set(sys.modules):
            sys.modules[name] = None  # type: ignore[assignment]  # Python's own way to say that it is not there
            inside.callback(sys.modules.pop, name)
        yield


def end_lean_imports() -> bool:
    """Let everything be found from now on; whether anything was left out until now."""
    is_lean = bool(_lean)
    for inside in tuple(_lean):
        inside.close()
    return is_lean


@contextmanager
def real_numbers() -> Iterator[None]:
    """Build networks inside whose weights are read from a file: nothing is drawn, and ranges have their numbers.

    transformers builds them without numbers. To draw or count without any torch imports sympy, a quarter of a second.
    """
    import torch  # noqa: PLC0415
    from diffusers.models.modeling_utils import no_init_weights  # noqa: PLC0415

    with _one_builds, no_init_weights():
        arange = torch.arange

        def real(*given: Any, **choices: Any) -> Any:
            return arange(*given, **{"device": "cpu", **choices})

        torch.arange = real
        try:
            yield
        finally:
            torch.arange = arange


_one_builds = threading.Lock()
"""Of two that build at once the second would put the first one's stand-in back, and leave it there."""


_lean: list[ExitStack] = []
"""What undoes `lean_imports`, while inside."""


def _postpone_packages() -> None:
    """Have those that are not imported yet postponed."""
    for name in POSTPONED:
        folder = _folder_of(name)
        if name not in sys.modules and folder is not None:
            sys.modules[name] = _Postponed(name, folder)


def _folder_of(package: str) -> Path | None:
    """Where a package in a library lies; None where there is none. Nothing is imported."""
    library, _, inside = package.partition(".")
    found = importlib.util.find_spec(library)
    if found is None or found.origin is None:
        return None
    folder = Path(found.origin).parent.joinpath(*inside.split("."))
    return folder if (folder / "__init__.py").is_file() else None


class _Postponed(ModuleType):
    """A package whose modules can be imported, and which is run when it is asked for anything else."""

    def __init__(self, name: str, folder: Path) -> None:
        super().__init__(name)
        file = folder / "__init__.py"
        self._loader = SourceFileLoader(name, str(file))
        spec = importlib.util.spec_from_loader(name, self._loader)
        assert spec is not None
        self.__spec__, self.__loader__, self.__package__ = spec, self._loader, name
        self.__path__, self.__file__ = [str(folder)], str(file)

    def __getattr__(self, name: str) -> Any:
        """What is not there yet."""
        if type(self) is ModuleType or name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        self._run()
        # Some packages put another module in their place.
        return getattr(sys.modules[self.__name__], name)

    def _run(self) -> None:
        # From now on it is a module like any other, also while it runs.
        self.__class__ = ModuleType  # type: ignore[assignment]
        self._loader.exec_module(self)


class _Compiled:
    """What no module is."""


class _NoCompiler(ModuleType):
    """Stands for torch's compiler while nothing is compiled: no function is marked for it, no module is compiled.

    Whoever asks for more gets the compiler; modules of it that need nothing else can be imported.
    """

    eval_frame = SimpleNamespace(OptimizedModule=_Compiled)

    @classmethod
    def put_in_place(cls) -> "_NoCompiler":
        """Stand for the compiler from now on, unless that is there."""
        none, folder = cls(COMPILER), _folder_of(COMPILER)
        none.__path__ = [] if folder is None else [str(folder)]
        sys.modules.setdefault(COMPILER, none)
        return none

    def __getattr__(self, name: str) -> Any:
        """What the compiler has."""
        if name.startswith("__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        self.withdraw()
        return getattr(importlib.import_module(self.__name__), name)

    def withdraw(self) -> None:
        """Leave its place to the compiler."""
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]

    @staticmethod
    def allow_in_graph(function: Callable[..., Any]) -> Callable[..., Any]:
        """The same."""
        return function

    assume_constant_result = allow_in_graph

    @staticmethod
    def disable(function: Callable[..., Any] | None = None, *_: object, **__: object) -> Callable[..., Any]:
        """The same, or what returns it."""
        return _NoCompiler.allow_in_graph if function is None else function


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
