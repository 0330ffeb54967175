"""The trained parts of a bundle as a folder of weights, to train on from: what `pack.py` does, undone."""

import argparse
import shutil
from pathlib import Path

import torch
from config import FULL
from networks import TextEncoders, build_unet, build_vae
from stage import Stage
from torch import nn
from transformers import CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from plitka.model.bundle import Bundle, load_bundle
from plitka.model.parts import LocalBase


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path(".mini"), help="folder of weights, made if absent")
    parser.add_argument("bundle", type=Path)
    asked = parser.parse_args()
    asked.work.mkdir(parents=True, exist_ok=True)
    unpack(load_bundle(asked.bundle), asked.work)


def unpack(bundle: Bundle, work: Path) -> None:
    """Write the tokenizer, the networks, the adapter and the tokens under the names that the stages look for."""
    assert isinstance(bundle.base, LocalBase)
    base = bundle.file(bundle.base.path)
    shutil.copytree(base / "tokenizer", work / "tokenizer", dirs_exist_ok=True)
    for part, name in ((bundle.lora, "lora"), (bundle.embeddings, "embeddings")):
        if part is not None:
            shutil.copyfile(bundle.file(part.file), work / f"{name}.safetensors")
    encoders = TextEncoders(FULL, CLIPTokenizer.from_pretrained(work / "tokenizer"))
    encoders.one = CLIPTextModel.from_pretrained(base / "text_encoder", variant=bundle.base.variant)
    encoders.two = CLIPTextModelWithProjection.from_pretrained(base / "text_encoder_2", variant=bundle.base.variant)
    stage = Stage(work, FULL, torch.device("cpu"), 0, 0, 0)
    for name, module in (
        ("text", encoders),
        ("unet", loaded(build_unet(FULL), base / "unet", bundle.base.variant)),
        ("vae", loaded(build_vae(FULL), base / "vae", bundle.base.variant)),
    ):
        stage.save(name, module.state_dict())


def loaded(network: nn.Module, folder: Path, variant: str | None) -> nn.Module:
    """A network of the config with the weights of one that was packed."""
    network.load_state_dict(type(network).from_pretrained(folder, variant=variant).state_dict())
    return network


if __name__ == "__main__":
    main()
