"""A run in its folder, on small networks."""

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from safetensors import safe_open

from plitka.core.colour.palette import default_palette, load_palette
from plitka.core.dataset.training_pictures import PictureConfig
from plitka.core.recipes.recipe import Notice
from plitka.errors import Cancelled, InputError
from plitka.model.bundle import Bundle, load_bundle
from plitka.model.engine import load_engine
from plitka.model.engine_config import EngineConfig
from plitka.model.train_config import JudgeConfig, TrainConfig, TrainRecipe, read_recipe
from plitka.model.train_judge import Judgement, best_of
from plitka.model.training_run import CONFIG, STATE, RunOrder, run_training

DOCS = Path(__file__).parents[2] / "docs/training.md"
RECIPE = TrainRecipe(
    pictures=PictureConfig(size_px=64, is_cropped=False),
    train=TrainConfig(steps=5, batch=2, rank=2, alpha=2, learning_rate=1e-2),
    judge=JudgeConfig(every=2, held_out=0.3, n_pictures=0, n_times=2),
)
LEARNT = ("own_sdxl_lora.safetensors", "own_sdxl_embeddings.safetensors", "peft/pytorch_lora_weights.safetensors")


@dataclass
class Watch:
    """Remembers what it was told, and stops at a step."""

    stop_at: int = -1
    problems: list[Notice] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)
    judgements: list[Judgement] = field(default_factory=list)
    stages: list[tuple[str, int, int]] = field(default_factory=list)

    def stage(self, name: str, n_done: int = 0, n_all: int = 0) -> None:
        """Remember."""
        self.stages.append((name, n_done, n_all))

    def notice(self, notice: Notice) -> None:
        """Remember."""
        self.problems.append(notice)

    def step(self, n_done: int, loss: float) -> None:
        """Remember."""
        assert loss > 0
        self.steps.append(n_done)

    def judged(self, judgement: Judgement) -> None:
        """Remember."""
        self.judgements.append(judgement)

    def wants_stop(self) -> bool:
        """Behind that step."""
        return self.steps[-1:] == [self.stop_at]


