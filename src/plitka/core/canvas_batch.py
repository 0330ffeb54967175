"""Canvases that are painted together: reports at each step, stops, and smaller batches where memory runs out.

Any painter over a network needs this; it knows neither the network nor torch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from plitka.core.watch import Progress
from plitka.errors import BadOutput, Cancelled

if TYPE_CHECKING:
    from plitka.core.generation import RgbImage
    from plitka.core.painter import Canvas, Painted
    from plitka.core.watch import Watch
    from plitka.errors import PlitkaError


class CanvasBatch:
    """Canvases of one kind, and which of them were stopped."""

    def __init__(self, canvases: Sequence[Canvas], watch: Watch, offset: int = 0) -> None:
        """Begin a batch.

        Args:
            canvases: of one `Canvas.kind`, at least one.
            watch: knows each canvas by its place here plus the offset.
            offset: of the first one's place among those that `Painter.paint` was given.
        """
        self.canvases = canvases
        self.stopped: dict[int, Cancelled] = {}
        """What the watch raised, by place."""
        self._watch = watch
        self._offset = offset

    @property
    def first(self) -> Canvas:
        """Whose kind is that of all."""
        return self.canvases[0]

    def go_on(self, step: int, preview: Callable[[int], RgbImage]) -> bool:
        """Report a step to each canvas's watch; False when none of them is wanted any more.

        A canvas that was stopped stays in the batch: the bytes of the others depend on how large the batch is.

        Args:
            step: steps done, from 1.
            preview: the picture of a place as it is now, called only where somebody looks; BadOutput where there is
                nothing to see yet.
        """
        for place in range(len(self.canvases)):
            if place not in self.stopped:
                try:
                    self._report(place, step, preview)
                except Cancelled as stop:
                    self.stopped[place] = stop
        return len(self.stopped) < len(self.canvases)

    def _report(self, place: int, step: int, preview: Callable[[int], RgbImage]) -> None:
        index, shown = self._offset + place, None
        if self._watch.wants_preview(index, step):
            with suppress(BadOutput):
                shown = preview(place)
        self._watch.report(index, Progress(step=step, n_steps=self.first.n_steps, preview=shown))

    def outcomes(self, finish: Callable[[int], Painted | PlitkaError]) -> list[Painted | PlitkaError]:
        """What became of each canvas: its stop, or what `finish` makes of its place."""
        return [self.stopped.get(place) or finish(place) for place in range(len(self.canvases))]

    def halves(self) -> tuple[CanvasBatch, CanvasBatch]:
        """The same canvases as two smaller batches, where there is no memory for all at once; stops are kept."""
        middle = len(self.canvases) // 2
        return self._part(0, middle), self._part(middle, len(self.canvases))

    def _part(self, begin: int, end: int) -> CanvasBatch:
        part = CanvasBatch(self.canvases[begin:end], self._watch, self._offset + begin)
        part.stopped = {place - begin: stop for place, stop in self.stopped.items() if begin <= place < end}
        return part
