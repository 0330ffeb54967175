"""The painter over diffusers' modules, on a small SDXL of real classes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
import torch
from tests.core.painter_laws import NOISE, NotingWatch, PainterLaws, bytes_of, canvas

from plitka.core.painter import Painted
from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene import Size
from plitka.core.watch import Unwatched, following_stages
from plitka.errors import BadOutput, Cancelled, EngineError, OutOfMemory, PromptTooLong
from plitka.model.bundle import Bundle, find_bundle
from plitka.model.engine import load_painter
from plitka.model.engine_config import EngineConfig
from plitka.model.painter import DiffusionPainter
from plitka.model.sampler import Denoise
from plitka.model.unet import Conditions, guided_unet

THREE = EngineConfig(device="cpu", dtype="float32", max_batch=3)


@pytest.fixture(scope="module")
def painter(tiny_bundle: Bundle) -> DiffusionPainter:
    """A painter that takes three canvases at once."""
    return load_painter(tiny_bundle, THREE)


class TestDiffusionPainter(PainterLaws):
    """The laws of painters, on the small SDXL."""

    @pytest.fixture(scope="class")
    @classmethod
    def painter(cls, tiny_bundle: Bundle) -> Iterator[DiffusionPainter]:
        """Three canvases at once; no law changes what it paints."""
        one = load_painter(tiny_bundle, THREE)
        yield one
        one.close()

    @pytest.fixture
    def break_device(self, painter: DiffusionPainter, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
        """Its UNet fails as CUDA does."""

        def fail(*_: Any, **__: Any) -> Any:  # noqa: ANN401
            raise RuntimeError("device-side assert")

        return lambda: monkeypatch.setattr(painter._pipe.unet, "forward", fail)


def test_a_network_may_overwrite_what_it_returned(tiny_bundle: Bundle) -> None:
    """As captured graphs do, which live as long as the painter: the pictures are the same."""
    assembly = load_painter(tiny_bundle, THREE)._assembly
    buffers: dict[tuple[int, ...], torch.Tensor] = {}

    def network(conditions: Conditions) -> Denoise:
        eager = guided_unet(assembly, conditions)

        def denoise(latents: torch.Tensor, timestep: torch.Tensor) -> torch.Tensor:
            static = buffers.setdefault(tuple(latents.shape), torch.empty_like(latents))
            return static.copy_(eager(latents, timestep))

        return denoise

    plain, captured = DiffusionPainter(assembly), DiffusionPainter(assembly, network=network)
    for seeds in ((1, 2), (3,), (4, 5)):
        canvases = [canvas(seed) for seed in seeds]
        found = bytes_of(captured.paint(canvases, Unwatched()))
        assert found == bytes_of(plain.paint(canvases, Unwatched()))
    assert len(buffers) == 2


def test_a_picture_is_painted_while_its_device_is_the_current_one(
    tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of several GPUs the first is the current one until another is made so."""
    open_devices: list[torch.device] = []
    seen: list[torch.device] = []

    @contextmanager
    def on_device(device: torch.device) -> Iterator[None]:
        open_devices.append(device)
        yield
        open_devices.remove(device)

    monkeypatch.setattr("plitka.model.painter.on_device", on_device)
    painter = load_painter(tiny_bundle, THREE)
    usual = painter._network
    painter._network = lambda conditions: seen.extend(open_devices) or usual(conditions)  # type: ignore[func-returns-value]
    painter.paint([canvas(1)], Unwatched())
    assert seen == [torch.device("cpu")]
    assert not open_devices


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
    whole = bytes_of(painter.paint([canvas(1), canvas(2), canvas(3)], Unwatched()))
    failing_decode(painter, monkeypatch, 2, torch.full((1, 3, 64, 64), torch.nan))
    found = painter.paint([canvas(1), canvas(2), canvas(3)], Unwatched())
    assert isinstance(found[1], BadOutput)
    assert bytes_of(found) == [whole[0], None, whole[2]]


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
    watch = NotingWatch({2: 1})
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
    mini = load_painter(find_bundle("mini"), EngineConfig(device="cpu", max_batch=2))
    canvases = [canvas(seed, width_px=128, height_px=128, steps=2, guidance=1.0) for seed in (1, 2)]
    for one, found in zip(canvases, mini.paint(canvases, Unwatched()), strict=True):
        (alone,) = mini.paint([one], Unwatched())
        assert isinstance(alone, Painted)
        assert isinstance(found, Painted)
        assert np.abs(alone.pixels.astype(int) - found.pixels).mean() < 1


def test_a_warm_up_ends_at_the_step_at_which_it_is_stopped(painter: DiffusionPainter) -> None:
    """Whoever follows the stages hears of each step, and may stop there."""
    told: list[str] = []

    def stop_at_a_step(stage: str) -> None:
        told.append(stage)
        if told.count("denoise") == 2:
            raise Cancelled("stopped")

    with following_stages(stop_at_a_step), pytest.raises(Cancelled):
        painter.warm_up([Size(width_px=64, height_px=64)])
    assert told == ["encode_words", "denoise", "denoise"]


def test_a_network_that_shows_nothing_does_not_become_warm(
    painter: DiffusionPainter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is told before anybody waits for a picture."""
    failing_decode(painter, monkeypatch, 1, torch.full((1, 3, 64, 64), torch.nan))
    with pytest.raises(BadOutput):
        painter.warm_up([Size(width_px=64, height_px=64)])
