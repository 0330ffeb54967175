"""Files of which a part is wrong: an answer, never a traceback, and nothing that does not load is written."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file
from tests.model.conftest import Checkpoint
from tests.model.mutations import Tally, Workplace, run

from plitka.model.bundle import Bundle
from plitka.model.bundle_builder import BundleParts

pytestmark = pytest.mark.usefixtures("remembered_networks")

N_USUAL, N_LONG = 100, 1000


def in_shards(unet: Path) -> None:
    """The UNet in two files with an index."""
    whole = unet / "diffusion_pytorch_model.fp16.safetensors"
    tensors = load_file(whole)
    names = [f"diffusion_pytorch_model.fp16-0000{number}-of-00002.safetensors" for number in (1, 2)]
    table = {key: names[place % 2] for place, key in enumerate(sorted(tensors))}
    for name in names:
        save_file({key: tensors[key] for key in tensors if table[key] == name}, unet / name)
    index = {"metadata": {"total_size": 1}, "weight_map": table}
    (unet / "diffusion_pytorch_model.safetensors.index.fp16.json").write_text(json.dumps(index))
    whole.unlink()


@pytest.fixture
def place(
    tiny_bundle: Bundle, checkpoint_source: Checkpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Workplace:
    """A base in a folder, one in a file, a LoRA with an adapter's configuration beside it, and embeddings."""
    monkeypatch.setenv("PLITKA_HOME", str(tmp_path / "home"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    folder = tmp_path / "files"
    shutil.copytree(tiny_bundle.folder / "base", folder / "base")
    in_shards(folder / "base" / "unet")
    for name in ("outside.safetensors", "outside.json"):  # a path that leads out finds something
        shutil.copyfile(folder / "base" / "unet" / "config.json", tmp_path / name)
    configs = Path(
        shutil.copytree(checkpoint_source.configs, folder / "configs", ignore=shutil.ignore_patterns("*.safetensors"))
    )
    save_file(dict(checkpoint_source.tensors), folder / "base.safetensors", {"modelspec.prediction_type": "epsilon"})
    assert tiny_bundle.lora is not None
    assert tiny_bundle.embeddings is not None
    shutil.copyfile(tiny_bundle.file(tiny_bundle.lora.file), folder / "lora.safetensors")
    shutil.copyfile(tiny_bundle.file(tiny_bundle.embeddings.file), folder / "embeddings.safetensors")
    in_folder = BundleParts(
        name="mine",
        base=str(folder / "base"),
        lora=folder / "lora.safetensors",
        embeddings=folder / "embeddings.safetensors",
    )
    in_file = replace(in_folder, base=str(folder / "base.safetensors"), config=str(configs), lora=None)
    return Workplace(folder, (in_folder, in_file))


def _sound(tally: Tally, n: int) -> None:
    assert not tally.faults, "\n".join(tally.faults[:20])
    assert tally.n_refused + tally.n_written == n
    assert tally.n_refused > n / 5
    assert tally.n_loaded > 0


def test_any_change_of_a_file_is_answered(place: Workplace) -> None:
    """Refused with a message and nothing written, or written and then loaded and painted with."""
    _sound(run(place, N_USUAL, seed=0, loaded_every=25), N_USUAL)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 11))
def test_ten_thousand_changes_are_answered(place: Workplace, seed: int) -> None:
    """The same for longer: `pytest -m slow -n 2 --dist load tests/model/test_mutations.py`, ten minutes."""
    _sound(run(place, N_LONG, seed, loaded_every=8), N_LONG)
