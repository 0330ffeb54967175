"""The engine over a painter: many pictures at once, each by one canvas after another.

Canvases of one kind are painted in one batch, whichever picture and attempt they belong to. How a single picture is
made is told in `plitka.core.making`.
"""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, TypeVar

import structlog

from plitka.core.correction import CorrectionConfig
from plitka.core.generation import CompleteRequest, Defaults, Mode, Outcome, Request
from plitka.core.limits import check_limits, remark_unusual
from plitka.core.making import PictureSteps, Workshop
from plitka.core.measure.shares import MeasureShares, measure_shares
from plitka.core.painter import Canvas, Painted, Painter
from plitka.core.scene import Size
from plitka.core.tile.fineness import remark_fine_zones
from plitka.core.tile.layout import check_guide
from plitka.core.watch import Progress, Unwatched, Watch
from plitka.errors import EngineError, PlitkaError

if TYPE_CHECKING:
    from plitka.core.tile.map_pool import MapPool

log = structlog.get_logger(__name__)


_P = TypeVar("_P", bound=Painter)


class Maker(Generic[_P]):
    """An `Engine` over a `Painter`, which it closes; one thread owns it, but for `complete` and `prompt`."""

    def __init__(
        self,
        painter: _P,
        maps: "MapPool",
        correction: CorrectionConfig | None = None,
        measure_shares: MeasureShares = measure_shares,
    ) -> None:
        """Prepare; nothing is painted.

        Args:
            painter: paints the canvases.
            maps: lays granule maps.
            correction: how a map is corrected by what was measured; None: as usual.
            measure_shares: measures pictures; where the painter has a device, there.
        """
        self.painter = painter
        self._workshop = Workshop(painter, maps, correction or CorrectionConfig(), measure_shares)

    @property
    def name(self) -> str:
        """The painter's."""
        return self.painter.name

    @property
    def defaults(self) -> Defaults:
        """The painter's choices for what a request leaves open."""
        return self.painter.defaults

    @property
    def max_batch(self) -> int:
        """How many pictures are worth asking for at once."""
        return self.painter.max_batch

    def complete(self, request: Request) -> CompleteRequest:
        """The request with every choice filled in, and known to be possible but for what only its map can tell.

        Raises:
            InputError: a look that a map from outside cannot have, masks that leave a zone empty, granules that cannot
                be seen, steps, guidance or strength that the model does not stand.
            PromptTooLong: a text encoder would not see all of the words.
        """
        complete = self.defaults.complete(request)
        if not self.painter.reads_words:
            complete = complete.without_words()
        check_guide(complete)
        self.painter.check_negative(complete.negative_prompt)
        self.prompt(complete)
        if complete.mode is Mode.GUIDED and not request.is_forced:
            check_limits(complete, self.defaults.guided)
        usual = self.defaults.complete(replace(request, steps=None, guidance=None, strength=None))
        notices = (*complete.notices, *remark_unusual(request, usual), *remark_fine_zones(complete))
        return replace(complete, notices=notices)

    def prompt(self, request: CompleteRequest) -> str:
        """The full prompt: of several zones, for the mix of the whole tile.

        Raises:
            PromptTooLong: a text encoder would not see all of it.
        """
        return self._workshop.prompt(request)

    def warm_up(self, sizes: Sequence[Size] = ()) -> None:
        """Do once what the first pictures of these sizes would wait for; without any, of the usual size.

        Raises:
            EngineError: the network does not run here.
        """
        usual = Size(width_px=self.defaults.width_px, height_px=self.defaults.height_px)
        self.painter.warm_up(sizes or (usual,))

    def memory_bytes(self) -> Mapping[str, int]:
        """The device's memory that the painter holds, by kind."""
        return self.painter.memory_bytes()

    def close(self) -> None:
        """End the processes of maps and painter."""
        self._workshop.maps.close()
        self.painter.close()

    def generate(self, requests: Sequence[CompleteRequest], watch: Watch | None = None) -> Iterator[Outcome]:
        """Make pictures; each outcome comes as soon as it is known.

        What goes wrong with one picture is its own outcome; a batch that the device fails at fails for all in it.
        """
        watch = watch or Unwatched()
        waiting = deque(enumerate(requests))
        begun: list[_Picture] = []
        while waiting or begun:
            while waiting and len(begun) < self.max_batch:
                index, request = waiting.popleft()
                begun.append(_Picture(index, self._workshop.begin(request)))
            for _, request in waiting:
                self._workshop.lay_ahead(request)
            yield from self._turn(begun, watch)

    def _turn(self, begun: "list[_Picture]", watch: Watch) -> Iterator[Outcome]:
        """Paint one batch, and end the pictures that need no more."""
        try:
            ready = [(picture, canvas) for picture in begun if (canvas := picture.next_canvas()) is not None]
            if ready:
                self._paint(_of_one_kind(ready), watch)
        finally:
            ended = [picture for picture in begun if picture.outcome is not None]
            begun[:] = [picture for picture in begun if picture.outcome is None]
            if ended:
                self.painter.free()
        yield from (picture.outcome for picture in ended if picture.outcome is not None)

    def _paint(self, group: "Sequence[tuple[_Picture, Canvas]]", watch: Watch) -> None:
        pictures = [picture for picture, _ in group]
        try:
            painted: Sequence[Painted | PlitkaError] = self.painter.paint(
                [canvas for _, canvas in group], _BatchWatch(pictures, watch)
            )
        except EngineError as error:
            painted = [error] * len(group)
        for picture, one in zip(pictures, painted, strict=True):
            picture.take(one)


