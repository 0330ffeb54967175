"""Guidance on two devices, of which both are the processor here."""

import importlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import structlog
import torch
from tests.core.painter_laws import NOISE, PainterLaws, canvas
from tests.model.test_controlnet import save_control

from plitka.core.painter import Canvas, Painted
from plitka.core.watch import Unwatched
from plitka.model import split_guidance as module
from plitka.model.assembly import Assembly, assemble
from plitka.model.bundle import Bundle, write_manifest
from plitka.model.engine import load_painter, painter_of
from plitka.model.engine_config import EngineConfig
from plitka.model.library_imports import quiet_libraries
from plitka.model.memory_ladder import Rung
from plitka.model.painter import DiffusionPainter
from plitka.model.parts import ControlPart
from plitka.model.sampler import sample
from plitka.model.split_guidance import SplitGuidance, second_assembly
from plitka.model.unet import Conditions, Network

HERE = torch.device("cpu")
NETWORKS = ("eager", "fast")


def load(bundle: Bundle) -> Assembly:
    """On the processor, in float32."""
    return assemble(bundle, "cpu", "float32")


def painter(assembly: Assembly, network: str, second: torch.device | None = HERE) -> DiffusionPainter:
    """Over modules that no other painter has."""
    return painter_of(assembly, EngineConfig(network=network, max_batch=3), second)


@pytest.fixture(scope="module", params=NETWORKS)
def painters(request: pytest.FixtureRequest, tiny_bundle: Bundle) -> tuple[DiffusionPainter, DiffusionPainter]:
    """One that splits guidance, and one that does not."""
    split, plain = (painter(load(tiny_bundle), request.param, second) for second in (HERE, None))
    return split, plain


