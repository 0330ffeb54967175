"""Guided mode on a small SDXL: the tail of the schedule, the closed loop around the pipeline, a map from outside."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from tests.model.pictures import TinyEngine, make

from plitka.core.generation import Defaults, GuidedDefaults, Mode, Request
from plitka.core.measure.shares import measure
from plitka.core.recipes.recipe import Recipe
from plitka.core.scene import Scene
from plitka.core.watch import Progress
from plitka.errors import Cancelled, InputError
from plitka.model.bundle import Bundle, load_bundle, write_manifest
from plitka.model.latents import encode_picture

Ask = Callable[..., Request]
GUIDED = Mode.GUIDED


def test_a_guided_result_says_how_it_was_made(tiny_engine: TinyEngine, ask: Ask) -> None:
    """Strength and tolerance are filled in, attempts counted, every stage timed, and the seed repeats the bytes."""
    first, again = (make(tiny_engine, ask(mode=GUIDED, seed=7)) for _ in range(2))
    assert first.pixels.shape == (64, 64, 3)
    assert (first.request.strength, first.request.tolerance, first.request.steps) == (0.6, 3.0, 3)
    assert 1 <= first.attempts <= 4
    assert first.attempts == 4 or first.max_error <= 1.5
    assert first.stage_seconds.keys() - {"encode_words"} == {"map", "encode", "denoise", "decode", "measure"}
    assert sum(first.stage_seconds.values()) <= first.seconds
    assert first.pixels.tobytes() == again.pixels.tobytes()
    assert first.attempts == again.attempts


def test_a_guided_result_can_be_measured_again(tiny_engine: TinyEngine, ask: Ask) -> None:
    """It says what was laid where, from which the measure learnt how its colours look; text mode lays nothing."""
    guided = make(tiny_engine, ask(mode=GUIDED, seed=7))
    assert guided.laid is not None
    assert guided.laid.shape == guided.pixels.shape[:2]
    assert np.unique(guided.laid).tolist() == list(range(len(guided.request.scene.recipe.colours)))
    found = measure(guided.pixels, guided.request.scene.recipe.colours, laid=guided.laid)
    assert found.percents == pytest.approx(guided.measured)
    assert make(tiny_engine, ask()).laid is None


def test_modes_are_different_pictures(tiny_engine: TinyEngine, ask: Ask) -> None:
    """And making a guided one leaves no trace in text mode."""
    text = make(tiny_engine, ask())
    guided = make(tiny_engine, ask(mode=GUIDED))
    assert text.pixels.tobytes() != guided.pixels.tobytes()
    assert make(tiny_engine, ask()).pixels.tobytes() == text.pixels.tobytes()
    assert text.request.strength == 1


def test_the_words_are_read_once(tiny_engine: TinyEngine, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many attempts are made; without guidance the network runs on one text."""
    encode, forward, texts, batches = (
        tiny_engine.painter._pipe.encode_prompt,
        tiny_engine.painter._pipe.unet.forward,
        [],
        [],
    )

    def note_text(prompt: str, **choices: Any) -> Any:  # noqa: ANN401
        texts.append(prompt)
        return encode(prompt, **choices)

    def note_batch(sample: torch.Tensor, *others: Any, **choices: Any) -> Any:  # noqa: ANN401
        batches.append(sample.shape[0])
        return forward(sample, *others, **choices)

    monkeypatch.setattr(
        tiny_engine.painter._pipe, "encode_prompt", lambda prompt=None, **choices: note_text(prompt, **choices)
    )
    monkeypatch.setattr(tiny_engine.painter._pipe.unet, "forward", note_batch)
    result = make(tiny_engine, ask("55% red, 45% white", mode=GUIDED, tolerance=0.0, guidance=1.0, steps=5))
    assert result.attempts == 4
    assert len(texts) == 1
    assert set(batches) == {1}


def test_progress_counts_each_attempt_anew(tiny_engine: TinyEngine, ask: Ask) -> None:
    """From 1 to the steps that the strength runs, and which attempt it is."""
    told: list[Progress] = []
    result = make(tiny_engine, ask(mode=GUIDED, steps=10, tolerance=0.0), told.append)
    assert result.attempts == 4
    assert told[:6] == [Progress(step=step, n_steps=6, attempt=1) for step in range(1, 7)]
    assert [progress.attempt for progress in told] == sorted(progress.attempt for progress in told)
    assert {progress.attempt for progress in told} == {1, 2, 3, 4}
    for attempt in (2, 3, 4):
        steps = [progress.step for progress in told if progress.attempt == attempt]
        assert steps == list(range(1, len(steps) + 1))
        assert len(steps) in {4, 5, 6}


