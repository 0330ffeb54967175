from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import structlog
import torch
from tests.model.pictures import TinyEngine, make

from plitka.core.generation import Engine, Mode, Request, Result, generate_one
from plitka.core.measure.shares import measure
from plitka.core.watch import Progress
from plitka.errors import BadOutput, Cancelled, DeviceUnavailable, EngineError, HashMismatch, OutOfMemory, PromptTooLong
from plitka.model.bundle import Bundle
from plitka.model.engine import load_engine, load_painter
from plitka.model.engine_config import EngineConfig

Ask = Callable[..., Request]


@pytest.fixture
def one_thread_then_back() -> Iterator[None]:
    """Leave torch's number of threads as it was."""
    n_threads = torch.get_num_threads()
    yield
    torch.set_num_threads(n_threads)


def _same(one: Result, other: Result) -> bool:
    return one.pixels.tobytes() == other.pixels.tobytes()


def test_a_result_says_what_was_made(tiny_engine: TinyEngine, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Picture, filled request, full prompt, engine, measured percents and the stages' seconds."""
    monkeypatch.setattr(tiny_engine.painter, "_words", {})  # the words of another test may be known
    monkeypatch.setattr(tiny_engine._workshop, "swatch", None)
    engine: Engine = tiny_engine
    result = make(engine, ask())
    assert result.pixels.shape == (64, 64, 3)
    assert result.pixels.dtype == np.uint8
    asked = result.request
    assert (asked.scene, asked.seed, asked.mode) == (ask().scene, 1, Mode.TEXT)
    assert (asked.steps, asked.guidance, asked.negative_prompt) == (3, 7.0, engine.defaults.negative_prompt)
    assert result.prompt == engine.prompt(asked)
    assert result.prompt.startswith("ohwx_rubber_tile <s0><s1>, 60% red, 40% black, photorealistic")
    assert result.engine == engine.name
    assert engine.name.startswith("tiny@")
    assert result.measured.keys() == {"RED", "BLACK"}
    assert sum(result.measured.values()) == pytest.approx(100)
    assert result.max_error >= 0
    assert result.stage_seconds.keys() == {"encode_words", "denoise", "swatch", "decode", "measure"}
    assert sum(result.stage_seconds.values()) <= result.seconds


def test_the_same_seed_gives_the_same_bytes(tiny_engine: TinyEngine, ask: Ask) -> None:
    """What was made in between leaves no trace; another seed is another picture."""
    first = make(tiny_engine, ask(seed=7))
    other = make(tiny_engine, ask(seed=8))
    assert _same(first, make(tiny_engine, ask(seed=7)))
    assert not _same(first, other)


def test_another_engine_of_the_same_bundle_gives_the_same_bytes(
    tiny_engine: TinyEngine, tiny_bundle: Bundle, ask: Ask
) -> None:
    """Loading draws no chance into the weights."""
    again = load_engine(tiny_bundle, EngineConfig(device="cpu", dtype="float32"))
    assert _same(make(again, ask()), make(tiny_engine, ask()))


@pytest.mark.usefixtures("one_thread_then_back")
def test_a_seed_means_the_same_at_every_number_of_threads(tiny_engine: TinyEngine, ask: Ask) -> None:
    """Threads may change the last bit of a sum, never more than one of the 255 levels."""
    pictures = []
    for n_threads in (1, 2):
        torch.set_num_threads(n_threads)
        pictures.append(make(tiny_engine, ask(width_px=128)).pixels.astype(int))
    assert np.abs(pictures[0] - pictures[1]).max() <= 1


def test_bfloat16_shows_the_same_picture(tiny_engine: TinyEngine, tiny_bundle: Bundle, ask: Ask) -> None:
    """The faster number format stays within a few levels of float32."""
    rounded = make(load_engine(tiny_bundle, EngineConfig(device="cpu", dtype="bfloat16")), ask())
    exact = make(tiny_engine, ask())
    assert np.abs(rounded.pixels.astype(int) - exact.pixels).mean() < 2


def test_progress_is_told_once_for_each_step(tiny_engine: TinyEngine, ask: Ask) -> None:
    """Steps are counted from 1 to the number asked for."""
    told: list[Progress] = []
    make(tiny_engine, ask(steps=5), told.append)
    assert told == [Progress(step=step, n_steps=5) for step in range(1, 6)]


def test_a_cancelled_picture_leaves_the_engine_usable(tiny_engine: TinyEngine, ask: Ask) -> None:
    """`Cancelled` comes through as it was raised, and the next picture is as if nothing had been."""
    before = make(tiny_engine, ask())
    stop = Cancelled("stopped")

    def cancel(progress: Progress) -> None:
        if progress.step == 2:
            raise stop

    with pytest.raises(Cancelled) as caught:
        make(tiny_engine, ask(), cancel)
    assert caught.value is stop
    assert _same(before, make(tiny_engine, ask()))


def test_shares_are_measured_by_a_swatch(tiny_engine: TinyEngine, ask: Ask) -> None:
    """One is painted for a recipe, and kept for its next picture; anyone who has it measures the same."""
    first, second = make(tiny_engine, ask(seed=1)), make(tiny_engine, ask(seed=2))
    assert first.laid is None
    assert first.swatch is not None
    assert np.unique(first.swatch.laid).tolist() == [0, 1]
    assert np.bincount(first.swatch.laid.ravel()).tolist() == pytest.approx([2048, 2048], abs=600)
    assert second.swatch is first.swatch
    assert "swatch" not in second.stage_seconds
    colours = second.request.scene.recipe.colours
    assert measure(second.pixels, colours, swatch=second.swatch).percents == pytest.approx(second.measured)
    assert measure(second.pixels, colours).percents != pytest.approx(second.measured)


def test_what_a_picture_measures_does_not_depend_on_those_before(
    tiny_engine: TinyEngine, tiny_bundle: Bundle, ask: Ask
) -> None:
    """Another recipe or size gets a swatch of its own, one colour none."""
    sizes = {"width_px": 128, "height_px": 64}
    make(tiny_engine, ask("70% white, 30% red"))
    large = make(tiny_engine, ask(**sizes))
    assert large.swatch is not None
    assert large.swatch.pixels.shape == (64, 128, 3)
    fresh = make(load_engine(tiny_bundle, EngineConfig(device="cpu", dtype="float32")), ask(**sizes))
    assert fresh.measured == large.measured
    assert make(tiny_engine, ask("100% red")).swatch is None


def test_a_swatch_that_fails_costs_no_picture(
    tiny_engine: TinyEngine, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is measured without, and the log says why."""
    expected = make(tiny_engine, ask())

    def fail(*_: object) -> torch.Tensor:
        raise BadOutput("the VAE gave NaN in {dtype}", dtype="float32")

    monkeypatch.setattr(tiny_engine._workshop, "swatch", None)
    monkeypatch.setattr("plitka.model.autoencoder.encode_picture", fail)
    with structlog.testing.capture_logs() as events:
        found = make(tiny_engine, ask())
    assert _same(found, expected)
    assert found.swatch is None
    assert found.measured == measure(found.pixels, found.request.scene.recipe.colours).percents
    assert [event["reason"] for event in events if event["event"] == "swatch_failed"] == ["the VAE gave NaN in float32"]


def test_a_picture_can_be_cancelled_while_its_swatch_is_painted(
    tiny_engine: TinyEngine, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever listens hears the last step again."""
    monkeypatch.setattr(tiny_engine._workshop, "swatch", None)
    heard: list[int] = []

    def cancel_late(progress: Progress) -> None:
        heard.append(progress.step)
        if heard.count(progress.n_steps) > 1:
            raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        make(tiny_engine, ask(), cancel_late)
    assert heard == [1, 2, 3, 3]


@pytest.mark.parametrize("guidance", [1.0, 1.5, 7.0])
def test_guidance_of_one_runs_the_network_on_one_text(
    tiny_engine: TinyEngine, ask: Ask, guidance: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative prompt costs half the work, which is spared where it has no say."""
    make(tiny_engine, ask(guidance=guidance))  # the first picture of a mix may need a swatch, which is painted too
    sizes = []
    forward = tiny_engine.painter._pipe.unet.forward

    def note(sample: torch.Tensor, *others: Any, **choices: Any) -> Any:  # noqa: ANN401
        sizes.append(sample.shape[0])
        return forward(sample, *others, **choices)

    monkeypatch.setattr(tiny_engine.painter._pipe.unet, "forward", note)
    make(tiny_engine, ask(guidance=guidance))
    assert sizes == [1 if guidance == 1 else 2] * 3


@pytest.mark.parametrize("choices", [{"steps": 1}, {"negative_prompt": ""}, {"width_px": 128}, {"height_px": 192}])
def test_a_request_may_choose(tiny_engine: TinyEngine, ask: Ask, choices: dict[str, int | str]) -> None:
    """Steps, sizes and the negative prompt are the request's where it names them."""
    result = make(tiny_engine, ask(**choices))
    assert result.pixels.shape == (choices.get("height_px", 64), choices.get("width_px", 64), 3)
    told = {"width_px": result.request.size.width_px, "height_px": result.request.size.height_px}
    told |= {name: getattr(result.request, name) for name in ("steps", "negative_prompt")}
    assert told | choices == told


def test_a_prompt_that_would_be_cut_names_the_lost_part(tiny_engine: TinyEngine, ask: Ask) -> None:
    """Eight long colours with decimals do not fit into 77 tokens."""
    text = (
        "12.55% dark green, 12.45% grass green, 12.55% dark blue, 12.45% light grey, "
        "12.55% yellow, 12.45% terracotta, 12.55% salmon, 12.45% pearl"
    )
    with pytest.raises(PromptTooLong) as caught:
        make(tiny_engine, ask(text))
    error = caught.value
    assert error.limit == 77
    assert error.n_tokens > 77
    assert error.lost
    assert error.lost.endswith("sharp focus")
    assert error.lost in str(error)


def test_the_lost_part_begins_with_the_first_token_that_is_not_read(tiny_engine: TinyEngine, ask: Ask) -> None:
    """77 tokens with both marks leave 75 words, and the 76th is lost."""
    words = ["red"] * 75
    assert make(tiny_engine, ask(negative_prompt=" ".join(words))).pixels.any()
    with pytest.raises(PromptTooLong, match="negative prompt has 78 tokens") as caught:
        make(tiny_engine, ask(negative_prompt=" ".join([*words, "black"])))
    assert caught.value.lost == "black"


def test_a_changed_file_is_refused_before_it_is_opened(copied_bundle: Bundle) -> None:
    """Verification comes before any loader."""
    path = copied_bundle.file("base/unet/diffusion_pytorch_model.fp16.safetensors")
    path.write_bytes(path.read_bytes()[:-1] + b"\x00")
    wrong = replace(copied_bundle.files["base/model_index.json"], sha256="0" * 64)
    with pytest.raises(HashMismatch):
        load_engine(replace(copied_bundle, files={**copied_bundle.files, "base/model_index.json": wrong}))
    with pytest.raises(HashMismatch):
        load_engine(copied_bundle)


def test_a_bundle_without_lora_and_embeddings_works(copied_bundle: Bundle, ask: Ask) -> None:
    """Both are optional; the prompt then has no tokens."""
    bare = replace(copied_bundle, lora=None, embeddings=None)
    result = make(load_engine(bare, EngineConfig(device="cpu")), ask())
    assert result.pixels.any()
    assert result.prompt.startswith("ohwx_rubber_tile, 60% red")


def _decoding(engine: TinyEngine, monkeypatch: pytest.MonkeyPatch, errors: list[Exception]) -> list[bool]:
    """Let the VAE's decode raise these errors first; returns whether tiling was on at each call."""
    decode, tiled = engine.painter._pipe.vae.decode, []

    def fail(*arguments: Any, **choices: Any) -> Any:  # noqa: ANN401
        tiled.append(engine.painter._pipe.vae.use_tiling)
        if errors:
            raise errors.pop(0)
        return decode(*arguments, **choices)

    monkeypatch.setattr(engine.painter._pipe.vae, "decode", fail)
    return tiled


def test_out_of_memory_is_tried_once_more_in_tiles(
    tiny_engine: TinyEngine, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second attempt needs less; the next picture is decoded whole again."""
    tiled = _decoding(tiny_engine, monkeypatch, [torch.OutOfMemoryError("full")])
    make(tiny_engine, ask("100% red"))
    make(tiny_engine, ask("100% red"))
    assert tiled == [False, True, False]


def test_out_of_memory_twice_is_an_error(tiny_engine: TinyEngine, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The caller hears of it, and the engine can be used again."""
    _decoding(tiny_engine, monkeypatch, [torch.OutOfMemoryError("full"), MemoryError()])
    with pytest.raises(OutOfMemory, match="smaller picture"):
        make(tiny_engine, ask())
    assert make(tiny_engine, ask()).pixels.any()


def test_a_torch_error_is_translated(tiny_engine: TinyEngine, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """What torch raises reaches the caller as an engine's error with torch's words."""
    _decoding(tiny_engine, monkeypatch, [RuntimeError("an illegal instruction")])
    with pytest.raises(EngineError, match="an illegal instruction"):
        make(tiny_engine, ask())


@pytest.mark.parametrize(("value", "message"), [(torch.nan, "the VAE gave NaN"), (0.0, "empty picture")])
def test_a_black_picture_is_never_delivered(
    tiny_engine: TinyEngine, ask: Ask, monkeypatch: pytest.MonkeyPatch, value: float, message: str
) -> None:
    """NaN and one flat colour are errors."""
    picture = torch.full((1, 3, 64, 64), value)
    monkeypatch.setattr(tiny_engine.painter._pipe.vae, "decode", lambda *_, **__: (picture,))
    with pytest.raises(BadOutput, match=message):
        make(tiny_engine, ask())


def test_nan_latents_are_refused(tiny_engine: TinyEngine, ask: Ask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A network that gives NaN is not decoded."""
    output = (torch.full((2, 4, 8, 8), torch.nan),)
    monkeypatch.setattr(tiny_engine.painter._pipe.unet, "forward", lambda *_, **__: output)
    with pytest.raises(BadOutput, match="the network gave NaN"):
        make(tiny_engine, ask())


def test_loading_and_drawing_write_nothing_to_the_terminal(
    tiny_bundle: Bundle, ask: Ask, capfd: pytest.CaptureFixture[str]
) -> None:
    """Progress bars and advice of the libraries are off; our own events are the log's business."""
    with structlog.testing.capture_logs() as events:
        make(load_engine(tiny_bundle, EngineConfig(device="cpu")), ask())
    captured = capfd.readouterr()
    assert captured.out == ""
    assert captured.err == ""
    stages = [event["stage"] for event in events if event["event"] == "stage_done"]
    assert stages == [
        *("verify", "load_base", "move", "fuse_lora", "insert_embeddings", "place", "prove_tokens", "verify_weights"),
        *("encode_words", "denoise", "decode"),
        *("swatch", "encode", "denoise", "decode"),
        "measure",
    ]


def test_half_of_the_guidance_stays_where_there_is_no_other_gpu(tiny_bundle: Bundle) -> None:
    """Said in the log where any was asked for; one that is named and not there is refused before a file is read."""
    with structlog.testing.capture_logs() as lines:
        plain, asked = (
            load_painter(tiny_bundle, EngineConfig(device="cpu", dtype="float32", guidance_device=name))
            for name in ("none", "auto")
        )
    told = [line["reason"] for line in lines if line["event"] == "guidance_not_split"]
    assert told == ["there is no other GPU"]
    assert plain._devices == asked._devices == [torch.device("cpu")]
    with pytest.raises(DeviceUnavailable, match="half of the guidance"):
        load_painter(replace(tiny_bundle, folder=Path("gone")), EngineConfig(device="cpu", guidance_device="cuda:99"))


@pytest.mark.gpu
def test_a_seed_means_the_same_on_a_gpu(tiny_engine: TinyEngine, tiny_bundle: Bundle, ask: Ask) -> None:
    """float16 on CUDA shows the CPU's picture up to rounding, and the same bytes each time."""
    engine = load_engine(tiny_bundle, EngineConfig(device="cuda"))
    assert engine.painter.placement.dtype == torch.float16
    first, again = make(engine, ask()), make(engine, ask())
    assert _same(first, again)
    assert np.abs(first.pixels.astype(int) - make(tiny_engine, ask()).pixels).mean() < 2


class Looking:
    """Looks at every step of one picture."""

    def __init__(self) -> None:
        self.shown: list[tuple[int, ...]] = []

    def wants_preview(self, _index: int, _step: int) -> bool:
        """Always."""
        return True

    def report(self, _index: int, progress: Progress) -> None:
        """Note how large the preview is."""
        assert progress.preview is not None
        self.shown.append(progress.preview.shape)


def test_a_preview_is_small_and_shows_colours(tiny_engine: TinyEngine, ask: Ask) -> None:
    """Where it is wanted, it is an RGB picture of what there is so far; the end result is the same."""
    looking, request = Looking(), tiny_engine.complete(ask("100% red", width_px=512, height_px=512))
    (watched,) = tiny_engine.generate([request], looking)
    assert len(looking.shown) == 3
    assert all(height == width <= 256 for height, width, _ in looking.shown)
    assert watched.result is not None
    assert _same(watched.result, generate_one(tiny_engine, request))
