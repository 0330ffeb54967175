"""A bundle put together from its parts."""

from dataclasses import replace

import pytest
import structlog
import torch

from plitka.errors import BundleError, DeviceUnavailable, HashMismatch
from plitka.model.assembly import assemble
from plitka.model.bundle import Bundle, write_manifest


def test_every_stage_is_timed_in_its_order(tiny_bundle: Bundle) -> None:
    """Weights are hashed meanwhile and waited for last; there is no ControlNet where the bundle has none."""
    with structlog.testing.capture_logs() as events:
        assembly = assemble(tiny_bundle, "cpu", "float32")
    stages = [
        "verify",
        "load_base",
        "move",
        "fuse_lora",
        "insert_embeddings",
        "place",
        "prove_tokens",
        "verify_weights",
    ]
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
    """What loaders go by is verified before any of them."""
    wrong = replace(copied_bundle.files["base/model_index.json"], sha256="0" * 64)
    with pytest.raises(HashMismatch):
        assemble(replace(copied_bundle, files={**copied_bundle.files, "base/model_index.json": wrong}))


def test_changed_weights_are_refused_whatever_loaders_make_of_them(copied_bundle: Bundle) -> None:
    """One changed digit loads; names that no module has do not, and the loader's error would say less."""
    assert copied_bundle.lora is not None
    path = copied_bundle.file(copied_bundle.lora.file)
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(HashMismatch, match=path.name):
        assemble(copied_bundle, "cpu")
    path.write_bytes(whole.replace(b"lora_unet_", b"lora_xnet_"))
    with pytest.raises(HashMismatch, match=path.name):
        assemble(copied_bundle, "cpu")
    listed = write_manifest(copied_bundle)
    with pytest.raises(BundleError) as caught:
        assemble(listed, "cpu")
    assert not isinstance(caught.value, HashMismatch)


def test_a_device_that_is_not_here_is_refused_first(copied_bundle: Bundle) -> None:
    """Before a file is read."""
    copied_bundle.file("base/model_index.json").unlink()
    with pytest.raises(DeviceUnavailable):
        assemble(copied_bundle, "cuda:99")
