"""A bundle with a ControlNet: the flat map is its control image."""

import importlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from tests.model.pictures import TinyEngine, make

from plitka.core.correction import CorrectionConfig
from plitka.core.generation import Mode, Request
from plitka.core.painter import Canvas
from plitka.errors import BundleError, HashMismatch, ManifestError, MissingFile
from plitka.model.bundle import Bundle, load_bundle, write_manifest
from plitka.model.engine import load_engine
from plitka.model.engine_config import EngineConfig
from plitka.model.library_imports import quiet_libraries
from plitka.model.painter import DiffusionPainter
from plitka.model.parts import ControlPart
from plitka.model.sampler import sample
from plitka.model.unet import Conditions, guided_unet

Ask = Callable[..., Request]
ONE_ATTEMPT = CorrectionConfig(max_attempts=1)
WEIGHTS = "control/diffusion_pytorch_model.fp16.safetensors"


def save_control(bundle: Bundle, **choices: Any) -> None:  # noqa: ANN401
    """A ControlNet of the bundle's own UNet, whose zero convolutions say something."""
    diffusers: Any = importlib.import_module("diffusers")
    with quiet_libraries():
        unet = diffusers.UNet2DConditionModel.from_pretrained(bundle.file("base/unet"), variant="fp16")
        with torch.random.fork_rng():
            torch.manual_seed(4)  # it draws the layers that read the image, which no UNet has
            control = diffusers.ControlNetModel.from_unet(unet, **choices)
    generator = torch.Generator().manual_seed(4)
    with torch.no_grad():
        for block in (*control.controlnet_down_blocks, control.controlnet_mid_block):
            block.weight.normal_(0, 0.3, generator=generator)
        control.controlnet_cond_embedding.conv_out.weight.normal_(0, 0.3, generator=generator)
    control.to(torch.float16).save_pretrained(bundle.file("control"), variant="fp16", safe_serialization=True)


def painter_of(engine: TinyEngine) -> DiffusionPainter:
    """The painter under an engine."""
    assert isinstance(engine.painter, DiffusionPainter)
    return engine.painter


@pytest.fixture
def controlled(copied_bundle: Bundle) -> Bundle:
    """The tiny bundle with a ControlNet at half loudness."""
    save_control(copied_bundle)
    return write_manifest(replace(copied_bundle, controlnet=ControlPart(path="control", scale=0.5)))


@pytest.fixture
def engine(controlled: Bundle) -> TinyEngine:
    """Its engine, which makes one attempt: of a random network's several the best is so by a hair."""
    return load_engine(controlled, EngineConfig(device="cpu", dtype="float32", correction=ONE_ATTEMPT))


def test_the_manifest_lists_it(controlled: Bundle) -> None:
    """Written, read back, hashed."""
    again = load_bundle(controlled.folder)
    assert again.controlnet == ControlPart(path="control", scale=0.5)
    assert {"control/config.json", WEIGHTS} <= again.files.keys()
    again.verify()


def test_guided_mode_is_the_stock_pipeline_with_the_map_as_its_image(engine: TinyEngine) -> None:
    """From the same noised latents the stock ControlNet pipeline comes to the same latents."""
    diffusers: Any = importlib.import_module("diffusers")
    painter = painter_of(engine)
    flat = np.random.default_rng(2).integers(0, 256, (64, 64, 3), np.uint8)
    one = Canvas(
        prompt="60% red",
        negative_prompt="blue",
        seed=1,
        width_px=64,
        height_px=64,
        steps=5,
        guidance=7.0,
        start=flat,
    )
    words = painter._encode_words([one])
    conditions = Conditions(words=words, size_px=(64, 64), guidance=7.0, control=[flat])
    steps, noise = painter._schedule.steps(5), painter._noise(one)
    with quiet_libraries(), torch.no_grad():
        *_, last = sample(guided_unet(painter._assembly, conditions), noise, steps)
        scheduler = diffusers.DPMSolverMultistepScheduler.from_config(
            painter._pipe.scheduler.config, algorithm_type="dpmsolver++", use_karras_sigmas=True
        )
        parts = {name: part for name, part in painter._pipe.components.items() if part is not None}
        stock = diffusers.StableDiffusionXLControlNetPipeline(
            **parts | {"scheduler": scheduler}, controlnet=painter._assembly.controlnet, add_watermarker=False
        )
        stock.set_progress_bar_config(disable=True)
        expected = stock(
            prompt="60% red",
            negative_prompt="blue",
            image=torch.from_numpy(flat).permute(2, 0, 1)[None].float() / 255,
            controlnet_conditioning_scale=0.5,
            num_inference_steps=5,
            guidance_scale=7.0,
            width=64,
            height=64,
            original_size=(64, 64),
            target_size=(64, 64),
            latents=noise.clone(),
            output_type="latent",
        ).images
    assert torch.equal(last.latents, expected)