class TestSplitPainter(PainterLaws):
    """The laws of painters."""

    @pytest.fixture(scope="class")
    @classmethod
    def painter(cls, tiny_bundle: Bundle) -> DiffusionPainter:
        """Three canvases at once; no law changes what it paints."""
        return painter(load(tiny_bundle), "eager")

    @pytest.fixture
    def break_device(self, painter: DiffusionPainter, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
        """The UNet of the second device fails as CUDA does."""

        def fail(*_: Any, **__: Any) -> Any:  # noqa: ANN401
            raise RuntimeError("device-side assert")

        return lambda: monkeypatch.setattr(second_unet(painter), "forward", fail)


def second_unet(painter: DiffusionPainter) -> Any:  # noqa: ANN401
    """The copy."""
    network = painter._network
    assert isinstance(network, SplitGuidance)
    return network._negative.args[0].pipe.unet  # type: ignore[attr-defined]


def pixels_of(painter: DiffusionPainter, *canvases: Canvas) -> list[np.ndarray]:
    """The pictures."""
    painted = painter.paint(canvases, Unwatched())
    assert all(isinstance(one, Painted) for one in painted)
    return [one.pixels.astype(int) for one in painted if isinstance(one, Painted)]


def latents_of(painter: DiffusionPainter, canvases: Sequence[Canvas]) -> torch.Tensor:
    """What the sampler comes to."""
    first = canvases[0]
    steps = painter._schedule.steps(first.steps)
    conditions = Conditions(
        words=painter._encode_words(canvases), size_px=(64, 64), guidance=first.guidance, timesteps=steps.timesteps
    )
    noise = torch.cat([painter._noise(one) for one in canvases])
    with torch.no_grad():
        *_, last = sample(painter._network(conditions), noise, steps)
    return last.latents.clone()


@pytest.mark.parametrize("is_exact", [True, False])
@pytest.mark.parametrize("guidance", [1.0, 5.0])
def test_pictures_are_those_of_one_device(
    painters: tuple[DiffusionPainter, DiffusionPainter], guidance: float, is_exact: bool
) -> None:
    """Up to rounding: one, and two with other words, the same one again, with guidance in the last steps or not."""
    split, plain = painters
    first = canvas(1, guidance=guidance, is_exact=is_exact)
    other = replace(first, seed=2, prompt="green", negative_prompt="blue")
    for canvases in ([first], [first, other], [first]):
        for found, expected in zip(pixels_of(split, *canvases), pixels_of(plain, *canvases), strict=True):
            assert np.abs(found - expected).max() <= 1


def test_latents_are_those_of_one_device(painters: tuple[DiffusionPainter, DiffusionPainter]) -> None:
    """Each canvas has its own words in both halves."""
    split, plain = painters
    canvases = [canvas(1, guidance=6.0), canvas(2, guidance=6.0, prompt="green", negative_prompt="blue")]
    found, expected = latents_of(split, canvases), latents_of(plain, canvases)
    assert torch.allclose(found, expected, rtol=1e-4, atol=1e-4)
    one, other = canvases
    for place, changed in enumerate(
        ([replace(one, prompt="white"), other], [one, replace(other, negative_prompt="x")])
    ):
        differs = (latents_of(split, changed) - found).abs().amax((1, 2, 3)) > 1e-3
        assert differs.tolist() == [place == 0, place == 1]


def test_each_device_has_a_half_of_the_batch(tiny_bundle: Bundle) -> None:
    """At each step; without guidance the first has all of it, and so it is in the last steps of a fast picture."""
    split = painter(load(tiny_bundle), "eager")
    rows: dict[str, list[int]] = {"first": [], "second": []}
    for name, unet in (("first", split._pipe.unet), ("second", second_unet(split))):
        unet.register_forward_pre_hook(lambda _module, given, name=name: rows[name].append(len(given[0])))
    pixels_of(split, canvas(1, guidance=5.0), canvas(2, guidance=5.0))
    assert rows == {"first": [2] * 4, "second": [2] * 4}
    pixels_of(split, canvas(1, guidance=5.0, is_exact=False))
    assert rows == {"first": [2] * 4 + [1] * 4, "second": [2] * 4 + [1] * 2}
    pixels_of(split, canvas(1, guidance=1.0))
    assert rows == {"first": [2] * 4 + [1] * 8, "second": [2] * 4 + [1] * 2}


def test_the_second_device_has_numbers_of_its_own(tiny_bundle: Bundle) -> None:
    """Of the UNet and of nothing else."""
    assembly = load(tiny_bundle)
    second = second_assembly(assembly, HERE)
    assert second is not None
    own, copied = assembly.pipe.unet.state_dict(), second.pipe.unet.state_dict()
    assert list(own) == list(copied)
    for name, tensor in own.items():
        assert torch.equal(copied[name], tensor)
        assert copied[name].data_ptr() != tensor.data_ptr()
    assert not any(parameter.requires_grad for parameter in second.pipe.unet.parameters())
    assert vars(type(second.pipe))["__slots__"] == ("unet",)


@pytest.mark.parametrize("pools", [False, True])
@pytest.mark.parametrize("network", NETWORKS)
def test_a_controlnet_speaks_as_on_one_device(copied_bundle: Bundle, network: str, pools: bool) -> None:
    """In both halves; one that pools in the half with the prompt alone, and then it is not copied."""
    save_control(copied_bundle)
    bundle = write_manifest(replace(copied_bundle, controlnet=ControlPart(path="control")))

    def made(second: torch.device | None) -> DiffusionPainter:
        assembly = load(bundle)
        assembly.controlnet.register_to_config(global_pool_conditions=pools)
        return painter(assembly, network, second)

    split, plain, bare = made(HERE), made(None), painter(load(copied_bundle), network)
    assert isinstance(split._network, SplitGuidance)
    assert split._network._has_control is not pools
    over = canvas(1, guidance=5.0, start=NOISE, strength=0.5)
    (found,), (expected,), (without,) = (pixels_of(each, over) for each in (split, plain, bare))
    assert np.abs(found - expected).max() <= 1
    assert np.abs(found - without).max() > 1


def said(work: Callable[[], Any]) -> list[Any]:
    """What is logged of guidance meanwhile."""
    with structlog.testing.capture_logs() as lines:
        work()
    return [line for line in lines if line["event"].startswith("guidance_")]


def test_a_network_that_takes_guidance_as_an_input_runs_plainly(tiny_bundle: Bundle) -> None:
    """It has no halves; the log says so, and the picture is that of one device."""
    diffusers: Any = importlib.import_module("diffusers")
    assemblies = [load(tiny_bundle) for _ in range(2)]
    for assembly in assemblies:
        torch.manual_seed(0)
        with quiet_libraries():
            config = {**assembly.pipe.unet.config, "time_cond_proj_dim": 8}
            unet = diffusers.UNet2DConditionModel.from_config(config).eval().requires_grad_(False)
            assembly.pipe.register_modules(unet=unet)
    made: list[DiffusionPainter] = []
    (line,) = said(lambda: made.append(painter(assemblies[0], "fast")))
    assert line["event"] == "guidance_not_split"
    assert "takes guidance as an input" in line["reason"]
    plain = painter(assemblies[1], "fast", None)
    assert (pixels_of(made[0], canvas(1))[0] == pixels_of(plain, canvas(1))[0]).all()


@pytest.mark.parametrize(("rung", "free", "reason"), [
    (Rung.STREAMED, 10**12, "the UNet has no room on cpu"),
    (Rung.WHOLE, 10**9, "and 1000000000 free"),
])  # fmt: skip
def test_halves_without_room_stay_together(
    tiny_bundle: Bundle, rung: Rung, free: int, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On the first device, or on the second; nothing is copied then."""
    monkeypatch.setattr(module, "free_bytes", lambda _: free)
    assembly = load(tiny_bundle)
    assembly = replace(assembly, placement=replace(assembly.placement, rung=rung))
    (line,) = said(lambda: second_assembly(assembly, torch.device("cuda", 1)))
    assert line["event"] == "guidance_not_split"
    assert reason in line["reason"]
    assert line["device"] == "cuda:1"


def test_memory_that_runs_out_on_the_second_device_ends_all_recordings(
    tiny_bundle: Bundle, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The picture is made by the plain path, in halves."""
    split, plain = (painter(load(tiny_bundle), network) for network in ("fast", "eager"))
    assert isinstance(split._network, SplitGuidance)
    pixels_of(split, canvas(1))
    recordings = split._recordings
    assert recordings is not None
    assert len(recordings) > len(recordings._made) > 0
    usual: Network = split._network._negative

    def run_out(conditions: Conditions) -> Any:  # noqa: ANN401
        if len(recordings):
            raise torch.OutOfMemoryError("full")
        return usual(conditions)

    monkeypatch.setattr(split._network, "_negative", run_out)
    assert pixels_of(split, canvas(1))[0] == pytest.approx(pixels_of(plain, canvas(1))[0], abs=1)
    assert len(recordings) == 0


@pytest.mark.gpu
@pytest.mark.parametrize("network", NETWORKS)
def test_two_gpus_make_the_pictures_of_one(tiny_bundle: Bundle, network: str) -> None:
    """Whichever of them is the first; the same bytes each time."""
    if torch.cuda.device_count() < 2:
        pytest.skip("one GPU")

    def on(device: str, guidance_device: str) -> list[np.ndarray]:
        config = EngineConfig(device=device, guidance_device=guidance_device, network=network, max_batch=2)
        made = load_painter(tiny_bundle, config)
        both = [pixels_of(made, canvas(1), canvas(2, prompt="green")) for _ in range(2)]
        assert all((one == other).all() for one, other in zip(*both, strict=True))
        return both[0]

    expected = on("cuda:0", "none")
    for device, other in (("cuda:1", "none"), ("cuda:0", "cuda:1"), ("cuda:1", "auto")):
        for found, one in zip(on(device, other), expected, strict=True):
            assert np.abs(found - one).mean() < 2
