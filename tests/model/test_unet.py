"""The UNet as the sampler calls it, beside diffusers' own pipelines."""

import importlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from tests.model.pictures import TinyEngine

from plitka.core.generation import Request
from plitka.core.painter import Canvas
from plitka.model.library_imports import quiet_libraries
from plitka.model.painter import DiffusionPainter
from plitka.model.sampler import sample
from plitka.model.unet import Conditions, Words, guided_unet

Ask = Callable[..., Request]


def canvas(prompt: str = "60% red", guidance: float = 7.0, **choices: Any) -> Canvas:  # noqa: ANN401
    """A canvas of 64 px."""
    return Canvas(
        prompt=prompt,
        negative_prompt="blue",
        seed=1,
        width_px=64,
        height_px=64,
        steps=5,
        guidance=guidance,
        **choices,
    )


def painter_of(engine: TinyEngine) -> DiffusionPainter:
    """The painter under an engine."""
    assert isinstance(engine.painter, DiffusionPainter)
    return engine.painter


def stock(painter: DiffusionPainter, kind: str, **choices: Any) -> torch.Tensor:  # noqa: ANN401
    """Latents by one of diffusers' pipelines over the same modules."""
    diffusers: Any = importlib.import_module("diffusers")
    with quiet_libraries(), torch.no_grad():
        scheduler = diffusers.DPMSolverMultistepScheduler.from_config(
            painter._pipe.scheduler.config, algorithm_type="dpmsolver++", use_karras_sigmas=True
        )
        parts = painter._pipe.components | {"scheduler": scheduler}
        pipe = getattr(diffusers, kind)(**parts, add_watermarker=False)
        pipe.set_progress_bar_config(disable=True)
        latents: torch.Tensor = pipe(
            prompt="60% red",
            negative_prompt="blue",
            num_inference_steps=5,
            original_size=(64, 64),
            target_size=(64, 64),
            output_type="latent",
            **choices,
        ).images
    return latents


def ours(painter: DiffusionPainter, latents: torch.Tensor, one: Canvas) -> torch.Tensor:
    """Latents by our sampler."""
    schedule = painter._schedule
    conditions = Conditions(words=painter._encode_words([one]), size_px=(64, 64), guidance=one.guidance)
    with torch.no_grad():
        steps = schedule.steps(one.steps, one.strength)
        *_, last = sample(guided_unet(painter._assembly, conditions), latents, steps)
    return last.latents


@pytest.mark.parametrize("guidance", [1.0, 5.0])
def test_text_mode_is_the_stock_pipeline(tiny_engine: TinyEngine, guidance: float) -> None:
    """From the same noise to the same latents, bit by bit."""
    painter, one = painter_of(tiny_engine), canvas(guidance=guidance)
    noise = painter._noise(one)
    expected = stock(
        painter, "StableDiffusionXLPipeline", latents=noise.clone(), guidance_scale=guidance, width=64, height=64
    )
    assert torch.equal(ours(painter, noise, one), expected)


@pytest.mark.parametrize("strength", [0.3, 0.6, 1.0])
@pytest.mark.parametrize("guidance", [1.0, 5.0])
def test_the_guided_start_is_stock_image_to_image(tiny_engine: TinyEngine, strength: float, guidance: float) -> None:
    """From the same latents and the same noise the stock pipeline comes to the same latents, up to rounding."""
    painter, one = painter_of(tiny_engine), canvas(guidance=guidance, strength=strength)
    clean = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(3))
    noise = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(5))
    schedule = painter._schedule
    found = ours(painter, schedule.steps(5, strength).noised(clean, noise), one)
    generator = torch.Generator().manual_seed(5)
    choices = {"image": clean, "strength": strength, "generator": generator, "guidance_scale": guidance}
    expected = stock(painter, "StableDiffusionXLImg2ImgPipeline", **choices)
    assert torch.allclose(found, expected, rtol=1e-4, atol=1e-5)
    assert not torch.allclose(found, clean, atol=0.01)


def test_words_of_several_prompts_are_stacked_in_order(tiny_engine: TinyEngine) -> None:
    """Both halves, with their pooled ones."""
    painter = painter_of(tiny_engine)
    each = [painter._encode_words([canvas(prompt)]) for prompt in ("60% red", "100% black")]
    stacked = painter._encode_words([canvas("60% red"), canvas("100% black")])
    for name in ("positive", "negative", "pooled_positive", "pooled_negative"):
        assert torch.equal(getattr(stacked, name), torch.cat([getattr(one, name) for one in each]))
    assert Words.stacked(each[:1]) is each[0]


def test_the_negative_half_is_words_of_its_own(tiny_engine: TinyEngine) -> None:
    """Those of the negative prompt, with nothing beside them."""
    words = painter_of(tiny_engine)._encode_words([canvas()])
    half = words.negatives.to(torch.device("cpu"))
    assert half.positive is words.negative
    assert half.pooled_positive is words.pooled_negative
    assert half.negative is half.pooled_negative is None


def test_a_prediction_is_in_float32_and_mixes_both_halves(tiny_engine: TinyEngine) -> None:
    """Unconditional plus guidance times the difference; at 1 the conditional half alone."""
    painter = painter_of(tiny_engine)
    latents, timestep = painter._noise(canvas()), torch.tensor(500)

    def predicted(guidance: float) -> torch.Tensor:
        conditions = Conditions(
            words=painter._encode_words([canvas(guidance=guidance)]), size_px=(64, 64), guidance=guidance
        )
        with torch.no_grad():
            return guided_unet(painter._assembly, conditions)(latents, timestep)

    conditional, two, three = predicted(1.0), predicted(2.0), predicted(3.0)
    assert conditional.dtype == torch.float32
    step = two - conditional
    assert np.allclose(three.numpy(), (conditional + 2 * step).numpy(), atol=1e-5)
