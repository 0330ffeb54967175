"""A LoRA and tokens that learn."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tests.model.conftest import FLOAT32

from plitka.core.recipes.recipe import PromptStyle
from plitka.errors import BadOutput, InputError
from plitka.model.base_facts import bundle_facts
from plitka.model.bundle import Bundle, load_bundle, write_manifest
from plitka.model.engine import load_engine
from plitka.model.engine_config import EngineConfig
from plitka.model.library_imports import quiet_libraries
from plitka.model.noise import NoiseSchedule, Prediction
from plitka.model.parts import EmbeddingsPart, LoraPart
from plitka.model.pipeline import Pipeline, load_base
from plitka.model.train import Captioned, Lesson, TrainConfig, Trainer

TOKENS = ("<a0>", "<a1>")
STYLE = PromptStyle(trigger="tile", tokens=TOKENS)
CONFIG = TrainConfig(steps=6, batch=2, rank=4, alpha=4, learning_rate=1e-3, seed=7)


def pictures() -> list[Captioned]:
    """A red and a blue one, with some detail."""
    rng = np.random.default_rng(0)
    return [
        Captioned(
            name=f"{name}.png",
            caption=f"tile {''.join(TOKENS)}, 100% {name}",
            pixels=rng.integers(low, low + 60, (64, 64, 3), dtype=np.uint8),
        )
        for name, low in (("red", 150), ("blue", 40))
    ]


@pytest.fixture
def pipe(tiny_bundle: Bundle) -> Pipeline:
    """The base alone."""
    with quiet_libraries():
        return load_base(tiny_bundle, FLOAT32)


def begin(bundle: Bundle, config: TrainConfig = CONFIG) -> tuple[Trainer, Lesson]:
    """A run on a base of its own."""
    with quiet_libraries():
        pipe = load_base(bundle, FLOAT32)
    schedule = bundle_facts(bundle).schedule
    assert isinstance(schedule, NoiseSchedule)
    return Trainer(pipe, schedule, STYLE, config), Lesson.of(pipe, pictures())


def written(trainer: Trainer, folder: Path) -> dict[str, bytes]:
    """Both files."""
    folder.mkdir()
    trainer.write(folder / "lora.safetensors", folder / "embeddings.safetensors")
    return {path.name: path.read_bytes() for path in folder.iterdir()}


class TestTrainer:
    """`Trainer`."""

    def test_a_run_that_was_cut_short_ends_with_the_same_bytes(self, tiny_bundle: Bundle, tmp_path: Path) -> None:
        """As one that was not; also where the tokens have stopped learning since."""
        whole, lesson = begin(tiny_bundle)
        losses: list[float] = []
        whole.learn(lesson, on_step=lambda _step, loss: losses.append(loss))
        assert len(losses) == CONFIG.steps
        for n_first in (2, 5):
            first, lesson = begin(tiny_bundle)
            first.learn(lesson, until=n_first)
            first.save(tmp_path / "state")
            second, lesson = begin(tiny_bundle)
            second.resume(tmp_path / "state")
            assert second.n_done == n_first
            second.learn(lesson)
            assert second.n_done == CONFIG.steps
            assert written(second, tmp_path / f"second-{n_first}") == written(whole, tmp_path / f"whole-{n_first}")

    def test_only_what_learns_has_gradients(self, tiny_bundle: Bundle) -> None:
        """The matrices and the rows, and every one of them."""
        trainer, lesson = begin(tiny_bundle)
        trainer.learn(lesson, until=2)  # before the first step what is behind a zero has none
        own = [*trainer.lora.parameters(), *trainer.rows.parameters()]
        assert all(parameter.grad is not None and bool(parameter.grad.any()) for parameter in own)
        pipe = trainer.pipe
        for network in (pipe.unet, pipe.vae, pipe.text_encoder, pipe.text_encoder_2):
            assert all(parameter.grad is None for parameter in network.parameters())

    def test_tokens_stop_at_their_share_of_the_steps(self, tiny_bundle: Bundle) -> None:
        """And the matrices go on."""
        trainer, lesson = begin(tiny_bundle, replace(CONFIG, token_share=0.5))
        trainer.learn(lesson, until=3)
        rows = [parameter.detach().clone() for parameter in trainer.rows.parameters()]
        ups = [up.detach().clone() for _, up in trainer.lora.pairs().values()]
        trainer.learn(lesson)
        assert all(map(torch.equal, rows, trainer.rows.parameters()))
        assert not any(torch.equal(old, up) for old, (_, up) in zip(ups, trainer.lora.pairs().values(), strict=True))

    @pytest.mark.parametrize("prediction", list(Prediction))
    def test_the_loss_falls(self, tiny_bundle: Bundle, prediction: Prediction) -> None:
        """Whatever the base predicts."""
        trainer, lesson = begin(tiny_bundle, replace(CONFIG, steps=25, batch=4, learning_rate=5e-3))
        trainer.schedule = replace(trainer.schedule, prediction=prediction)
        before = trainer.judge(lesson, 4)
        assert trainer.judge(lesson, 4) == before
        trainer.learn(lesson)
        assert trainer.judge(lesson, 4) < 0.97 * before

    def test_what_it_writes_is_a_model(self, copied_bundle: Bundle) -> None:
        """All loads, and is checked in loading."""
        trainer, lesson = begin(copied_bundle)
        trainer.learn(lesson)
        trainer.write(copied_bundle.folder / "a.safetensors", copied_bundle.folder / "b.safetensors")
        write_manifest(
            replace(
                copied_bundle,
                lora=LoraPart(file="a.safetensors", strength=1.0),
                embeddings=EmbeddingsPart(file="b.safetensors", tokens=TOKENS),
                style=STYLE,
            )
        )
        load_engine(load_bundle(copied_bundle.folder), EngineConfig(device="cpu"))

    def test_another_runs_state_is_refused(self, tiny_bundle: Bundle, tmp_path: Path) -> None:
        """And what is none."""
        trainer, _ = begin(tiny_bundle)
        trainer.save(tmp_path / "state")
        other, _ = begin(tiny_bundle, replace(CONFIG, seed=8))
        with pytest.raises(InputError, match="another configuration"):
            other.resume(tmp_path / "state")
        (tmp_path / "state").write_bytes(b"nothing")
        with pytest.raises(InputError, match="cannot be read"):
            trainer.resume(tmp_path / "state")

    def test_a_loss_that_is_no_number_stops_the_run(self, tiny_bundle: Bundle) -> None:
        """Before anything is spoilt."""
        trainer, lesson = begin(tiny_bundle)
        with pytest.raises(BadOutput, match="nan at step 0"):
            trainer.learn(replace(lesson, latents=lesson.latents * float("nan")))


class TestLesson:
    """`Lesson`."""

    def test_pictures_are_encoded_in_every_turn(self, pipe: Pipeline) -> None:
        """Eight of each, no two alike."""
        lesson = Lesson.of(pipe, pictures())
        assert lesson.latents.shape == (2, 8, 4, 8, 8)
        assert len({turn.numpy().tobytes() for turn in lesson.latents[0]}) == 8
        assert lesson.size_px == 64

    def test_other_shapes_are_refused(self, pipe: Pipeline) -> None:
        """None, one that is no square, or two sizes."""
        [red, blue] = pictures()
        for some in ([], [replace(red, pixels=red.pixels[:32])], [red, replace(blue, pixels=blue.pixels[:32, :32])]):
            with pytest.raises(InputError, match="squares of one size"):
                Lesson.of(pipe, some)

    def test_a_picture_that_gives_no_number_is_named(self, pipe: Pipeline) -> None:
        """So that it can be looked at."""
        with torch.no_grad():
            pipe.vae.encoder.conv_in.weight.fill_(float("nan"))
        with pytest.raises(BadOutput, match=r"NaN for red\.png"):
            Lesson.of(pipe, pictures())


@pytest.mark.parametrize(
    "choice", [{"steps": 0}, {"batch": 0}, {"rank": 0}, {"token_share": 2}, {"caption_dropout": -1}]
)
def test_numbers_that_make_no_run_are_refused(choice: dict[str, Any]) -> None:
    """By their names."""
    with pytest.raises(InputError, match=next(iter(choice))):
        TrainConfig(**({"steps": 1} | choice))
