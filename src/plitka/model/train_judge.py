"""How far a run is, at a checkpoint: losses at fixed timesteps, and pictures with fixed seeds that are measured.

What is painted is painted by the networks that learn, as they are, through the same path as any picture.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, closing, nullcontext
from dataclasses import asdict, dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

from plitka.core.files.picture import write_whole
from plitka.core.files.sheet import encode_sheet
from plitka.core.generation import Mode
from plitka.core.judge.evaluation import Report, evaluate
from plitka.core.judge.realism import Reference
from plitka.core.judge.report import to_sheet
from plitka.core.maker import Maker
from plitka.core.recipes.recipe import Recipe
from plitka.core.tile.granule_map import GuideConfig
from plitka.core.tile.map_pool import MapPool
from plitka.core.watch import OnProgress
from plitka.model.assembly import Assembly
from plitka.model.lesson import Lesson
from plitka.model.painter import DiffusionPainter
from plitka.model.train import Trainer
from plitka.model.train_config import JudgeConfig

OnStage = Callable[[str, int, int], None]
"""Called with what is done, which of them it is, and how many there are."""
_MOST_JUDGED = 16
"""Pictures of a lesson whose loss is looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a run was worth after a number of steps; None where it was not looked at."""

    step: int
    learnt_loss: float
    """Of pictures that are learnt."""
    held_loss: float | None = None
    """Of pictures that are not: where it rises while the other falls, the run learns by heart."""
    share_error: float | None = None
    """Points, mean over the painted mixes of the colour that is furthest off."""
    off_palette: float | None = None
    """Mean percent of the painted pictures in colours that were not asked for."""
    realism: float | None = None
    """Mean distance of patches from photographs, as a multiple of that between halves of a photograph."""

    @property
    def badness(self) -> float:
        """Less is better: points of the painted pictures, or the loss where none were painted."""
        if self.off_palette is not None:
            return (self.share_error or 0.0) + self.off_palette
        return self.learnt_loss if self.held_loss is None else self.held_loss

    def to_json(self) -> dict[str, Any]:
        """By name, without what was not looked at."""
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """What judges a run, the same way each time."""

    assembly: Assembly
    """Its bundle is what the run will be."""
    trainer: Trainer
    learnt: Lesson
    held: Lesson | None
    recipes: Sequence[Recipe]
    """Painted; none for losses alone."""
    references: Mapping[str, Reference]
    """Photographs by `plitka.core.judge.realism.recipe_key`."""
    config: JudgeConfig

    def __call__(
        self, sheet: Path, on_progress: OnProgress | None = None, on_stage: OnStage = lambda _name, _n, _of: None
    ) -> Judgement:
        """Judge what is learnt by now.

        Args:
            sheet: where what is painted is shown.
            on_progress: called at the steps of each picture, which it may stop.
            on_stage: called before each picture that is painted (`paint`) or whose loss is taken (`losses`).
        """
        self.trainer.rest()
        report = self._paint(sheet, on_progress, on_stage) if self.recipes else None
        learnt_loss, held_loss = self._losses(on_stage)
        return Judgement(
            step=self.trainer.n_done,
            learnt_loss=learnt_loss,
            held_loss=held_loss,
            share_error=None if report is None or report.shares is None else report.shares.mean,
            off_palette=None if report is None or not report.rows else report.off_palette,
            realism=None if report is None else _realism(report),
        )

    def _losses(self, on_stage: OnStage) -> tuple[float, float | None]:
        """Of what is learnt, and of what is held out."""
        lessons = [lesson for lesson in (self.learnt, self.held) if lesson is not None]
        few = [replace(lesson, items=lesson.items[:_MOST_JUDGED]) for lesson in lessons]
        numbers, n_all = count(1), sum(len(lesson.items) for lesson in few)

        def on_picture() -> None:
            on_stage("losses", next(numbers), n_all)

        learnt, *held = [self.trainer.judge(lesson, self.config.n_times, on_picture) for lesson in few]
        return learnt, held[0] if held else None

    def _paint(self, sheet: Path, on_progress: OnProgress | None, on_stage: OnStage) -> Report:
        numbers = count(1)

        def watch(_recipe: Recipe) -> AbstractContextManager[OnProgress | None]:
            on_stage("paint", next(numbers), len(self.recipes))
            return nullcontext(on_progress)

        painter = DiffusionPainter(self.assembly)
        size_px = self.config.size_px or self.assembly.bundle.defaults.width_px
        with closing(Maker(painter, MapPool(GuideConfig()))) as maker:
            report = evaluate(
                maker,
                self.recipes,
                self.references,
                size_px=size_px,
                mode=Mode.TEXT,
                watch=watch,
            )
        if report.rows:
            write_whole(sheet, encode_sheet(to_sheet(report)))
        return report


def best_of(judgements: Sequence[Judgement]) -> Judgement:
    """The least bad one, the first of several."""
    return min(judgements, key=lambda judgement: judgement.badness)


def is_overtrained(judgements: Sequence[Judgement]) -> bool:
    """Whether what is not learnt has become harder since the best judgement, while what is learnt became easier."""
    losses = [(each.held_loss, each.learnt_loss) for each in judgements if each.held_loss is not None]
    if len(losses) < 2:
        return False
    best, last = min(losses), losses[-1]
    return last[0] > 1.02 * best[0] and last[1] < best[1]


def _realism(report: Report) -> float | None:
    ratios = [kind.patches for kind in report.realism.values()]
    return sum(ratios) / len(ratios) if ratios else None
