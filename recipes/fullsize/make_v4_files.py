"""Stand-ins for v4's files at their full size, of random numbers.

    python recipes/fullsize/make_v4_files.py OUT [--base] [--toy]

writes into OUT a LoRA and an embeddings file with the keys, shapes, number formats and byte counts of
rubber-tile-lora-v4 (101,961,928 and 8,344 bytes). --base adds an SDXL of random float16 weights in the hub's
folder layout, files named `*.fp16.safetensors` (6.9 GB; a GPU draws the numbers where there is one), and a
bundle.toml for all three. --toy makes everything narrow, for a look at the script on a laptop.
"""

import argparse
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, EulerDiscreteScheduler, StableDiffusionXLPipeline, UNet2DConditionModel
from safetensors.torch import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from plitka.core.generation import Defaults
from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.recipe import V45, format_prompt
from plitka.model.bundle import Bundle, write_manifest
from plitka.model.parts import EmbeddingsPart, LocalBase, LoraPart

NAME = "rubber-tile-lora-v4"
TOKENS = ("<s0>", "<s1>")
RANK = 32
LORA_BYTES, EMBEDDINGS_BYTES = 101_961_928, 8_344
ATTENTION = ("to_q", "to_k", "to_v", "to_out.0")
START, END = "<|startoftext|>", "<|endoftext|>"
VOCABULARY = 49_408
UNET = {
    "sample_size": 128,
    "block_out_channels": (320, 640, 1280),
    "layers_per_block": 2,
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    "transformer_layers_per_block": (1, 2, 10),
    "attention_head_dim": (5, 10, 20),
    "use_linear_projection": True,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": 256,
    "projection_class_embeddings_input_dim": 2816,
    "cross_attention_dim": 2048,
}
VAE = {
    "block_out_channels": (128, 256, 512, 512),
    "layers_per_block": 2,
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
    "scaling_factor": 0.13025,
    "force_upcast": True,
    "sample_size": 1024,
}
ENCODERS: Sequence[dict[str, Any]] = (
    {"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12},
    {
        "hidden_size": 1280,
        "intermediate_size": 5120,
        "num_hidden_layers": 32,
        "num_attention_heads": 20,
        "hidden_act": "gelu",
    },
)
TOY_UNET = UNET | {
    "block_out_channels": (16, 32, 32),
    "transformer_layers_per_block": (1, 1, 2),
    "attention_head_dim": (2, 4, 4),
    "norm_num_groups": 8,
    "addition_time_embed_dim": 8,
    "projection_class_embeddings_input_dim": 64 + 6 * 8,
    "cross_attention_dim": 32 + 64,
    "sample_size": 8,
}
TOY_VAE = VAE | {"block_out_channels": (8, 16, 16, 16), "norm_num_groups": 4, "sample_size": 64}
TOY_ENCODERS = tuple(
    {"hidden_size": width, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    for width in (32, 64)
)


def lora_tensors(unet: torch.nn.Module) -> dict[str, torch.Tensor]:
    """Eden's layout: kohya words of diffusers' names, bfloat16 matrices, alpha = rank as int64."""
    draw = torch.Generator().manual_seed(45)
    tensors = {}
    for name, module in unet.named_modules():
        if not name.endswith((*ATTENTION, "conv2")):
            continue
        n_out, n_in, *kernel = module.weight.shape
        word = "lora_unet_" + name.replace(".", "_")
        ones = [1] * len(kernel)
        # As small as a trained LoRA's, so that random weights stay in float16's range.
        down = torch.empty(RANK, n_in, *kernel).normal_(std=0.01, generator=draw)
        up = torch.empty(n_out, RANK, *ones).normal_(std=0.01, generator=draw)
        tensors[f"{word}.lora_down.weight"] = down.bfloat16()
        tensors[f"{word}.lora_up.weight"] = up.bfloat16()
        tensors[f"{word}.alpha"] = torch.tensor(RANK, dtype=torch.int64)
    return tensors


def embedding_tensors(encoders: Sequence[dict[str, Any]]) -> dict[str, torch.Tensor]:
    """Two rows for each encoder; safetensors writes clip_g first."""
    draw = torch.Generator().manual_seed(46)
    return {
        key: torch.empty(len(TOKENS), encoder["hidden_size"]).normal_(std=0.02, generator=draw).bfloat16()
        for key, encoder in zip(("clip_l", "clip_g"), encoders, strict=True)
    }


def build_tokenizer(folder: Path, pad: str) -> CLIPTokenizer:
    """CLIP's number of tokens, whole words for our own prompts and fillers for the rest."""
    folder.mkdir(parents=True, exist_ok=True)
    text = format_prompt(parse_recipe("60% red, 30% black, 10% white").recipe, V45) + Defaults().negative_prompt
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix="</w>", unk_token=END))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    trainer = trainers.BpeTrainer(
        vocab_size=2000, initial_alphabet=alphabet, end_of_word_suffix="</w>", show_progress=False
    )
    tokenizer.train_from_iterator(re.findall(r"[a-z]+|[0-9]|[^ \w]", text.lower()) * 8, trainer)
    learned = json.loads(tokenizer.to_str())["model"]
    words = dict.fromkeys([*learned["vocab"], *alphabet, *(f"{letter}</w>" for letter in alphabet)])
    fillers = (f"<|unused{number}|>" for number in range(VOCABULARY - 2 - len(words)))
    numbered = {word: number for number, word in enumerate((*words, *fillers, START, END))}
    (folder / "vocab.json").write_text(json.dumps(numbered))
    merges = "".join(f"{' '.join(merge)}\n" for merge in learned["merges"])
    (folder / "merges.txt").write_text(f"#version: 0.2\n{merges}")
    loaded: CLIPTokenizer = CLIPTokenizer.from_pretrained(folder, pad_token=pad, model_max_length=77)
    return loaded


