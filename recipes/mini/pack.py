"""Stage 6: the trained parts as a bundle folder, in the hub's own layout and half precision."""

import argparse
import shutil
from dataclasses import replace
from pathlib import Path

import torch
from config import FULL, MiniConfig
from diffusers import StableDiffusionXLPipeline
from networks import TextEncoders, build_scheduler, build_unet, build_vae
from stage import Stage
from transformers import CLIPTokenizer

from plitka.core.generation import Defaults, GuidedDefaults
from plitka.core.recipes.recipe import V45
from plitka.model.bundle import Bundle, write_manifest
from plitka.model.parts import EmbeddingsPart, LocalBase, LoraPart


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", type=Path, default=Path(".mini"))
    parser.add_argument("bundle", type=Path, help="folder to write")
    parser.add_argument("--guidance", type=float, default=FULL.guidance)
    parser.add_argument("--steps", type=int, default=FULL.text_steps)
    parser.add_argument("--guided-steps", type=int, default=FULL.guided_steps, help="of the whole schedule")
    parser.add_argument("--guided-guidance", type=float, default=1.0)
    parser.add_argument("--strength", type=float, default=FULL.guided_strength)
    asked = parser.parse_args()
    guided = GuidedDefaults(
        steps=asked.guided_steps,
        guidance=asked.guided_guidance,
        strength=asked.strength,
        steps_range=FULL.guided_steps_range,
        guidance_range=FULL.guided_guidance_range,
        strength_range=FULL.guided_strength_range,
        detail_px=FULL.guided_detail_px,
    )
    shutil.rmtree(asked.bundle, ignore_errors=True)
    write_base(asked.work, asked.bundle / "base", FULL)
    lora, embeddings = "mini_sdxl_lora.safetensors", "mini_sdxl_embeddings.safetensors"
    shutil.copyfile(asked.work / "lora.safetensors", asked.bundle / lora)
    shutil.copyfile(asked.work / "embeddings.safetensors", asked.bundle / embeddings)
    write_manifest(
        Bundle(
            folder=asked.bundle,
            name="mini",
            licence="MIT",
            base=LocalBase(path="base"),
            lora=LoraPart(file=lora, strength=FULL.lora_strength),
            embeddings=EmbeddingsPart(file=embeddings, tokens=V45.tokens),
            style=replace(V45, reads_words=False),
            defaults=Defaults(steps=asked.steps, guidance=asked.guidance, guided=guided),
        )
    )


def write_base(work: Path, folder: Path, config: MiniConfig) -> None:
    stage = Stage(work, config, torch.device("cpu"), 0, 0, 0)
    tokenizer = CLIPTokenizer.from_pretrained(work / "tokenizer")
    encoders, unet, vae = TextEncoders(config, tokenizer), build_unet(config), build_vae(config)
    for name, module in (("text", encoders), ("unet", unet), ("vae", vae)):
        module.load_state_dict(stage.load(name))
    pipeline = StableDiffusionXLPipeline(
        vae=vae.half(),
        text_encoder=encoders.one.half(),
        text_encoder_2=encoders.two.half(),
        tokenizer=tokenizer,
        tokenizer_2=tokenizer,
        unet=unet.half(),
        scheduler=build_scheduler(config),
        force_zeros_for_empty_prompt=False,
        add_watermarker=False,
    )
    pipeline.save_pretrained(folder, safe_serialization=True, variant="fp16")


if __name__ == "__main__":
    main()
