"""A bundle put together from its parts."""

from dataclasses import replace

import pytest
import structlog
import torch

from plitka.errors import DeviceUnavailable, HashMismatch
from plitka.model.assembly import assemble
from plitka.model.bundle import Bundle


def test_every_stage_is_timed_in_its_order(tiny_bundle: Bundle) -> None:
    """Verified first, the tokens proved last; there is no ControlNet where the bundle has none."""
    with structlog.testing.capture_logs() as events:
        assembly = assemble(tiny_bundle, "cpu", "float32")
    stages = ["verify", "load_base", "move", "fuse_lora", "insert_embeddings", "place", "prove_tokens"]
    assert [event["stage"] for event in events if event["event"] == "stage_done"] == stages
    assert list(assembly.clock.seconds) == stages
    assert assembly.controlnet is None
    assert assembly.bundle is tiny_bundle


def test_networks_run_in_the_chosen_format_and_learn_nothing(tiny_bundle: Bundle) -> None:
    """The UNet and the encoders; the VAE decodes in float32 on a CPU."""
    pipe = assemble(tiny_bundle, "cpu", "bfloat16").pipe
    for network in (pipe.unet, pipe.text_encoder, pipe.text_encoder_2):
        assert network.dtype == torch.bfloat16
        assert not any(weight.requires_grad for weight in network.parameters())
    assert pipe.vae.dtype == torch.float32


def test_a_changed_file_is_refused_before_it_is_opened(copied_bundle: Bundle) -> None:
    """Verification comes before any loader."""
    wrong = replace(copied_bundle.files["base/model_index.json"], sha256="0" * 64)
    with pytest.raises(HashMismatch):
        assemble(replace(copied_bundle, files={**copied_bundle.files, "base/model_index.json": wrong}))


def test_a_device_that_is_not_here_is_refused_first(copied_bundle: Bundle) -> None:
    """Before a file is read."""
    copied_bundle.file("base/model_index.json").unlink()
    with pytest.raises(DeviceUnavailable):
        assemble(copied_bundle, "cuda:99")