def build_networks(*, toy: bool) -> dict[str, torch.nn.Module]:
    """The four networks with torch's own initial numbers, in float16."""
    sizes = TOY_ENCODERS if toy else ENCODERS
    # SDXL's own configurations say 2 for the end mark, which transformers takes for the highest id.
    configs = [
        CLIPTextConfig(
            **size,
            vocab_size=VOCABULARY,
            projection_dim=size["hidden_size"],
            bos_token_id=0,
            eos_token_id=2,
            pad_token_id=1,
        )
        for size in sizes
    ]
    torch.manual_seed(47)
    torch.set_default_dtype(torch.float16)
    with torch.device("cuda" if torch.cuda.is_available() else "cpu"):
        networks: dict[str, Any] = {
            "unet": UNet2DConditionModel(**(TOY_UNET if toy else UNET)),
            "vae": AutoencoderKL(**(TOY_VAE if toy else VAE)),
            "text_encoder": CLIPTextModel(configs[0]),
            "text_encoder_2": CLIPTextModelWithProjection(configs[1]),
        }
    torch.set_default_dtype(torch.float32)
    return networks


def save_base(folder: Path, *, toy: bool) -> None:
    networks = build_networks(toy=toy)
    pipe = StableDiffusionXLPipeline(
        **networks,
        tokenizer=build_tokenizer(folder.parent / "vocabulary", END),
        tokenizer_2=build_tokenizer(folder.parent / "vocabulary", "!"),
        scheduler=EulerDiscreteScheduler(
            beta_start=0.00085,
            beta_end=0.012,
            beta_schedule="scaled_linear",
            timestep_spacing="leading",
            steps_offset=1,
        ),
        add_watermarker=False,
    )
    pipe.save_pretrained(folder, variant="fp16", safe_serialization=True)
    for file in (folder.parent / "vocabulary").iterdir():
        file.unlink()
    (folder.parent / "vocabulary").rmdir()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--base", action="store_true")
    parser.add_argument("--toy", action="store_true")
    asked = parser.parse_args()
    asked.out.mkdir(parents=True, exist_ok=True)
    lora, embeddings = asked.out / f"{NAME}_sdxl_lora.safetensors", asked.out / f"{NAME}_sdxl_embeddings.safetensors"
    with torch.device("meta"):
        unet = UNet2DConditionModel(**(TOY_UNET if asked.toy else UNET))
    save_file(lora_tensors(unet), lora)
    save_file(embedding_tensors(TOY_ENCODERS if asked.toy else ENCODERS), embeddings)
    if not asked.toy and (lora.stat().st_size, embeddings.stat().st_size) != (LORA_BYTES, EMBEDDINGS_BYTES):
        raise SystemExit(f"wrong sizes: {lora.stat().st_size}, {embeddings.stat().st_size}")
    if asked.base:
        save_base(asked.out / "base", toy=asked.toy)
        px = 64 if asked.toy else 1024
        write_manifest(
            Bundle(
                folder=asked.out,
                name=NAME,
                licence="MIT",
                base=LocalBase(path="base"),
                lora=LoraPart(file=lora.name, strength=0.7),
                embeddings=EmbeddingsPart(file=embeddings.name, tokens=TOKENS),
                defaults=Defaults(width_px=px, height_px=px),
            )
        )


if __name__ == "__main__":
    main()