def test_stopping_in_the_second_attempt_leaves_the_engine_usable(tiny_engine: TinyEngine, ask: Ask) -> None:
    """`Cancelled` comes through at any step, and the next picture is as if nothing had been."""
    request = ask(mode=GUIDED, steps=5, tolerance=0.0)
    before = make(tiny_engine, request)
    stop = Cancelled("stopped")

    def cancel(progress: Progress) -> None:
        if progress.attempt == 2 and progress.step == 2:
            raise stop

    with pytest.raises(Cancelled) as caught:
        make(tiny_engine, request, cancel)
    assert caught.value is stop
    assert make(tiny_engine, request).pixels.tobytes() == before.pixels.tobytes()


@pytest.mark.parametrize("choices", [{"width_px": 128}, {"height_px": 192}, {"strength": 1.0}, {"strength": 0.05}])
def test_a_guided_request_may_choose(tiny_engine: TinyEngine, ask: Ask, choices: dict[str, Any]) -> None:
    """Formats that are not square, and strengths at both ends."""
    result = make(tiny_engine, ask(mode=GUIDED, tolerance=100.0, **choices))
    assert result.pixels.shape == (choices.get("height_px", 64), choices.get("width_px", 64), 3)
    if "strength" in choices:
        assert result.request.strength == choices["strength"]


def test_weak_noise_leaves_the_arrangement_of_a_map(tiny_engine: TinyEngine, ask: Ask) -> None:
    """Two pictures over a map from outside and over its mirror image differ where the map does."""
    left = np.repeat(np.repeat(np.arange(64, dtype=np.int32).reshape(8, 8), 4, 0), 4, 1)
    one, other, again = (
        make(tiny_engine, ask(mode=GUIDED, strength=0.05, tolerance=20.0, guide=guide)).pixels.astype(int)
        for guide in (left, left + 1000, left.T)
    )
    assert (one == other).all()
    assert (one != again).any()


def test_a_map_too_coarse_for_its_recipe_is_refused(tiny_engine: TinyEngine, ask: Ask) -> None:
    """Two granules can not be 60 to 40."""
    with pytest.raises(InputError, match="the 2 granules of the guide"):
        make(tiny_engine, ask(mode=GUIDED, guide=np.array([[0, 1]], np.int32)))


@pytest.mark.parametrize("choices", [{"strength": 0.5}, {"tolerance": 2.0}, {"guide": np.zeros((2, 2), np.int32)}])
def test_text_mode_has_no_guided_choices(ask: Ask, choices: dict[str, Any]) -> None:
    """Each is refused by its name."""
    with pytest.raises(InputError, match=f"{next(iter(choices))} belongs to the mode guided"):
        ask(**choices)


@pytest.mark.parametrize("strength", [0.04, 1.01, float("nan")])
def test_strengths_out_of_range_are_refused(ask: Ask, strength: float) -> None:
    """Between 0.05 and 1 only."""
    with pytest.raises(InputError, match=r"strength must lie in 0\.05\.\.1"):
        ask(mode=GUIDED, strength=strength)


def test_a_bundle_may_have_its_own_guided_choices(copied_bundle: Bundle, two_colours: Recipe) -> None:
    """They are written, read back, used in guided mode only, and change the digest; none are written for none."""
    usual = load_bundle(copied_bundle.folder)
    assert "[guided]" not in (copied_bundle.folder / "bundle.toml").read_text()
    guided = GuidedDefaults(steps=12, guidance=1.0, strength=0.45, detail_px=1.5)
    written = write_manifest(replace(usual, defaults=replace(usual.defaults, guided=guided)))
    assert written.defaults.guided == guided
    assert written.digest != usual.digest
    text, over = (
        written.defaults.complete(Request(scene=Scene.of(two_colours), seed=1, mode=mode))
        for mode in (Mode.TEXT, GUIDED)
    )
    assert (text.steps, text.guidance, text.strength) == (usual.defaults.steps, usual.defaults.guidance, 1.0)
    assert (over.steps, over.guidance, over.strength) == (12, 1.0, 0.45)


def test_without_choices_of_its_own_guided_mode_has_those_of_text_mode(two_colours: Recipe) -> None:
    """Steps and guidance are the same, and the mode is guided where none is asked for."""
    complete = Defaults(steps=9, guidance=4.0).complete(Request(scene=Scene.of(two_colours), seed=1))
    assert (complete.mode, complete.steps, complete.guidance, complete.strength) == (GUIDED, 9, 4.0, 0.6)


def test_encoding_is_the_inverse_of_the_scaling_that_decoding_applies(tiny_engine: TinyEngine) -> None:
    """The likeliest latents of the VAE, times its factor, as diffusers' own pipelines have it."""
    vae = tiny_engine.painter._pipe.vae
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    with torch.no_grad():
        image = torch.from_numpy(pixels).permute(2, 0, 1)[None].float() / 127.5 - 1
        expected = vae.encode(image).latent_dist.mean * vae.config.scaling_factor
    assert torch.allclose(encode_picture(vae, pixels), expected)


@pytest.fixture
def two_colours(ask: Ask) -> Recipe:
    """Red and black."""
    return ask().scene.recipe
