"""A LoRA and tokens that learn."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tests.model.conftest import FLOAT32

from plitka.core.dataset.training_pictures import Captioned
from plitka.core.recipes.recipe import PromptStyle
from plitka.errors import BadOutput, InputError
from plitka.model.base_facts import bundle_facts
from plitka.model.bundle import Bundle
from plitka.model.lesson import Lesson
from plitka.model.library_imports import quiet_libraries
from plitka.model.noise import NoiseSchedule, Prediction
from plitka.model.pipeline import load_base
from plitka.model.train import Trainer
from plitka.model.train_config import TrainConfig
from plitka.model.train_workers import Workers

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


def begin(
    bundle: Bundle, config: TrainConfig = CONFIG, device: torch.device = FLOAT32.device
) -> tuple[Trainer, Lesson]:
    """A run on a base of its own."""
    with quiet_libraries():
        pipe = load_base(bundle, replace(FLOAT32, device=device))
    schedule = bundle_facts(bundle).schedule
    assert isinstance(schedule, NoiseSchedule)
    return Trainer(pipe, schedule, STYLE, config), Lesson.of(pipe, pictures())


def learnt(trainer: Trainer) -> dict[str, torch.Tensor]:
    """All that was learnt, by name."""
    return {**trainer.lora.state_dict(), **{f"row {n}": rows for n, rows in enumerate(trainer.token_rows())}}


def assert_same(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> None:
    """To the last bit."""
    assert set(one) == set(other)
    assert all(torch.equal(one[name], other[name]) for name in one)


class Alone(Workers):
    """One of several processes that hears nothing of the others, and notes the last number that it would have told."""

    TOLD = 7.0
    last: float

    def average(self, tensors: Iterable[torch.Tensor | None]) -> None:
        """As if all together came to seven."""
        for tensor in tensors:
            if tensor is not None and not tensor.dim():
                object.__setattr__(self, "last", float(tensor))
                tensor.fill_(self.TOLD)


class TestTrainer:
    """`Trainer`."""

    @pytest.mark.parametrize(
        "choices", [{}, {"is_dora": True, "ema_decay": 0.9, "crop_px": 32, "rate": "cosine", "l1_penalty": 0.03}]
    )
    def test_a_run_that_was_cut_short_ends_the_same(
        self, tiny_bundle: Bundle, tmp_path: Path, choices: dict[str, Any]
    ) -> None:
        """Twice, to the last bit as one that was not; also where the tokens have stopped learning since."""
        config = replace(CONFIG, **choices)
        whole, lesson = begin(tiny_bundle, config)
        losses: list[float] = []
        whole.learn(lesson, lesson, on_step=lambda _step, loss: losses.append(loss))
        assert len(losses) == CONFIG.steps
        part, lesson = begin(tiny_bundle, config)
        for n_done in (2, 5):
            part.learn(lesson, lesson, until=n_done)
            part.save(tmp_path / "state", {"note": [n_done]})
            part, lesson = begin(tiny_bundle, config)
            assert part.resume(tmp_path / "state") == {"note": [n_done]}
            assert part.n_done == n_done
        part.learn(lesson, lesson)
        assert part.n_done == CONFIG.steps
        assert_same(learnt(part), learnt(whole))
        with part.averaged(), whole.averaged():
            assert_same(learnt(part), learnt(whole))

    def test_the_loss_of_a_step_is_that_of_all_processes(self, tiny_bundle: Bundle) -> None:
        """Each has learnt a part of the batch, and all tell what the whole of it missed."""

        def first_loss(workers: Workers) -> float:
            trainer, lesson = begin(tiny_bundle)
            trainer.workers = workers
            losses: list[float] = []
            trainer.learn(lesson, until=1, on_step=lambda _step, loss: losses.append(loss))
            return losses[0]

        parts = [Alone(rank, 2) for rank in range(2)]
        told = [first_loss(part) for part in parts]
        assert told == [Alone.TOLD] * 2
        assert np.mean([part.last for part in parts]) == pytest.approx(first_loss(Workers()), rel=1e-5)
        assert parts[0].last != parts[1].last

    def test_only_what_learns_has_gradients(self, tiny_bundle: Bundle) -> None:
        """The matrices and the rows, and every one of them."""
        trainer, lesson = begin(tiny_bundle)
        trainer.learn(lesson, until=2)  # before the first step what is behind a zero has none
        own = [*trainer.lora.parameters(), *trainer.rows.parameters()]
        assert all(parameter.grad is not None and bool(parameter.grad.any()) for parameter in own)
        pipe = trainer.pipe
        for network in (pipe.unet, pipe.vae, pipe.text_encoder, pipe.text_encoder_2):
            frozen = [parameter for parameter in network.parameters() if not any(parameter is each for each in own)]
            assert frozen
            assert all(parameter.grad is None for parameter in frozen)

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

    def test_the_average_lags_behind(self, tiny_bundle: Bundle) -> None:
        """And is gone once it is left."""
        trainer, lesson = begin(tiny_bundle, replace(CONFIG, ema_decay=0.9))
        trainer.learn(lesson)
        last = {name: tensor.clone() for name, tensor in learnt(trainer).items()}
        with trainer.averaged():
            assert not all(torch.equal(last[name], tensor) for name, tensor in learnt(trainer).items())
        assert_same(learnt(trainer), last)

    def test_checkpointing_changes_nothing(self, tiny_bundle: Bundle) -> None:
        """But for memory and time."""
        for is_dora in (False, True):
            config = replace(CONFIG, steps=2, is_dora=is_dora)
            plain, lesson = begin(tiny_bundle, config)
            plain.learn(lesson)
            thrifty, lesson = begin(tiny_bundle, replace(config, is_checkpointed=True))
            assert thrifty.pipe.unet.is_gradient_checkpointing
            thrifty.learn(lesson)
            for name, tensor in learnt(plain).items():
                torch.testing.assert_close(learnt(thrifty)[name], tensor, atol=1e-5, rtol=1e-3)

    def test_a_base_in_half_precision_is_learnt_on_in_full(self, tiny_bundle: Bundle) -> None:
        """What learns and its gradients stay float32, also of tokens."""
        with quiet_libraries():
            pipe = load_base(tiny_bundle, FLOAT32)
            for network in (pipe.unet, pipe.text_encoder, pipe.text_encoder_2):
                network.to(torch.bfloat16)
        lesson = Lesson.of(pipe, pictures())
        schedule = bundle_facts(tiny_bundle).schedule
        assert isinstance(schedule, NoiseSchedule)
        trainer = Trainer(pipe, schedule, STYLE, replace(CONFIG, token_share=0.5))
        assert pipe.unet.dtype == torch.bfloat16
        before = [parameter.detach().clone() for parameter in trainer.learning]
        trainer.learn(lesson, lesson)
        assert all(parameter.dtype == torch.float32 for parameter in trainer.learning)
        assert not any(map(torch.equal, before, trainer.learning))

    @pytest.mark.slow
    @pytest.mark.filterwarnings("ignore")  # of torch's compiler about itself
    def test_compiling_changes_nothing(self, tiny_bundle: Bundle) -> None:
        """But for time; also where the base's own answers are asked for, and with checkpoints."""
        config = replace(CONFIG, steps=2)
        plain, lesson = begin(tiny_bundle, config)
        plain.learn(lesson, lesson)
        compiled, lesson = begin(tiny_bundle, replace(config, is_compiled=True, is_checkpointed=True))
        compiled.learn(lesson, lesson)
        for name, tensor in learnt(plain).items():
            torch.testing.assert_close(learnt(compiled)[name], tensor, atol=1e-5, rtol=1e-3)

    def test_what_is_kept_pulls_back_to_the_base(self, tiny_bundle: Bundle) -> None:
        """Nothing is forgotten at first; with more weight less is."""
        lost = []
        for weight in (0.0, 30.0):
            trainer, lesson = begin(tiny_bundle, replace(CONFIG, steps=8, prior_weight=weight, learning_rate=5e-3))
            before = trainer.judge(lesson, 4)
            trainer.learn(lesson, lesson)
            with trainer.unlearnt():
                assert trainer.judge(lesson, 4) == before
            lost.append(abs(trainer.judge(lesson, 4) - before))
        assert lost[1] < lost[0] / 2

    def test_processes_share_a_batch(self, tiny_bundle: Bundle) -> None:
        """Their parts are the whole batch, and their gradients average to its own."""
        whole, lesson = begin(tiny_bundle, replace(CONFIG, batch=4))
        whole._learn_batch(lesson)
        halves = []
        for rank in range(2):
            trainer, lesson = begin(tiny_bundle, replace(CONFIG, batch=4))
            trainer.workers = Workers(rank, 2)
            trainer._learn_batch(lesson)
            halves.append([parameter.grad for parameter in trainer.learning])
        for parameter, *both in zip(whole.learning, *halves, strict=True):
            if parameter.grad is not None:
                torch.testing.assert_close(parameter.grad, sum(both) / 2, atol=1e-6, rtol=1e-3)

    def test_zero_signal_is_learnt(self, tiny_bundle: Bundle) -> None:
        """With zero terminal SNR the last timestep counts, and its loss is a number."""
        trainer, lesson = begin(tiny_bundle)
        powers = trainer.schedule.alphas_cumprod.clone()
        powers[:] = 0
        trainer.schedule = replace(trainer.schedule, alphas_cumprod=powers, prediction=Prediction.VELOCITY)
        trainer.learn(lesson, until=2)
        assert any(bool(up.any()) for _, up in trainer.lora.pairs().values())

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
        """Before anything is spoilt; the picture is named."""
        trainer, lesson = begin(tiny_bundle)
        red = lesson.items[0]
        broken = replace(red, turned=tuple(latents * float("nan") for latents in red.turned))
        with pytest.raises(BadOutput, match=r"red\.png is no number at step 0"):
            trainer.learn(replace(lesson, items=(broken,)))

    def test_names_of_no_layer_are_refused(self, tiny_bundle: Bundle) -> None:
        """Nothing would be learnt."""
        with pytest.raises(InputError, match="no layer"):
            begin(tiny_bundle, replace(CONFIG, targets=("to_z",)))
