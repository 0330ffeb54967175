import json
from pathlib import Path

import pytest
from safetensors.torch import save_file
from tests.model.conftest import Checkpoint
from tests.model.test_noise_marks import MEAN, NONE, STD

from plitka.errors import BaseUnavailable, BundleError
from plitka.model.base_facts import bundle_facts, read_base
from plitka.model.bundle import Bundle
from plitka.model.parts import HubBase


def test_a_file_says_more_than_the_configurations_that_it_is_read_with(
    checkpoint_source: Checkpoint, tmp_path: Path
) -> None:
    """Its noise and its latents; where it was read is told."""
    path = tmp_path / "x.safetensors"
    save_file({**checkpoint_source.tensors, "edm_mean": MEAN, "edm_std": STD}, path)
    facts = read_base(checkpoint_source.configs, path)
    assert facts.vae_config["latents_mean"] == MEAN.tolist()
    assert facts.vae_config["scaling_factor"] == 0.5
    assert facts.noise_info() == {
        "predicts": "epsilon",
        "kind": "EDM",
        "spacing": "karras",
        "sigma_min": 0.002,
        "sigma_max": 80.0,
        "read_from": ["edm_mean", "edm_std"],
    }


def test_what_the_noise_is_can_be_told(checkpoint_source: Checkpoint, tmp_path: Path) -> None:
    """Of a folder by its configuration, of a file by its marks."""
    info = read_base(checkpoint_source.configs).noise_info()
    assert (info["predicts"], info["kind"], info["read_from"]) == (
        "epsilon",
        "betas",
        ["scheduler/scheduler_config.json"],
    )
    path = tmp_path / "x.safetensors"
    save_file({**checkpoint_source.tensors, "v_pred": NONE, "ztsnr": NONE}, path)
    info = read_base(checkpoint_source.configs, path).noise_info()
    assert (info["predicts"], info["kind"], info["spacing"]) == ("v_prediction", "zero terminal SNR", "trailing")
    assert info["read_from"] == ["v_pred", "ztsnr"]


def test_a_distant_base_is_not_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """To tell what is known of it, the cache is enough."""
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path))
    bundle = Bundle(folder=tmp_path, name="x", licence="MIT", base=HubBase(hub="owner/name", revision="0" * 40))
    with pytest.raises(BaseUnavailable):
        bundle_facts(bundle, local_only=True)


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("unet/config.json", "[]", "expected a JSON object"),
        ("vae/config.json", "[" * 100_000, "expected a JSON object"),
        ("text_encoder/config.json", "\x00", "expected a JSON object"),
        ("model_index.json", " " * 2_000_000, "of at most 1000000 bytes"),
        ("text_encoder/config.json", json.dumps({"num_hidden_layers": 10**7}), "at most 200 makes sense"),
        ("unet/config.json", json.dumps({"transformer_layers_per_block": [1, [10**6]]}), "at most 100 makes sense"),
        ("unet/config.json", json.dumps({"sample_size": 10**9}), "sample_size 1000000000"),
    ],
)
def test_a_configuration_beyond_reason_is_refused(copied_bundle: Bundle, file: str, text: str, message: str) -> None:
    """Before anything is built of it."""
    path = copied_bundle.base_folder() / file
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BundleError, match=message) as caught:
        read_base(copied_bundle.base_folder())
    assert caught.value.path == path