@dataclass
class Impatient(Watch):
    """Somebody who presses Ctrl-C once they were asked so often, counted behind a step."""

    patience: int = 0
    behind: int = 0

    def wants_stop(self) -> bool:
        """Once it is used up."""
        if len(self.steps) < self.behind:
            return False
        self.patience -= 1
        return self.patience < 0


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three with captions, one without, and one that is none."""
    folder, rng = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    for name, caption in (("a", "TOK, 60% red, 40% black"), ("b", "100% blue"), ("c", "a cat asleep"), ("d", "")):
        Image.fromarray(rng.integers(0, 256, (80, 64, 3), dtype=np.uint8)).save(folder / f"{name}.png")
        (folder / f"{name}.txt").write_text(caption, encoding="utf-8")
    (folder / "e.png").write_bytes(b"nothing")
    (folder / "e.txt").write_text("100% red", encoding="utf-8")
    return folder


def order(base: Bundle, pictures: Path, out: Path, recipe: TrainRecipe = RECIPE) -> RunOrder:
    """To train on the CPU."""
    return RunOrder(
        folder=pictures, base=base, out=out, name="own", recipe=recipe, palette=default_palette(), device="cpu"
    )


def trained(order: RunOrder, watch: Watch) -> Bundle:
    """What came out of a run that this process alone made."""
    bundle = run_training(order, watch)
    assert bundle is not None
    return bundle


@pytest.fixture(scope="module")
def whole(tiny_bundle: Bundle, pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Bundle, Watch]:
    """A run that nothing stopped."""
    watch = Watch()
    return trained(order(tiny_bundle, pictures, tmp_path_factory.mktemp("whole")), watch), watch


def files(folder: Path, names: Sequence[str] = LEARNT) -> dict[str, bytes]:
    """What came out."""
    return {name: (folder / name).read_bytes() for name in names}


class TestRun:
    """`run_training`."""

    def test_a_model_comes_out(self, whole: tuple[Bundle, Watch], tiny_bundle: Bundle) -> None:
        """It loads, is checked in loading, and has the base's tokens; its card and configuration lie beside."""
        bundle, watch = whole
        assert load_bundle(bundle.folder) == bundle
        bundle.verify()
        assert bundle.style == tiny_bundle.style
        load_engine(bundle, EngineConfig(device="cpu", dtype="float32")).close()
        assert read_recipe(bundle.folder / CONFIG) == RECIPE
        card = (bundle.folder / "README.md").read_text(encoding="utf-8")
        assert "learnt from 2 captioned pictures on tiny@" in card
        assert "held out to judge by: `b.png`" in card
        assert "Colours: red, black." in card
        assert watch.steps == [1, 2, 3, 4, 5]
        assert [judgement.step for judgement in watch.judgements] == [2, 4, 5]
        assert all(judgement.held_loss for judgement in watch.judgements)
        names = [name for name, _n, _of in watch.stages]
        assert list(dict.fromkeys(names)) == ["load", "pictures", "losses", "write"]
        assert [stage for stage in watch.stages if stage[0] == "losses"] == [("losses", n, 3) for n in (1, 2, 3)] * 3

    def test_the_example_in_python_runs(self, tiny_bundle: Bundle, pictures: Path) -> None:
        """That of the page, with a smaller base, smaller pictures and one step."""
        code = DOCS.read_text(encoding="utf-8").partition("### In Python")[2].split("```")[1].removeprefix("python")
        for said, smaller in (
            ('"mini"', repr(str(tiny_bundle.folder))),
            ('"photos"', repr(str(pictures))),
            ("PictureConfig()", "PictureConfig(size_px=64)"),
            ("steps=500", "steps=1, batch=1"),
        ):
            assert code.count(said) == 1
            code = code.replace(said, smaller)
        names: dict[str, Any] = {}
        exec(compile(code, "docs/training.md", "exec"), names)  # noqa: S102  (our own page)
        assert names["trainer"].n_done == 1

    def test_headers_tell_of_the_run(self, whole: tuple[Bundle, Watch]) -> None:
        """By modelspec's names, and with its configuration."""
        bundle, watch = whole
        with safe_open(bundle.folder / LEARNT[0], "pt") as file:
            told = file.metadata()
        assert told["modelspec.trigger_phrase"] == "ohwx_rubber_tile <s0><s1>"
        facts = json.loads(told["plitka.train"])
        assert facts["train"]["steps"] == 5
        assert facts["steps_done"] == best_of(watch.judgements).step

    def test_what_is_wrong_with_pictures_is_told(self, whole: tuple[Bundle, Watch]) -> None:
        """And keeps no other from being learnt."""
        told = [str(problem) for problem in whole[1].problems]
        assert [any(part in text for text in told) for part in ("c.png", "d.png", "e.png")] == [True] * 3
        assert len(told) == 3

    @pytest.mark.parametrize("stop_at", [1, 4])
    def test_a_stopped_run_ends_with_the_same_bytes(
        self, whole: tuple[Bundle, Watch], tiny_bundle: Bundle, pictures: Path, tmp_path: Path, stop_at: int
    ) -> None:
        """Once it is gone on with."""
        with pytest.raises(Cancelled, match=f"step {stop_at}, which is saved"):
            run_training(order(tiny_bundle, pictures, tmp_path), Watch(stop_at))
        assert (tmp_path / STATE).is_file()
        assert not (tmp_path / "bundle.toml").exists()
        watch = Watch()
        run_training(order(tiny_bundle, pictures, tmp_path), watch)
        assert watch.steps[0] == stop_at + 1
        assert files(tmp_path) == files(whole[0].folder)
        assert (tmp_path / "training/judgements.jsonl").read_bytes() == (
            whole[0].folder / "training/judgements.jsonl"
        ).read_bytes()

    @pytest.mark.parametrize("patience", [0, 1, 10])
    def test_a_run_is_stopped_before_its_first_step(
        self, tiny_bundle: Bundle, pictures: Path, tmp_path: Path, patience: int
    ) -> None:
        """While the base is loaded, or its pictures are encoded; nothing of the run is there then."""
        watch = Impatient(patience=patience)
        with pytest.raises(Cancelled, match="before the first step"):
            run_training(order(tiny_bundle, pictures, tmp_path), watch)
        assert watch.patience == -1
        assert not watch.steps
        assert not (tmp_path / CONFIG).exists()

    def test_a_run_is_stopped_while_it_is_judged(self, tiny_bundle: Bundle, pictures: Path, tmp_path: Path) -> None:
        """What was learnt is kept, not the average that is judged, and the same bytes come out in the end."""
        recipe = replace(
            RECIPE,
            train=replace(RECIPE.train, steps=2, ema_decay=0.9),
            judge=JudgeConfig(every=1, held_out=0, n_pictures=1, size_px=64, n_times=1),
        )
        uncut = trained(order(tiny_bundle, pictures, tmp_path / "uncut", recipe), Watch())
        cut, watch = order(tiny_bundle, pictures, tmp_path / "cut", recipe), Impatient(patience=1, behind=1)
        with pytest.raises(Cancelled, match="step 1, which is saved"):
            run_training(cut, watch)
        assert not watch.judgements
        assert files(trained(cut, Watch()).folder) == files(uncut.folder)

    def test_pictures_are_painted_and_shares_judged(self, tiny_bundle: Bundle, pictures: Path, tmp_path: Path) -> None:
        """On a sheet that the card shows; a prior beside, from another folder."""
        recipe = replace(
            RECIPE,
            train=replace(RECIPE.train, steps=1),
            judge=JudgeConfig(every=1, held_out=0, n_pictures=1, size_px=64, n_times=1),
        )
        watch = Watch()
        run_training(replace(order(tiny_bundle, pictures, tmp_path, recipe), prior=pictures), watch)
        (judgement,) = watch.judgements
        assert judgement.share_error is not None
        assert judgement.off_palette is not None
        assert ("paint", 1, 1) in watch.stages
        assert judgement.badness == judgement.share_error + judgement.off_palette
        assert (tmp_path / "sheet.png").read_bytes() == (tmp_path / "training/sheets/000001.png").read_bytes()
        assert "(sheet.png)" in (tmp_path / "README.md").read_text(encoding="utf-8")

    def test_names_that_are_broken_up_learn_rows(self, tiny_bundle: Bundle, pictures: Path, tmp_path: Path) -> None:
        """Which the bundle has, and its card tells; a run on it goes on with them."""
        (tmp_path / "palette.csv").write_text("code,name,hex\nCOR,corvina,#8e1b6b\n", encoding="utf-8")
        shutil.copytree(pictures, tmp_path / "pictures")
        (tmp_path / "pictures/b.txt").write_text("70% COR, 30% red", encoding="utf-8")
        recipe = replace(RECIPE, train=replace(RECIPE.train, steps=2), judge=replace(RECIPE.judge, every=0))
        palette = load_palette(tmp_path / "palette.csv")
        base = tiny_bundle
        for name in ("first", "second"):
            asked = order(base, tmp_path / "pictures", tmp_path / name, recipe)
            base = trained(replace(asked, palette=palette), Watch())
            assert base.embeddings is not None
            assert base.embeddings.names == ("corvina",)
            assert load_bundle(base.folder) == base
            load_engine(base, EngineConfig(device="cpu", dtype="float32")).close()
        assert "Words with rows of their own: corvina." in (base.folder / "README.md").read_text(encoding="utf-8")

    def test_new_tokens_where_the_base_has_none(self, tiny_bundle: Bundle, pictures: Path, tmp_path: Path) -> None:
        """A DoRA, which a base without a LoRA allows, in the layout that keeps it."""
        base = replace(tiny_bundle, lora=None, embeddings=None)
        recipe = replace(RECIPE, train=replace(RECIPE.train, steps=2, is_dora=True, tokens=("<new>",)))
        bundle = trained(order(base, pictures, tmp_path, recipe), Watch())
        assert bundle.style.tokens == ("<new>",)
        load_engine(bundle, EngineConfig(device="cpu", dtype="float32")).close()

    def test_a_run_goes_on_with_what_it_was_made_of(self, tiny_bundle: Bundle, pictures: Path, tmp_path: Path) -> None:
        """Not with another caption, nor with another base."""
        shutil.copytree(pictures, tmp_path / "pictures")
        asked = order(tiny_bundle, tmp_path / "pictures", tmp_path / "out")
        with pytest.raises(Cancelled):
            run_training(asked, Watch(1))
        (tmp_path / "pictures/b.txt").write_text("100% red", encoding="utf-8")
        with pytest.raises(InputError, match="with other pictures"):
            run_training(asked, Watch())
        plain = replace(tiny_bundle, lora=None)
        with pytest.raises(InputError, match="with another base"):
            run_training(order(plain, pictures, tmp_path / "out"), Watch())

    def test_a_folder_of_nothing_is_refused(self, tiny_bundle: Bundle, tmp_path: Path) -> None:
        """There would be nothing to learn."""
        with pytest.raises(InputError, match="no picture"):
            run_training(order(tiny_bundle, tmp_path, tmp_path / "out"), Watch())
