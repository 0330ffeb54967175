"""A run in its folder: from captioned pictures and a base to a bundle, judged on its way.

```
OUT/train.toml                 what the run was told, with every choice
OUT/training/state.pt          all that the next step depends on
OUT/training/latents/          of the pictures, by what they were made of
OUT/training/words/            what the encoders say of captions, likewise
OUT/training/judgements.jsonl  a line for each judgement
OUT/training/sheets/           the pictures of each judgement
OUT/training/board/            for TensorBoard, where it is installed, and for Weights & Biases, where it is asked for
OUT/training/best/             files of the best one by now
OUT/                           at the end the bundle, its PEFT files, and the model card
```
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol

import torch

from plitka.core.colour.palette import Palette
from plitka.core.dataset.folder import Folder, read_folder
from plitka.core.dataset.training_pictures import Captioned, read_captioned
from plitka.core.files.photograph import read_picture
from plitka.core.files.picture import write_whole
from plitka.core.judge.realism import Reference, describe_photograph, recipe_key
from plitka.core.recipes.recipe import Notice, PromptStyle, Recipe
from plitka.core.watch import Progress, following_stages
from plitka.errors import Cancelled, InputError, Phrase
from plitka.model.adapter_files import joined
from plitka.model.assembly import Assembly, assemble
from plitka.model.bundle import Bundle
from plitka.model.device import choose_placement, translated_errors
from plitka.model.formats import COMPONENTS
from plitka.model.fusing import component_weights
from plitka.model.lesson import Lesson
from plitka.model.library_imports import quiet_libraries
from plitka.model.lora import LoraModule, read_lora
from plitka.model.memory_ladder import Rung
from plitka.model.model_card import CARD, SHEET, CardFacts, model_card
from plitka.model.noise import NoiseSchedule
from plitka.model.train import Trainer
from plitka.model.train_board import Board
from plitka.model.train_config import TrainRecipe, plain, to_toml
from plitka.model.train_judge import Judge, Judgement, best_of
from plitka.model.train_memory import memory_notice
from plitka.model.train_workers import Workers
from plitka.model.trained_files import Learnt, header_facts, trained_bundle, write_bundle, write_learnt

CONFIG = "train.toml"
STATE = "training/state.pt"


class RunWatch(Protocol):
    """Follows a run, and may stop it."""

    def notice(self, notice: Notice) -> None:
        """Something is wrong with a picture, or worth knowing before the first step."""
        ...

    def stage(self, name: str, n_done: int = 0, n_all: int = 0) -> None:
        """What is done beside steps, and how far it is where it is counted; the same one is told again and again.

        `load` the base, look at `pictures` and encode them; behind steps `paint` some, take their `losses`; `write`.
        """
        ...

    def step(self, n_done: int, loss: float) -> None:
        """A step is done."""
        ...

    def judged(self, judgement: Judgement) -> None:
        """A checkpoint was judged."""
        ...

    def wants_stop(self) -> bool:
        """Whether the run is to be saved and left."""
        ...


_OTHER = {
    "base": Phrase("another base"),
    "pictures": Phrase("other pictures or captions"),
    "prior": Phrase("another prior"),
}
"""What a run may have begun with that is not what it is to go on with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOrder:
    """What is to be run."""

    folder: Path
    """Of the pictures and their captions."""
    base: Bundle
    out: Path
    name: str
    recipe: TrainRecipe
    palette: Palette
    prior: Path | None = None
    """Captioned pictures of what the base is to go on saying."""
    recipes: tuple[Recipe, ...] = ()
    """To be painted at judgements; none: those of the held-out pictures, then of others."""
    device: str = "auto"


