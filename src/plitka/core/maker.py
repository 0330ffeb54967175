"""The engine over a painter: many pictures at once, each by one canvas after another.

Canvases of one kind are painted in one batch, whichever picture and attempt they belong to. How a single picture is
made is told in `plitka.core.making`.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, ParamSpec, TypeVar

import structlog

from plitka.core.correction import CorrectionConfig
from plitka.core.generation import CompleteRequest, Defaults, Mode, Outcome, Request
from plitka.core.limits import check_limits, remark_unusual
from plitka.core.making import SWATCH_PX, PictureSteps, Workshop
from plitka.core.measure.shares import MeasureShares, measure_shares
from plitka.core.painter import Canvas, Painted, Painter
from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene import Scene, Size
from plitka.core.tile.fineness import remark_fine_zones
from plitka.core.tile.granule_map import MapSpec
from plitka.core.tile.layout import check_guide
from plitka.core.watch import Progress, Unwatched, Watch
from plitka.core.words import settle_words
from plitka.errors import EngineError, PlitkaError

if TYPE_CHECKING:
    from plitka.core.tile.map_pool import MapPool

log = structlog.get_logger(__name__)

_ANY_RECIPE = "black"
"""The usual map is that of any."""

_A = ParamSpec("_A")
_P = TypeVar("_P", bound=Painter)
_T = TypeVar("_T")


class Maker(Generic[_P]):
    """An `Engine` over a `Painter`, which it closes; one thread owns it, as `Engine` has it."""

    def __init__(
        self,
        painter: _P,
        maps: "MapPool",
        correction: CorrectionConfig | None = None,
        measure_shares: MeasureShares = measure_shares,
        *,
        is_pipelined: bool = False,
    ) -> None:
        """Prepare; nothing is painted.

        Args:
            painter: paints the canvases.
            maps: lays granule maps.
            correction: how a map is corrected by what was measured; None: as usual.
            measure_shares: measures pictures; where the painter has a device, there.
            is_pipelined: of many pictures, some are dealt and measured by another thread while others are painted.
        """
        self._is_pipelined = is_pipelined
        # One batch is measured, one painted and one prepared at the same time.
        self._n_turns = 3 if is_pipelined else 1
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
        return self.painter.max_batch * self._n_turns

    def complete(self, request: Request) -> CompleteRequest:
        """The request with every choice filled in, and known to be possible but for what only its map can tell.

        Raises:
            InputError: a look that a map from outside cannot have, masks that leave a zone empty, granules that cannot
                be seen, steps, guidance or strength that the model does not stand.
            PromptTooLong: a text encoder would not see all of the words.
        """
        complete = settle_words(self.defaults.complete(request), are_read=self.painter.reads_words)
        check_guide(complete)
        self.painter.check_negative(complete.negative_prompt)
        self.prompt(complete)
        if complete.mode is Mode.GUIDED and not request.is_forced:
            check_limits(complete, self.defaults.guided)
        usual = self.defaults.complete(replace(request, steps=None, guidance=None, strength=None, negative_prompt=None))
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
        swatch = Size(width_px=SWATCH_PX, height_px=SWATCH_PX)
        # What a device does for the first canvas of a size takes seconds, and the first text picture has a swatch.
        asides = (swatch,) if self._is_pipelined and swatch not in sizes else ()
        self.painter.warm_up((*(sizes or (usual,)), *asides))
        for size in sizes or (usual,):
            scene = Scene.of(parse_recipe(_ANY_RECIPE).recipe, size)
            self._workshop.maps.spares.want(MapSpec.of(self.defaults.complete(Request(scene=scene, seed=0))))

    def expect(self, requests: Sequence[CompleteRequest]) -> None:
        """Have their maps laid, but for the first one's; what was laid for others is discarded.

        Without any, maps are laid for `seed_ahead`: of the sizes that it was warmed up for, then of what it was asked.
        """
        self._workshop.expect(requests)

    def seed_ahead(self, request: CompleteRequest) -> int | None:
        """A seed of which the map is laid."""
        return self._workshop.seed_ahead(request)

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
        self._workshop.maps.spares.wake()
        waiting = deque(enumerate(requests))
        begun: list[_Picture] = []
        with self._beside() as beside:
            while waiting or begun:
                n_next = min(self.max_batch - len(begun), len(waiting))
                coming = [waiting.popleft() for _ in range(n_next)]
                # The first one's map is wanted at once; where the next ones begin beside it, theirs soon.
                for _, request in (*coming[1 if self._is_pipelined else n_next :], *waiting):
                    self._workshop.lay_ahead(request)
                begun += [_Picture(index, self._workshop.begin(request), beside) for index, request in coming]
                yield from self._turn(begun, watch)

    def _beside(self) -> Executor:
        """Where maps are dealt and pictures measured: one thread, so that pictures share the last swatch in order."""
        return ThreadPoolExecutor(1) if self._is_pipelined else _AtOnce()

    def _turn(self, begun: "list[_Picture]", watch: Watch) -> Iterator[Outcome]:
        """End the pictures that need no more; if there are none, paint one batch."""
        self._await_work(begun)
        ended = [picture for picture in begun if picture.outcome is not None]
        if ended:
            begun[:] = [picture for picture in begun if picture.outcome is None]
            self.painter.free()
            yield from (picture.outcome for picture in ended if picture.outcome is not None)
            return
        ready = [(picture, canvas) for picture in begun if (canvas := picture.canvas) is not None]
        self._paint(_of_one_kind(ready)[: self.painter.max_batch], watch)

    def _await_work(self, begun: "Sequence[_Picture]") -> None:
        """Wait until a picture has ended, or as many canvases are there as the painter takes or as there can be."""
        while preparing := [picture.preparation for picture in begun if not picture.preparation.done()]:
            n_ready = sum(picture.canvas is not None for picture in begun)
            if n_ready >= self.painter.max_batch or any(picture.outcome is not None for picture in begun):
                return
            wait(preparing, return_when=FIRST_COMPLETED)

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


class _AtOnce(Executor):
    """Does what it is given before it answers."""

    def submit(self, fn: Callable[_A, _T], /, *args: _A.args, **kwargs: _A.kwargs) -> Future[_T]:
        """As every executor; what is raised is raised here."""
        done: Future[_T] = Future()
        done.set_result(fn(*args, **kwargs))
        return done


def _of_one_kind(ready: "Sequence[tuple[_Picture, Canvas]]") -> "list[tuple[_Picture, Canvas]]":
    """The first canvas, and those that can be painted in one batch with it."""
    kind = ready[0][1].kind
    return [(picture, canvas) for picture, canvas in ready if canvas.kind == kind]


class _Picture:
    """One picture of several; its errors are its own."""

    def __init__(self, index: int, steps: PictureSteps, beside: Executor) -> None:
        self.index = index
        self._steps = steps
        self._beside = beside
        self._canvas: Canvas | None = None
        self._last: Progress | None = None
        self._outcome: Outcome | None = None
        self.preparation = self._submit(None)
        """Of its next canvas or of its outcome."""

    @property
    def canvas(self) -> Canvas | None:
        """What to paint next; None while it is prepared, and when there is an outcome."""
        return self._canvas if self._is_prepared() else None

    @property
    def outcome(self) -> Outcome | None:
        """What became of it; None before the end."""
        return self._outcome if self._is_prepared() else None

    def take(self, painted: Painted | PlitkaError) -> None:
        """The canvas is painted, or was not: what comes next is prepared."""
        self._canvas = None
        self.preparation = self._submit(painted)

    def _is_prepared(self) -> bool:
        if self.preparation.done():
            self.preparation.result()  # raises what nobody expects
            return True
        return False

    def _submit(self, painted: Painted | PlitkaError | None) -> Future[None]:
        """With this thread's context, so that whoever follows the stages of its work hears of them."""
        return self._beside.submit(copy_context().run, self._prepare, painted)

    def _prepare(self, painted: Painted | PlitkaError | None) -> None:
        try:
            if painted is not None:
                self._take(painted)
            if self._outcome is None:
                self._canvas = self._steps.next_canvas()
                if self._canvas is None:
                    self._outcome = Outcome(index=self.index, result=self._steps.finish())
        except PlitkaError as error:
            self._outcome = Outcome(index=self.index, error=error)

    def _take(self, painted: Painted | PlitkaError) -> None:
        if isinstance(painted, Painted):
            self._steps.take(painted)
        elif self._steps.is_aside and isinstance(painted, EngineError):
            # The picture is there; it is only measured less surely.
            log.warning("swatch_failed", reason=str(painted))
        else:
            self._outcome = Outcome(index=self.index, error=painted)

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
