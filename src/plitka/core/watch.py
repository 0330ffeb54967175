"""How far pictures have come while they are made, and who follows and stops them.

Standard library only: the image types are named for the type checker and never imported at run time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far one picture has come."""

    step: int
    """Steps done, 0..n_steps."""
    n_steps: int
    """Of one attempt."""
    attempt: int = 1
    """A guided picture may take several; each counts its steps anew."""
    preview: npt.NDArray[np.uint8] | None = field(default=None, compare=False, repr=False)
    """(H, W, 3) sRGB of what there is so far, small; only where it was wanted."""


class Watch(Protocol):
    """Follows pictures while they are made, and stops them; called on the engine's own thread.

    Pictures are known by their place in what was asked for, from 0.
    """

    def wants_preview(self, index: int, step: int) -> bool:
        """Whether somebody would look at the picture as it is after this step."""
        ...

    def report(self, index: int, progress: Progress) -> None:
        """A step is done; raising `Cancelled` stops this picture, and the others go on."""
        ...


class Unwatched:
    """A watch that wants no previews and stops nothing."""

    def wants_preview(self, index: int, step: int) -> bool:
        """Never."""
        del index, step
        return False

    def report(self, index: int, progress: Progress) -> None:
        """Do nothing."""
        del index, progress


OnStage = Callable[[str], None]
"""Called when a part of the work begins, such as `verify`, `map` or `measure`, on the thread that does it."""
_ON_STAGE: ContextVar[OnStage | None] = ContextVar("on_stage", default=None)


@contextmanager
def following_stages(on_stage: OnStage) -> Iterator[None]:
    """While this is open, parts of the work on this thread are told as they begin."""
    token = _ON_STAGE.set(on_stage)
    try:
        yield
    finally:
        _ON_STAGE.reset(token)


def begin_stage(name: str) -> None:
    """Tell whoever follows that a part of the work begins."""
    on_stage = _ON_STAGE.get()
    if on_stage is not None:
        on_stage(name)


OnProgress = Callable[[Progress], None]
"""Called after each step of one picture; raising `Cancelled` from it stops the picture."""


@dataclass(frozen=True, slots=True)
class FollowOne:
    """A `Watch` over a single picture, by a function that is called at each step."""

    on_progress: OnProgress

    def wants_preview(self, index: int, step: int) -> bool:
        """Never: the function is told steps only."""
        del index, step
        return False

    def report(self, index: int, progress: Progress) -> None:
        """Pass the step on."""
        del index
        self.on_progress(progress)
