"""How fast a LoRA and tokens learn on full-size SDXL here, beside the inner loop of diffusers' advanced script.

    python benchmarks/train_fullsize.py [--trials theirs,ours,...] [--limit-s 250] [--json figures.json]
    python benchmarks/train_fullsize.py --toy

The base has random weights, drawn on the device; latents are cached in both, as both can. The other loop is that of
`train_dreambooth_lora_sdxl_advanced.py` with `--train_text_encoder_ti --cache_latents --mixed_precision bf16`, of which
every caption is its own: LoRA by peft, embedding tables of both encoders in float32 that learn as a whole and of which
all but the new rows are put back after each step. Both learn the same layers unless a trial says otherwise.

A trial for a small GPU sees no more memory than that has beside the driver's own. --toy is narrow and runs on a
processor, for a look at the script. Figures are written as soon as a trial is done; one that fails is told, the others
are run, and the exit code is 1.
"""

import argparse
import gc
import json
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import diffusers  # noqa: TID253  (nothing imports a benchmark)
import torch  # noqa: TID253
from accelerate import Accelerator  # noqa: TID253
from peft import LoraConfig  # noqa: TID253
from torch.nn import functional  # noqa: TID253

sys.path.insert(0, str(Path(__file__).parents[1] / "recipes" / "fullsize"))
import make_v4_files  # type: ignore[import-not-found]

from plitka.core.recipes.reading import parse_recipe
from plitka.core.recipes.recipe import V45, format_prompt
from plitka.model.lesson import Item, Lesson
from plitka.model.noise import NoiseSchedule, Prediction
from plitka.model.train import Trainer
from plitka.model.train_config import ATTENTION, ATTENTION_AND_CONVOLUTIONS, TrainConfig
from plitka.model.train_memory import needed_bytes

Figures: TypeAlias = dict[str, float | str]
BETAS = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear"}
RANK = 32
N_PICTURES = 8
WARM_UP = 3
FAILED = "failed:"
DRIVER_BYTES = 600_000_000
"""Of a GPU's memory, what the driver takes for a process."""
BEGAN = time.perf_counter()


@dataclass(frozen=True, slots=True)
class Base:
    """Networks of random weights, and what is learnt on them."""

    pipe: Any
    latents: torch.Tensor
    """(n, 4, h, w) on the CPU."""
    captions: tuple[str, ...]
    is_toy: bool

    @classmethod
    def drawn(cls, *, is_toy: bool, are_words_aside: bool = False) -> "Base":
        """A new one on the device, in the precision in which it is frozen; words aside: encoders on the processor."""
        networks, dtype = make_v4_files.build_networks(toy=is_toy), torch.float32 if is_toy else torch.bfloat16
        for name, network in networks.items():
            network.to(dtype=torch.float32 if name == "vae" else dtype).requires_grad_(False).eval()
            if are_words_aside and name.startswith("text_encoder"):
                network.to("cpu", torch.float32)
        vocabulary = Path(tempfile.mkdtemp()) / "vocabulary"
        pipe = diffusers.StableDiffusionXLPipeline(  # type: ignore[no-untyped-call]
            **networks,
            tokenizer=make_v4_files.build_tokenizer(vocabulary, make_v4_files.END),
            tokenizer_2=make_v4_files.build_tokenizer(vocabulary, "!"),
            scheduler=diffusers.DDPMScheduler(**BETAS),  # type: ignore[no-untyped-call]
            add_watermarker=False,
        )
        side = 8 if is_toy else 128
        draw = torch.Generator().manual_seed(1)
        recipes = [parse_recipe(f"{10 * n}% red, {100 - 10 * n}% black").recipe for n in range(1, N_PICTURES + 1)]
        captions = tuple(format_prompt(recipe, V45) for recipe in recipes)
        return cls(pipe, torch.randn(N_PICTURES, 4, side, side, generator=draw), captions, is_toy)

    @property
    def device(self) -> torch.device:
        """Where the UNet is."""
        device: torch.device = self.pipe.unet.device
        return device

    @property
    def side_px(self) -> int:
        """Of the pictures."""
        return 8 * self.latents.shape[-1]


