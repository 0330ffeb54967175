from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from tests.model.spellings import RANK, ROWS, example

from plitka.errors import BundleError
from plitka.model.provenance import trace_lora


def test_a_lora_file_tells_where_it_comes_from(tmp_path: Path) -> None:
    """Producer, rank and targets are read from the names and shapes alone."""
    names = {
        "lora_unet_input_blocks_4_1_transformer_blocks_0_attn1_to_q": "to_q",
        "lora_unet_input_blocks_4_1_transformer_blocks_0_ff_net_0_proj": "ff_net_0_proj",
        "lora_unet_input_blocks_1_0_out_layers_3": "out_layers_3",
        "lora_te1_text_model_encoder_layers_0_mlp_fc1": "fc1",
    }
    tensors = {f"{name}.lora_down.weight": torch.ones(8, 4) for name in names}
    path = tmp_path / "x.safetensors"
    save_file(tensors, path)
    traced = trace_lora(path)
    assert traced.producers == ("kohya sd-scripts", "kohya sd-scripts, OneTrainer")
    assert set(traced.targets) == set(names.values())
    assert traced.ranks == (8,)
    assert not traced.says_alpha


@pytest.mark.parametrize("name", ROWS)
def test_every_writers_file_says_what_it_changes(tmp_path: Path, name: str) -> None:
    """Modules are counted once however many tensors they have, with their rank, format, alpha and kind."""
    row = ROWS[name]
    n_changed, spelt = example(row)
    path = tmp_path / "x.safetensors"
    save_file({key: tensor.clone() for key, tensor in spelt.tensors.items()}, path, spelt.metadata)
    traced = trace_lora(path)
    assert traced.producers
    assert traced.n_modules == sum(traced.targets.values()) == n_changed > 0
    assert traced.ranks == (RANK,)
    assert traced.dtypes == ({torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16"}[row.dtype],)
    assert traced.is_dora == bool(row.dora)
    assert traced.says_alpha == (bool(spelt.metadata) or any(key.endswith(".alpha") for key in spelt.tensors))


def test_a_file_that_is_no_safetensors_cannot_be_traced(tmp_path: Path) -> None:
    """As for every reader of headers."""
    path = tmp_path / "x.safetensors"
    path.write_bytes(b"nonsense")
    with pytest.raises(BundleError):
        trace_lora(path)
