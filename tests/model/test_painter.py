"""A batch of canvases on a small SDXL of real classes."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest
import torch

from plitka.core.generation import Progress, Unwatched
from plitka.core.painter import Canvas, Painted
from plitka.core.recipes.recipe import parse_recipe
from plitka.errors import BadOutput, Cancelled, EngineError, OutOfMemory, PlitkaError, PromptTooLong
from plitka.model.bundle import Bundle, find_bundle
from plitka.model.engine import EngineConfig, load_engine
from plitka.model.painter import DiffusionPainter

NOISE = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)


@pytest.fixture(scope="module")
def painter(tiny_bundle: Bundle) -> DiffusionPainter:
    """A painter that takes three canvases at once."""
    engine = load_engine(tiny_bundle, EngineConfig(device="cpu", dtype="float32", max_batch=3))
    return engine.painter


def canvas(seed: int, **choices: Any) -> Canvas:  # noqa: ANN401
    """A canvas of 64 px in four steps."""
    usual = Canvas(prompt="60% red", negative_prompt="", seed=seed, width_px=64, height_px=64, steps=4, guidance=5.0)
    return replace(usual, **choices)


def pixels_of(outcomes: Sequence[Painted | PlitkaError]) -> list[bytes | None]:
    """The bytes of what was painted."""
    return [one.pixels.tobytes() if isinstance(one, Painted) else None for one in outcomes]


@dataclass
class Stopping:
    """Stops canvases at a step of theirs, and notes what is reported."""

    at: dict[int, int]
    heard: list[tuple[int, int]] = field(default_factory=list)
    looking_at: int | None = None
    shown: list[tuple[int, ...]] = field(default_factory=list)

    def wants_preview(self, index: int, _step: int) -> bool:
        """Of one canvas."""
        return index == self.looking_at

    def report(self, index: int, progress: Progress) -> None:
        """Note it, and perhaps stop."""
        self.heard.append((index, progress.step))
        if progress.preview is not None:
            self.shown.append(progress.preview.shape)
        if progress.step == self.at.get(index):
            raise Cancelled("stopped")


def test_a_batch_shows_what_each_canvas_shows_alone(painter: DiffusionPainter) -> None:
    """Up to a level or two: sums over a batch may round otherwise."""
    canvases = [canvas(1), canvas(2, prompt="100% black"), canvas(3)]
    together = painter.paint(canvases, Unwatched())
    for one, found in zip(canvases, together, strict=True):
        (alone,) = painter.paint([one], Unwatched())
        assert isinstance(alone, Painted)
        assert isinstance(found, Painted)
        assert np.abs(alone.pixels.astype(int) - found.pixels).max() <= 2


@pytest.mark.parametrize("at", [{1: 1}, {0: 2, 2: 3}, {0: 1, 1: 1}])
def test_stopping_one_canvas_leaves_the_bytes_of_the_others(painter: DiffusionPainter, at: dict[int, int]) -> None:
    """When run with the same batch."""
    canvases = [canvas(1), canvas(2), canvas(3)]
    whole = pixels_of(painter.paint(canvases, Unwatched()))
    stopped = painter.paint(canvases, Stopping(at))
    for index, one in enumerate(stopped):
        assert isinstance(one, Cancelled) == (index in at)
    assert [found for found in pixels_of(stopped) if found] == [whole[index] for index in range(3) if index not in at]


def test_a_batch_that_nobody_wants_ends_at_once(painter: DiffusionPainter) -> None:
    """No step is run after the last canvas was stopped."""
    watch = Stopping({0: 2, 1: 1})
    assert all(isinstance(one, Cancelled) for one in painter.paint([canvas(1), canvas(2)], watch))
    assert watch.heard == [(0, 1), (1, 1), (0, 2)]


def test_each_canvas_starts_from_its_own_picture(painter: DiffusionPainter) -> None:
    """Over two start pictures at a small strength the canvases stay near to them."""
    other = 255 - NOISE
    starts = [canvas(1, start=NOISE, strength=0.25), canvas(1, start=other, strength=0.25)]
    found = painter.paint(starts, Unwatched())
    (first,) = painter.paint(starts[:1], Unwatched())
    assert isinstance(first, Painted)
    assert isinstance(found[0], Painted)
    assert isinstance(found[1], Painted)
    assert np.abs(first.pixels.astype(int) - found[0].pixels).max() <= 2
    assert np.abs(found[0].pixels.astype(int) - found[1].pixels).mean() > 2


def test_only_the_canvas_that_is_looked_at_has_previews(painter: DiffusionPainter) -> None:
    """One at each step, small."""
    watch = Stopping({}, looking_at=1)
    painter.paint([canvas(1), canvas(2)], watch)
    assert len(watch.shown) == 4
    assert all(max(shape) <= 256 for shape in watch.shown)


def test_previews_leave_the_bytes_as_they_are(painter: DiffusionPainter) -> None:
    """Who looks does not change what is seen."""
    watched = pixels_of(painter.paint([canvas(1)], Stopping({}, looking_at=0)))
    assert watched == pixels_of(painter.paint([canvas(1)], Unwatched()))


def failing_decode(
    painter: DiffusionPainter, monkeypatch: pytest.MonkeyPatch, number: int, picture: torch.Tensor
) -> None:
    """Let the VAE give this picture at one of its calls."""
    decode, calls = painter._pipe.vae.decode, []

    def fail(*arguments: Any, **choices: Any) -> Any:  # noqa: ANN401
        calls.append(1)
        return (picture,) if len(calls) == number else decode(*arguments, **choices)

    monkeypatch.setattr(painter._pipe.vae, "decode", fail)


def test_a_bad_picture_is_its_own_canvas_s_end(painter: DiffusionPainter, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second of three is NaN."""
    whole = pixels_of(painter.paint([canvas(1), canvas(2), canvas(3)], Unwatched()))
    failing_decode(painter, monkeypatch, 2, torch.full((1, 3, 64, 64), torch.nan))
    found = painter.paint([canvas(1), canvas(2), canvas(3)], Unwatched())
    assert isinstance(found[1], BadOutput)
    assert pixels_of(found) == [whole[0], None, whole[2]]


