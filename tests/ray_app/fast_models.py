"""Models without a network, each a JSON file that says what it is called and how slow it is."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.serve.fast_engine import FastEngine

from plitka.core.generation import Defaults, Engine
from plitka.ray_app.bundles import Choices

_HELD = ".held"


def write(path: Path, name: str, version: str, step_s: float = 0.01) -> str:
    """A model's file; its path, which it is loaded by."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps({"name": f"{name}@{version}", "step_s": step_s}), "utf-8")
    part.replace(path)
    return str(path)


@contextmanager
def lingering(reference: str) -> Iterator[None]:
    """Within the block no picture of a model takes its last step, whichever process has it."""
    held = Path(reference).with_suffix(_HELD)
    held.touch()
    try:
        yield
    finally:
        held.unlink()


@dataclass(slots=True)
class _Held(FastEngine):
    """Stays before the last step while a file is there."""

    held: Path | None = None

    def may_go_on(self) -> bool:
        """Whether it is not there."""
        return self.held is None or not self.held.exists()


class FastModels:
    """`plitka.ray_app.bundles.Models` of such files."""

    def describe(self, reference: str) -> tuple[str, Defaults]:
        """As the file says."""
        return self._engine(reference).name, FastEngine().defaults

    def load(self, reference: str, choices: Choices) -> Engine:
        """An engine that makes noise."""
        engine = self._engine(reference)
        engine.max_batch = choices.batch
        return engine

    @staticmethod
    def _engine(reference: str) -> FastEngine:
        told = json.loads(Path(reference).read_text("utf-8"))
        return _Held(name=told["name"], step_s=told["step_s"], held=Path(reference).with_suffix(_HELD))