def run_training(order: RunOrder, watch: RunWatch) -> Bundle | None:
    """Run it, from where it was left if it was begun; returns the bundle, or None where another process writes it.

    Raises:
        InputError: no picture, a configuration that makes no run, or a base that cannot be learnt on.
        BundleError: the base is damaged.
        EngineError: the device failed, or the loss is NaN.
        Cancelled: the watch wanted to stop; what is done is saved.
    """
    workers = Workers.joined(is_on_cpu=order.device == "cpu")
    with following_stages(lambda _stage: _prepare_or_stop(watch, "load")):
        assembly = _assemble(order, workers)
    style = _style(order)
    folder = read_folder(order.folder)
    lessons = _Lessons(order, assembly, watch, workers)
    everything = lessons.read(folder, style)
    names, before = _names(order, assembly, everything), _base_lora(order.base, assembly)
    bundle = trained_bundle(order.base, order.out, order.name, style, names)
    trainer = _trainer(order, assembly, style, names, workers)
    learnt, held = everything.split(order.recipe.judge.held_out, order.recipe.train.seed)
    prior = None if order.prior is None else lessons.read(read_folder(order.prior), order.base.style)
    judge = Judge(
        assembly=replace(assembly, bundle=bundle),
        trainer=trainer,
        learnt=learnt,
        held=held,
        recipes=_recipes(order, learnt, held),
        references=_references(folder, held),
        config=order.recipe.judge,
    )
    made_of = {"base": order.base.label, "pictures": everything.digest, "prior": prior.digest if prior else ""}
    kept = _Kept(order, before, bundle, trainer, workers, made_of)
    judgements = kept.resume()
    if workers.is_first and (notice := memory_notice(trainer, everything)) is not None:
        watch.notice(notice)
    every = order.recipe.judge.every or trainer.config.steps
    while (judged := judgements[-1].step if judgements else 0) < trainer.config.steps:
        until = (judged // every + 1) * every
        on_step = partial(_watched, watch, kept, judgements, workers)
        with translated_errors(assembly.placement.device, "learning"):
            trainer.learn(learnt, prior, until=until, on_step=on_step)
        kept.judge(judge, judgements, watch)
        if workers.is_first:
            watch.judged(judgements[-1])
    kept.board.close()
    workers.wait()
    if not workers.is_first:
        return None
    watch.stage("write")
    return kept.finish(judgements, learnt, held)


def _watched(
    watch: RunWatch, kept: "_Kept", judgements: list[Judgement], workers: Workers, n_done: int, loss: float
) -> None:
    """Tell of a step, and stop behind it if that is wanted."""
    if workers.is_first:
        watch.step(n_done, loss)
        kept.board.step(n_done, loss)
    if workers.any(watch.wants_stop()):
        kept.save(judgements)
        kept.board.close()
        raise _saved(n_done)


def _saved(n_done: int) -> Cancelled:
    return Cancelled("stopped after step {n}, which is saved; the same command with --resume goes on", n=n_done)


def _prepare_or_stop(watch: RunWatch, stage: str, n_done: int = 0, n_all: int = 0) -> None:
    """Told and asked again and again before the first step, which a large base and many pictures take minutes to."""
    watch.stage(stage, n_done, n_all)
    if watch.wants_stop():
        raise Cancelled("stopped before the first step; nothing is lost, give the same command again")


def _unheard(_problem: Notice) -> None:
    """Another process tells of it."""


def _unjudged(trainer: Trainer) -> Judgement:
    """What a process that only helps knows of a checkpoint."""
    return Judgement(step=trainer.n_done, learnt_loss=0.0)


def _assemble(order: RunOrder, workers: Workers) -> Assembly:
    """The base with all that it has fused, on the device as a whole."""
    device = workers.device or order.device
    precision = order.recipe.train.precision
    if precision == "auto":
        precision = "bfloat16" if choose_placement(device, "auto").device.type == "cuda" else "float32"
    assembly = assemble(order.base, device, precision)
    if assembly.placement.rung is Rung.STREAMED or (assembly.placement.rung is Rung.WORDS_ASIDE and workers.n > 1):
        raise InputError(
            "the base does not fit on {device}; free its memory, or train with --device cpu",
            device=str(assembly.placement.device),
        )
    if assembly.pipe.vae.dtype != torch.float32:
        with quiet_libraries():
            assembly.pipe.vae.to(torch.float32)  # latents are encoded once, and SDXL's overflows in float16
    return assembly


def _schedule(assembly: Assembly) -> NoiseSchedule:
    schedule = assembly.schedule
    if not isinstance(schedule, NoiseSchedule):
        raise InputError(
            "{name} is of EDM's kind, which is not trained here; take a base with betas", name=assembly.bundle.name
        )
    return schedule


def _style(order: RunOrder) -> PromptStyle:
    """The base's, with new tokens where it has none."""
    style = order.base.style
    return style if style.tokens else replace(style, tokens=order.recipe.train.tokens)


def _trainer(
    order: RunOrder, assembly: Assembly, style: PromptStyle, names: Sequence[str], workers: Workers
) -> Trainer:
    return Trainer(
        assembly.pipe,
        _schedule(assembly),
        style,
        order.recipe.train,
        workers,
        names=names,
        cache=order.out / "training/words",
        key=order.base.label,
    )


def _names(order: RunOrder, assembly: Assembly, lesson: Lesson) -> tuple[str, ...]:
    """Words that have rows of their own: the base's, and those in a palette file's names that a tokenizer breaks up.

    What encoders say of pieces without a meaning hardly differs from one such name to the next. The names of colours
    that the trade knows are words of a language, of which a base may know more.
    """
    own = order.base.embeddings.names if order.base.embeddings else ()
    if not order.recipe.train.learns_names:
        return own
    colours = [colour for item in lesson.items if item.recipe is not None for colour in item.recipe.colours]
    words = [word for colour in colours if colour.source == "custom" for word in colour.caption_name.split()]
    tokenizers = (assembly.pipe.tokenizer, assembly.pipe.tokenizer_2)
    # Of digits a percent would be broken off.
    broken = [word for word in words if word.isalpha() and max(len(each.tokenize(word)) for each in tokenizers) > 1]
    return tuple(dict.fromkeys((*own, *broken)))


@dataclass(frozen=True, slots=True)
class _Lessons:
    """How lessons are read for a run."""

    order: RunOrder
    assembly: Assembly
    watch: RunWatch
    workers: Workers

    def read(self, folder: Folder, style: PromptStyle) -> Lesson:
        """Of a folder's pictures."""
        order = self.order
        on_problem = self.watch.notice if self.workers.is_first else _unheard
        pictures = read_captioned(folder, order.palette, style, order.recipe.pictures, on_problem)
        return Lesson.of(
            self.assembly.pipe,
            self._followed(pictures, len(folder.entries)),
            turns=order.recipe.train.turns,
            cache=order.out / "training/latents",
            key=order.base.label,
        )

    def _followed(self, pictures: Iterable[Captioned], n_all: int) -> Iterator[Captioned]:
        for number, picture in enumerate(pictures, start=1):
            _prepare_or_stop(self.watch, "pictures", number, n_all)
            yield picture


def _recipes(order: RunOrder, learnt: Lesson, held: Lesson | None) -> tuple[Recipe, ...]:
    """What is painted at each judgement: what was not learnt first, and mixes before tiles of one colour."""
    n = order.recipe.judge.n_pictures
    if order.recipes or not n:
        return order.recipes[:n] if n else ()
    known: dict[str, Recipe] = {}
    for lesson in (held, learnt):
        told = [item.recipe for item in (lesson.items if lesson else ()) if item.recipe is not None]
        for recipe in sorted(told, key=lambda recipe: len(recipe.parts) == 1):
            known.setdefault(recipe_key(recipe), recipe)
    return tuple(known.values())[:n]


def _references(folder: Folder, held: Lesson | None) -> dict[str, Reference]:
    """The held-out photographs that pictures can be compared with, by their recipes."""
    recipes = {item.name: item.recipe for item in (held.items if held else ()) if item.recipe is not None}
    found = {}
    for entry in folder.entries:
        if entry.name in recipes:
            with suppress(InputError):  # too small, or it shows no granules
                found[recipe_key(recipes[entry.name])] = describe_photograph(read_picture(entry.path))
    return found


class _Kept:
    """What a run has on disk."""

    def __init__(
        self,
        order: RunOrder,
        before: tuple[dict[str, LoraModule], float],
        bundle: Bundle,
        trainer: Trainer,
        workers: Workers,
        made_of: Mapping[str, str],
    ) -> None:
        self._order, self._bundle, self._trainer, self._workers = order, bundle, trainer, workers
        self._made_of, self._before = made_of, before
        self._folder = order.out / "training"
        (self._folder / "sheets").mkdir(parents=True, exist_ok=True)
        self.board = Board(self._folder / "board", plain(order.recipe))

    def resume(self) -> list[Judgement]:
        """The judgements by now, with the trainer where it was left.

        Raises:
            InputError: it was left with another base, other pictures or other captions.
        """
        path = self._order.out / STATE
        if path.is_file():
            beside = self._trainer.resume(path)
            for name, digest in self._made_of.items():
                if beside["made_of"][name] != digest:
                    raise InputError(
                        "{path} is of a run with {other}; go on with what it had, or begin in another folder",
                        path=path,
                        other=_OTHER[name],
                    )
            return [Judgement(**told) for told in beside["judgements"]]
        if self._workers.is_first:
            write_whole(self._order.out / CONFIG, to_toml(self._order.recipe).encode())
        return []

    def sheet(self, step: int) -> Path:
        """Where the pictures of a step are shown."""
        return self._folder / "sheets" / f"{step:06d}.png"

    def judge(self, judge: Judge, judgements: list[Judgement], watch: RunWatch) -> None:
        """One judgement more, and what is to be kept of it: the state, and the files if it is the best by now.

        Raises:
            Cancelled: the watch wanted to stop while pictures were painted; the steps are saved.
        """
        trainer, sheet = self._trainer, self.sheet(self._trainer.n_done)
        follow = partial(self._paint_or_stop, watch)
        try:
            with trainer.averaged():
                judgements.append(judge(sheet, follow, watch.stage) if self._workers.is_first else _unjudged(trainer))
                if best_of(judgements) is judgements[-1]:
                    self.write_best()
        finally:  # behind the average, which is not what the next step depends on
            self.save(judgements)
        if self._workers.is_first:
            self.board.judged(judgements[-1], sheet)

    def _paint_or_stop(self, watch: RunWatch, _progress: Progress) -> None:
        """Several processes stop at a step, which they come to together."""
        if self._workers.n == 1 and watch.wants_stop():
            raise _saved(self._trainer.n_done)

    def save(self, judgements: list[Judgement]) -> None:
        """All that the next step depends on."""
        if not self._workers.is_first:
            return
        told = [judgement.to_json() for judgement in judgements]
        lines = "".join(f"{json.dumps(each)}\n" for each in told)
        write_whole(self._folder / "judgements.jsonl", lines.encode())
        self._trainer.save(self._order.out / STATE, {"judgements": told, "made_of": self._made_of})

    def write_best(self) -> None:
        """The files of what is learnt by now."""
        if not self._workers.is_first:
            return
        trainer, order = self._trainer, self._order
        learnt = Learnt(
            modules=joined(trainer.lora.modules_by_name(), *self._before),
            rows=trainer.token_rows(),
            facts=header_facts(
                self._bundle,
                trainer.trigger,
                trainer.schedule.prediction.value,
                order.recipe.pictures.size_px,
                {**plain(order.recipe), "base": order.base.label, "steps_done": trainer.n_done},
            ),
        )
        write_learnt(learnt, self._bundle, self._folder / "best")

    def finish(self, judgements: list[Judgement], learnt: Lesson, held: Lesson | None) -> Bundle:
        """The bundle and its card."""
        order, best = self._order, self.sheet(best_of(judgements).step)
        recipes = [item.recipe for item in learnt.items if item.recipe is not None]
        names = {colour.caption_name: None for recipe in recipes for colour in recipe.colours}
        facts = CardFacts(
            base=order.base.label,
            n_learnt=len(learnt.items),
            held=tuple(item.name for item in held.items) if held else (),
            colours=tuple(names),
            has_sheet=best.is_file(),
        )
        if best.is_file():
            write_whole(order.out / SHEET, best.read_bytes())
        card = model_card(self._bundle, order.recipe, judgements, facts)
        write_whole(order.out / CARD, card.encode())
        return write_bundle(order.base, self._bundle, self._folder / "best")


def _base_lora(base: Bundle, assembly: Assembly) -> tuple[dict[str, LoraModule], float]:
    """The LoRA that is fused into the base, and its strength; to be asked before another one is attached."""
    if base.lora is None:
        return {}, 0.0
    networks = {component: getattr(assembly.pipe, component) for component in COMPONENTS}
    shapes = {name: weight.shape for name, weight in component_weights(networks).items()}
    return read_lora(base.file(base.lora.file), shapes, base.lora.alpha), base.lora.strength