def _of_one_kind(ready: "Sequence[tuple[_Picture, Canvas]]") -> "list[tuple[_Picture, Canvas]]":
    """The first canvas, and those that can be painted in one batch with it."""
    kind = ready[0][1].kind
    return [(picture, canvas) for picture, canvas in ready if canvas.kind == kind]


class _Picture:
    """One picture of several; its errors are its own."""

    def __init__(self, index: int, steps: PictureSteps) -> None:
        self.index = index
        self._steps = steps
        self._canvas: Canvas | None = None
        self._last: Progress | None = None
        self.outcome: Outcome | None = None

    def next_canvas(self) -> Canvas | None:
        """What to paint next, the same until it is painted; None when there is an outcome."""
        if self._canvas is None:
            try:
                self._canvas = self._steps.next_canvas()
                if self._canvas is None:
                    self.outcome = Outcome(index=self.index, result=self._steps.finish())
            except PlitkaError as error:
                self.outcome = Outcome(index=self.index, error=error)
        return self._canvas

    def take(self, painted: Painted | PlitkaError) -> None:
        """The canvas is painted, or was not."""
        self._canvas = None
        try:
            if isinstance(painted, Painted):
                self._steps.take(painted)
            elif self._steps.is_aside and isinstance(painted, EngineError):
                # The picture is there; it is only measured less surely.
                log.warning("swatch_failed", reason=str(painted))
            else:
                self.outcome = Outcome(index=self.index, error=painted)
        except PlitkaError as error:
            self.outcome = Outcome(index=self.index, error=error)

    def wants_preview(self, watch: Watch, step: int) -> bool:
        """Whether somebody would look at the picture now."""
        return not self._steps.is_aside and watch.wants_preview(self.index, step)

    def report(self, watch: Watch, progress: Progress) -> None:
        """Report a step; during a canvas aside the last one again, so that the picture can still be cancelled."""
        if not self._steps.is_aside:
            progress = replace(progress, attempt=self._steps.attempt)
            self._last = replace(progress, preview=None)
        elif self._last is not None:
            progress = self._last
        watch.report(self.index, progress)


@dataclass(frozen=True, slots=True)
class _BatchWatch:
    """The watch of a batch: each canvas is reported under its picture's place."""

    pictures: Sequence[_Picture]
    watch: Watch

    def wants_preview(self, index: int, step: int) -> bool:
        """Whether somebody would look at this canvas now."""
        return self.pictures[index].wants_preview(self.watch, step)

    def report(self, index: int, progress: Progress) -> None:
        """A step of this canvas is done."""
        self.pictures[index].report(self.watch, progress)
