"""What a service knows of an engine in another process: its name and its choices, as JSON carries them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from plitka.core.generation import CompleteRequest, Defaults, Engine, GuidedDefaults, Outcome, Request
from plitka.core.recipes.recipe import format_prompt
from plitka.core.scene import Size
from plitka.core.watch import Watch

Complete = Callable[[Request], CompleteRequest | None]
"""Asks an engine itself; None where none answers."""


def defaults_as_json(defaults: Defaults) -> dict[str, Any]:
    """The choices of an engine."""
    return asdict(defaults)


def read_defaults(told: Mapping[str, Any]) -> Defaults:
    """The same again."""
    guided: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value
                              for name, value in told["guided"].items()}  # fmt: skip
    return Defaults(**{**told, "guided": GuidedDefaults(**guided)})


class DistantEngine(Engine):
    """An engine of another process, which makes nothing here."""

    def __init__(
        self,
        name: str,
        defaults: Defaults,
        ask: Complete = lambda _: None,
        others: Sequence[Engine] = (),
    ) -> None:
        """Know its name and choices; `ask` has it check a request itself, `others` are served beside it."""
        self.others = tuple(others)
        self._name = name
        self._defaults = defaults
        self._ask = ask

    @property
    def name(self) -> str:
        """Of its model."""
        return self._name

    @property
    def defaults(self) -> Defaults:
        """What it uses where a request leaves the choice to it."""
        return self._defaults

    @property
    def max_batch(self) -> int:
        """None can be made here."""
        return 1

    def complete(self, request: Request) -> CompleteRequest:
        """As the engine itself says; where it does not answer, what can be known without it.

        What it alone would refuse is then told when the picture is begun.
        """
        return self._ask(request) or self._defaults.complete(request)

    def prompt(self, request: CompleteRequest) -> str:
        """The usual words."""
        return format_prompt(request.scene.recipe)

    def warm_up(self, sizes: Sequence[Size] = ()) -> None:
        """It is warm where it is."""

    def generate(self, requests: Sequence[CompleteRequest], watch: Watch | None = None) -> Iterator[Outcome]:
        """Never: pictures are ordered through the queue."""
        raise NotImplementedError(f"{self._name} is in another process; its pictures are ordered through the queue")
