from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from tests.model.conftest import Checkpoint

from plitka.errors import BundleError
from plitka.model.base_facts import read_base
from plitka.model.base_shapes import empty_networks
from plitka.model.checkpoint import fit, modern_attention, read_checkpoint, read_vae, sort_checkpoint
from plitka.model.tensor_file import read_header


def test_a_header_is_sorted_as_the_file_is(checkpoint: tuple[Path, Path, Any]) -> None:
    """The same names and shapes, without numbers, so that what is refused of one is refused of the other."""
    path, configs, _ = checkpoint
    facts = read_base(configs, path)
    there = sort_checkpoint(path, read_checkpoint(path), facts.configs)
    here = sort_checkpoint(path, read_checkpoint(path, read_header(path)), facts.configs)
    assert there.keys() == here.keys() == {"unet", "vae", "text_encoder", "text_encoder_2"}
    for part, tensors in there.items():
        assert {key: one.shape for key, one in tensors.items()} == {key: one.shape for key, one in here[part].items()}
        assert all(tensor.is_meta for tensor in here[part].values())


@pytest.mark.parametrize("change", ["missing", "more", "wider"])
def test_what_does_not_fit_a_network_is_named(checkpoint_source: Checkpoint, change: str) -> None:
    """Too few tensors, too many, or of another shape."""
    facts = read_base(checkpoint_source.configs)
    network = empty_networks(facts, ["vae"])["vae"]
    tensors = dict(network.state_dict())
    assert fit(Path("x"), "vae", tensors, network).keys() == tensors.keys()
    if change == "missing":
        del tensors["decoder.conv_in.bias"]
    else:
        tensors["decoder.conv_in.bias" if change == "wider" else "decoder.more"] = torch.empty(99, device="meta")
    with pytest.raises(BundleError, match=r"1 tensors of vae are missing, too many .*: decoder\.(conv_in\.bias|more)"):
        fit(Path("x"), "vae", tensors, network)


@pytest.mark.parametrize("spelling", ["Stability's", "without a prefix", "diffusers'"])
def test_an_autoencoder_alone_is_read_in_either_spelling(
    checkpoint_source: Checkpoint, tmp_path: Path, spelling: str
) -> None:
    """As sdxl_vae.safetensors is published, and as diffusers saves it."""
    prefix = "first_stage_model."
    stability = {key: value for key, value in checkpoint_source.tensors.items() if key.startswith(prefix)}
    tensors = {
        "Stability's": stability,
        "without a prefix": {key.removeprefix(prefix): value for key, value in stability.items()},
        "diffusers'": {key: value.clone() for key, value in checkpoint_source.pipe.vae.state_dict().items()},
    }[spelling]
    save_file(tensors, tmp_path / "vae.safetensors")
    expected = checkpoint_source.pipe.vae.state_dict()
    facts = read_base(checkpoint_source.configs)
    found = fit(
        tmp_path, "vae", read_vae(tmp_path / "vae.safetensors", facts.vae_config), empty_networks(facts, ["vae"])["vae"]
    )
    assert all(torch.equal(found[key], value) for key, value in expected.items())


def test_old_names_of_attention_are_todays() -> None:
    """Also where a projection is kept as a 1x1 convolution."""
    old = {
        "mid_block.attentions.0.query.weight": torch.ones(4, 4, 1, 1),
        "mid_block.attentions.0.proj_attn.bias": torch.ones(4),
    }
    found = modern_attention(old)
    assert {key: tuple(value.shape) for key, value in found.items()} == {
        "mid_block.attentions.0.to_q.weight": (4, 4),
        "mid_block.attentions.0.to_out.0.bias": (4,),
    }