class TheirLoop:
    """What the advanced script does at a step."""

    def __init__(self, base: Base, batch: int, *, is_checkpointed: bool) -> None:
        self._base, self._batch = base, batch
        pipe, device = base.pipe, base.device
        self._accelerator = Accelerator(mixed_precision="no" if base.is_toy else "bf16", cpu=base.is_toy)
        self._tables, self._kept, self._is_old = [], [], []
        for encoder, tokenizer in ((pipe.text_encoder, pipe.tokenizer), (pipe.text_encoder_2, pipe.tokenizer_2)):
            tokenizer.add_tokens(list(V45.tokens))
            encoder.resize_token_embeddings(len(tokenizer), mean_resizing=False)
            table = encoder.get_input_embeddings().weight
            table.data = table.data.float()
            table.requires_grad_(True)
            is_old = torch.ones(len(table), dtype=torch.bool, device=device)
            is_old[tokenizer.convert_tokens_to_ids(list(V45.tokens))] = False
            self._tables.append(table)
            self._kept.append(table.detach().clone())
            self._is_old.append(is_old)
            encoder.train()
        if is_checkpointed:
            pipe.unet.enable_gradient_checkpointing()
        pipe.unet.train()
        pipe.unet.add_adapter(
            LoraConfig(r=RANK, lora_alpha=RANK, init_lora_weights="gaussian", target_modules=list(ATTENTION))
        )
        lora = [parameter for parameter in pipe.unet.parameters() if parameter.requires_grad]
        groups = [{"params": lora, "lr": 1e-4}, *({"params": [table], "lr": 1e-3} for table in self._tables)]
        optimizer = torch.optim.AdamW(groups, weight_decay=1e-4)
        self._unet, self._first, self._second, self._optimizer = self._accelerator.prepare(
            pipe.unet, pipe.text_encoder, pipe.text_encoder_2, optimizer
        )
        self._learning = [*lora, *self._tables]
        self._dtype = torch.float32 if base.is_toy else torch.bfloat16
        self._latents = base.latents.to(device, self._dtype)

    def step(self) -> None:
        """One of them."""
        device, schedule = self._base.device, self._base.pipe.scheduler
        chosen = torch.randint(len(self._latents), (self._batch,)).tolist()
        latents, ids = self._latents[chosen], self._token_ids([self._base.captions[n] for n in chosen])
        noise = torch.randn_like(latents)
        times = torch.randint(schedule.config.num_train_timesteps, (self._batch,), device=device)
        noisy = schedule.add_noise(latents, noise, times)
        said = [
            encoder(each.to(device), output_hidden_states=True)
            for encoder, each in zip((self._first, self._second), ids, strict=True)
        ]
        side = self._base.side_px
        told = torch.tensor([[side, side, 0, 0, side, side]] * self._batch, device=device, dtype=self._dtype)
        predicted = self._unet(
            noisy,
            times,
            encoder_hidden_states=torch.cat([each.hidden_states[-2] for each in said], -1),
            added_cond_kwargs={"time_ids": told, "text_embeds": said[1].text_embeds},
            return_dict=False,
        )[0]
        loss = functional.mse_loss(predicted.float(), noise.float())
        self._accelerator.backward(loss)  # type: ignore[no-untyped-call]
        self._accelerator.clip_grad_norm_(self._learning, 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad()
        with torch.no_grad():
            for table, kept, is_old in zip(self._tables, self._kept, self._is_old, strict=True):
                table.data[is_old] = kept[is_old]
        loss.item()

    def _token_ids(self, captions: list[str]) -> list[torch.Tensor]:
        pipe = self._base.pipe
        return [
            tokenizer(captions, padding="max_length", max_length=77, truncation=True, return_tensors="pt").input_ids
            for tokenizer in (pipe.tokenizer, pipe.tokenizer_2)
        ]


def theirs(asked: argparse.Namespace, *, is_checkpointed: bool = False) -> Figures:
    """Seconds and memory of the other loop; it goes on asking the encoders once tokens have stopped learning."""
    loop = TheirLoop(Base.drawn(is_toy=asked.toy), asked.batch, is_checkpointed=is_checkpointed)
    return measured("", loop.step, asked.batch, asked.steps)


def ours(
    asked: argparse.Namespace, config: TrainConfig, card_gb: float = 0, *, are_words_aside: bool = False
) -> Figures:
    """Seconds and memory of `Trainer`, while tokens learn and once they have stopped."""
    base = Base.drawn(is_toy=asked.toy, are_words_aside=are_words_aside)
    config = replace(config, steps=1000, rank=RANK, alpha=RANK)
    powers = torch.cumprod(1 - torch.linspace(BETAS["beta_start"] ** 0.5, BETAS["beta_end"] ** 0.5, 1000) ** 2, 0)  # type: ignore[operator]
    with capped(card_gb):
        trainer = Trainer(base.pipe, NoiseSchedule(powers, Prediction.NOISE), V45, config)
        told = zip(base.captions, base.latents, strict=True)
        lesson = Lesson(tuple(Item(name=each, caption=each, turned=(latents,)) for each, latents in told), 8)

        def step() -> None:
            trainer.learn(lesson, until=trainer.n_done + 1)

        figures: Figures = {}
        if not config.is_compiled:  # it cannot tell what compiling saves
            began = time.perf_counter()
            figures["estimated, GB"] = needed_bytes(trainer, (4, *base.latents.shape[2:])) / 1e9
            figures["estimating, s"] = time.perf_counter() - began
        began = time.perf_counter()
        step()
        _wait()
        figures["first step, s"] = time.perf_counter() - began
        if config.token_share:
            figures |= measured("", step, config.batch, asked.steps)
        trainer.n_done = round(max(0.7, config.token_share) * config.steps)
        return figures | measured("tokens stay, ", step, config.batch, asked.steps)


def measured(start: str, step: Callable[[], object], batch: int, n: int) -> Figures:
    """Pictures a second, and what torch took at most."""
    for _ in range(WARM_UP):
        step()
    _wait()
    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()
    began = time.perf_counter()
    for _ in range(n):
        step()
    _wait()
    seconds = (time.perf_counter() - began) / n
    figures: Figures = {f"{start}s a step": seconds, f"{start}pictures a second": batch / seconds}
    if torch.cuda.is_available():
        figures[f"{start}peak, GB"] = torch.cuda.max_memory_allocated() / 1e9
        figures[f"{start}peak with torch's cache, GB"] = torch.cuda.max_memory_reserved() / 1e9
    return figures


@contextmanager
def capped(card_gb: float) -> Iterator[None]:
    """While this is open there is no more memory than on a GPU of so many GB; 0: all."""
    if not card_gb or not torch.cuda.is_available():
        yield
        return
    _free()
    total = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.set_per_process_memory_fraction((card_gb * 2**30 - DRIVER_BYTES) / total)
    try:
        yield
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)