def test_it_speaks_in_guided_mode_only(engine: TinyEngine, tiny_engine: TinyEngine, ask: Ask) -> None:
    """Text mode is the base's alone; over the same map the picture is another."""
    assert make(engine, ask()).pixels.tobytes() == make(tiny_engine, ask()).pixels.tobytes()
    request = ask(mode=Mode.GUIDED, tolerance=100.0, steps=6)
    one, other = make(engine, request), make(tiny_engine, request)
    assert one.pixels.tobytes() != other.pixels.tobytes()
    assert one.pixels.tobytes() == make(engine, request).pixels.tobytes()


def test_bfloat16_shows_the_same_picture(engine: TinyEngine, controlled: Bundle, ask: Ask) -> None:
    """The faster number format reaches the ControlNet too, whether the processor multiplies it or only emulates it.

    A mean of several pictures: what rounding does to one of a random network's is twice what it does to another.
    """
    rounded = load_engine(controlled, EngineConfig(device="cpu", dtype="bfloat16", correction=ONE_ATTEMPT))
    assert painter_of(rounded)._assembly.controlnet.dtype == torch.bfloat16
    requests = [ask(mode=Mode.GUIDED, tolerance=100.0, strength=0.3, seed=seed) for seed in range(1, 5)]
    apart = [make(rounded, each).pixels.astype(int) - make(engine, each).pixels for each in requests]
    assert np.abs(apart).mean() < 3


def test_a_changed_or_missing_file_is_refused(controlled: Bundle) -> None:
    """As for the base, before anything is opened."""
    path = controlled.file(WEIGHTS)
    content = path.read_bytes()
    path.write_bytes(content[:-1] + b"\x01")
    with pytest.raises(HashMismatch):
        load_engine(controlled)
    path.unlink()
    with pytest.raises(MissingFile):
        load_engine(controlled)


def test_what_lies_unlisted_beside_it_is_refused(controlled: Bundle) -> None:
    """A loader might pick it up."""
    controlled.file("control/extra.json").write_text("{}")
    with pytest.raises(ManifestError, match=r"extra\.json"):
        controlled.verify()


def test_a_controlnet_for_another_base_is_refused(copied_bundle: Bundle) -> None:
    """What does not fit is named instead of failing in the first step."""
    save_control(copied_bundle, conditioning_embedding_out_channels=(16, 32, 32, 96, 96))
    bundle = write_manifest(replace(copied_bundle, controlnet=ControlPart(path="control")))
    with pytest.raises(BundleError, match="px to a latent place is 16, the base has 8"):
        load_engine(bundle, EngineConfig(device="cpu"))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('path = "../control"', "leads out of the bundle"),
        ('path = "control"\nscale = 3', "scale: expected a number from 0 to 2"),
        ('path = "other"', "is used but not listed"),
        ('path = "control"\nloudness = 1', "unknown key"),
    ],
)
def test_its_table_is_read_strictly(controlled: Bundle, line: str, message: str) -> None:
    """Like every other table of a manifest."""
    manifest = controlled.folder / "bundle.toml"
    old = '[controlnet]\npath = "control"\nscale = 0.5\nvariant = "fp16"'
    assert old in manifest.read_text()
    manifest.write_text(manifest.read_text().replace(old, f"[controlnet]\n{line}"))
    with pytest.raises(ManifestError, match=message):
        load_bundle(controlled.folder)