def test_a_batch_that_does_not_fit_is_painted_in_smaller_ones(
    painter: DiffusionPainter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However small they must be; the watch still knows each canvas by its place in the whole."""
    forward = painter._pipe.unet.forward

    def fit_two(sample: torch.Tensor, *others: Any, **choices: Any) -> Any:  # noqa: ANN401
        if len(sample) > 2:  # with guidance a canvas counts twice
            raise torch.OutOfMemoryError("full")
        return forward(sample, *others, **choices)

    monkeypatch.setattr(painter._pipe.unet, "forward", fit_two)
    watch = Stopping({2: 1})
    found = painter.paint([canvas(1), canvas(2), canvas(3)], watch)
    assert [type(one) for one in found] == [Painted, Painted, Cancelled]
    assert watch.heard == [*((0, step) for step in range(1, 5)), *((1, step) for step in range(1, 5)), (2, 1)]


def test_a_canvas_that_never_fits_is_an_error(painter: DiffusionPainter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the whole batch, in our words."""

    def never_fit(*_: Any, **__: Any) -> Any:  # noqa: ANN401
        raise torch.OutOfMemoryError("full")

    monkeypatch.setattr(painter._pipe.unet, "forward", never_fit)
    with pytest.raises(OutOfMemory, match="ask for a smaller picture"):
        painter.paint([canvas(1), canvas(2)], Unwatched())


def test_a_failing_device_is_told_in_our_words(painter: DiffusionPainter, monkeypatch: pytest.MonkeyPatch) -> None:
    """With torch's reason."""

    def fail(*_: Any, **__: Any) -> Any:  # noqa: ANN401
        raise RuntimeError("device-side assert")

    monkeypatch.setattr(painter._pipe.unet, "forward", fail)
    with pytest.raises(EngineError, match="device-side assert"):
        painter.paint([canvas(1)], Unwatched())


def test_known_words_are_not_encoded_again(painter: DiffusionPainter, monkeypatch: pytest.MonkeyPatch) -> None:
    """And those of long ago are forgotten."""
    encode, texts = painter._pipe.encode_prompt, []

    def note(prompt: str, **choices: Any) -> Any:  # noqa: ANN401
        texts.append(prompt)
        return encode(prompt, **choices)

    monkeypatch.setattr(painter._pipe, "encode_prompt", note)
    prompts = [f"{percent}% white" for percent in range(1, 19)]
    for prompt in (prompts[0], prompts[0], *prompts[1:], prompts[0]):
        painter._encode_words([canvas(1, prompt=prompt)])
    assert texts == [*prompts, prompts[0]]


def test_words_that_would_be_cut_are_refused(painter: DiffusionPainter) -> None:
    """From any thread, before anything is painted; the lost part is named."""
    eight = "terracotta, salmon, dark green, grass green, dark blue, light gray, pearl, yellow"
    with pytest.raises(PromptTooLong) as caught:
        painter.prompt(parse_recipe(eight).recipe)
    assert caught.value.lost.endswith("sharp focus")
    with pytest.raises(PromptTooLong, match="negative prompt"):
        painter.check_negative("red " * 80)


def test_the_shipped_model_paints_batches() -> None:
    """Two canvases of mini on this processor: each shows what it shows alone."""
    engine = load_engine(find_bundle("mini"), EngineConfig(device="cpu", max_batch=2))
    mini = engine.painter
    canvases = [canvas(seed, width_px=128, height_px=128, steps=2, guidance=1.0) for seed in (1, 2)]
    for one, found in zip(canvases, mini.paint(canvases, Unwatched()), strict=True):
        (alone,) = mini.paint([one], Unwatched())
        assert isinstance(alone, Painted)
        assert isinstance(found, Painted)
        assert np.abs(alone.pixels.astype(int) - found.pixels).mean() < 1