def _wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()


def _free() -> None:
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


def trials(asked: argparse.Namespace) -> dict[str, Callable[[], Figures]]:
    """By name, in order of worth."""
    config = TrainConfig(batch=asked.batch, targets=ATTENTION)
    quick, thrifty = replace(config, is_compiled=True), replace(config, is_checkpointed=True)
    v4 = ATTENTION_AND_CONVOLUTIONS
    return {
        "theirs": partial(theirs, asked),
        "ours": partial(ours, asked, config),
        "ours, compiled": partial(ours, asked, quick),
        "theirs, checkpointed": partial(theirs, asked, is_checkpointed=True),
        "ours, checkpointed": partial(ours, asked, thrifty),
        "12 GB": partial(ours, asked, replace(thrifty, targets=v4), 12),
        "8 GB": partial(ours, asked, replace(thrifty, batch=1), 8, are_words_aside=True),
        "ours, compiled, checkpointed": partial(ours, asked, replace(quick, is_checkpointed=True)),
        "ours, compiled, the layers of v4": partial(ours, asked, replace(quick, targets=v4)),
    }


def main() -> None:
    """Print a Markdown table for each trial, and write the figures as JSON where asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--trials", metavar="A;B", help="some of them, by name (usual: all)")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--steps", type=int, default=10, help="that are timed, behind the first ones")
    parser.add_argument("--limit-s", type=float, help="begin no trial later than this after the start")
    parser.add_argument("--toy", action="store_true")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    if not asked.toy and not torch.cuda.is_available():
        parser.error("full size needs a GPU; --toy runs without")
    every = trials(asked)
    names = asked.trials.split(";") if asked.trials else list(every)
    if unknown := set(names) - set(every):
        parser.error(f"no trial {', '.join(sorted(unknown))}; expected {'; '.join(every)}")
    figures: dict[str, Figures] = {}
    for name in names:
        if asked.limit_s and time.perf_counter() - BEGAN > asked.limit_s:
            figures[name] = {"left out": "no time"}
            break
        figures[name] = tell(name, every[name])
        if asked.json:
            asked.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    sys.exit(any(FAILED in rows for rows in figures.values()))


def tell(name: str, trial: Callable[[], Figures]) -> Figures:
    """Print the figures of a trial, or why there are none."""
    began = time.perf_counter()
    try:
        figures = trial()
    except Exception as error:
        traceback.print_exc()
        figures = {FAILED: f"{type(error).__name__}: {error}"[:400]}
    _free()
    torch._dynamo.reset()  # type: ignore[no-untyped-call]  # noqa: SLF001
    figures["the whole trial, s"] = time.perf_counter() - began
    show(name, figures)
    return figures


def show(name: str, figures: Mapping[str, float | str]) -> None:
    rows = (f"| {key} | {value if isinstance(value, str) else f'{value:.4f}'} |\n" for key, value in figures.items())
    sys.stdout.write(f"\n| {name} | |\n|---|---:|\n")
    sys.stdout.writelines(rows)
    sys.stdout.flush()


if __name__ == "__main__":
    main()
