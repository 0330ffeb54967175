"""Models without a network, each a JSON file that says what it is called and how slow it is."""

import json
from pathlib import Path

from tests.serve.fast_engine import FastEngine

from plitka.core.generation import Defaults, Engine
from plitka.ray_app.bundles import Choices


def write(path: Path, name: str, version: str, step_s: float = 0.01) -> str:
    """A model's file; its path, which it is loaded by."""
    part = path.with_suffix(".part")
    part.write_text(json.dumps({"name": f"{name}@{version}", "step_s": step_s}), "utf-8")
    part.replace(path)
    return str(path)


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
        return FastEngine(name=told["name"], step_s=told["step_s"])
