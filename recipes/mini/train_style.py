"""Stage 5: the LoRA and the two tokens learn the look of the photographs on the frozen base, as stage 4 taught it.

A third of the pictures are the base's, with captions that lack the tokens: what they named before, they go on naming
(prior preservation, Ruiz et al. 2023), and the look is tied to the tokens. A run that goes on from an adapter sees the
look alone: it may be a new look, of which the base has no pictures.

Written as the old system's trainer wrote them: kohya keys with diffusers' names, bf16, alpha equal to the
rank; embeddings with `clip_g` before `clip_l`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from config import MiniConfig
from networks import Parts, TextEncoders
from peft import LoraConfig
from prompts import training_colours
from safetensors.torch import load_file, save_file
from scenes import Scenes
from stage import Average, Stage, compiled
from torch import Tensor, nn
from train_guided import Lesson
from train_unet import Objective, Pool
from transformers import CLIPTokenizer

from plitka.core.recipes.recipe import V45
from plitka.model.adapter import UNET
from plitka.model.adapter_files import ENCODER_KEYS, embedding_tensors, kohya_key, kohya_tensors
from plitka.model.lora import LoraModule

TARGETS = ("to_q", "to_k", "to_v", "to_out.0", "conv2", "conv_out")


def main() -> None:
    stage = Stage.from_command_line(__doc__)
    student = Student.build(stage, seed=3, resumed=stage.begin > 0)
    stage.restart_clock()
    stage.log(stage="style", modules=len(student.adapter) // 2)
    for step in stage.steps():
        rate = stage.learning_rate(1e-3, step, warm_up=100)
        student.lesson.step(rate, stage.position)
        student.learnt(stage, step)
        if step % 100 == 0:
            stage.log(step=step, **student.losses)
    student.finish(stage)
    stage.log(step=step, **student.losses)
    if stage.rank == 0:
        student.lesson.save_sheet(stage.work / "style.png")


@dataclass
class Student:
    """The adapter and the tokens on the frozen base, and what teaches them."""

    parts: Parts
    tables: Sequence[nn.Embedding]
    adapter: Sequence[nn.Parameter]
    groups: list[dict[str, object]]
    """All that learns, as AdamW takes it."""
    mend: Callable[[], None]
    """Leaves the gradient of the tables to the rows of the tokens."""
    objective: Objective
    pool: Pool
    lesson: Lesson
    average: Average

    @classmethod
    def build(cls, stage: Stage, seed: int, *, resumed: bool) -> "Student":
        config, device = stage.config, stage.device
        kinds = (True,) if stage.begin > 0 else (True, True, False)
        scenes = {style: Scenes.build(stage, training_colours(), style=style) for style in set(kinds)}
        parts = Parts.load(stage)
        tables = adapt(parts, config)
        if resumed:
            resume(parts.unet, tables, stage.work)
        unet, adapter = parts.unet, [p for p in parts.unet.parameters() if p.requires_grad]
        groups = [{"params": adapter}, {"params": [table.weight for table in tables], "weight_decay": 0.0}]
        mend = keep_words(tables, parts.tokenizer)
        objective = Objective(compiled(unet, device), parts.encoders, config, device)
        pool = Pool([scenes[style] for style in kinds], parts, config, device, seed=seed + stage.seed)
        lesson = Lesson(objective, parts.vae, pool, config, device, groups, mend=mend)
        lesson.critic_goes_on(stage.load("critic"))
        lesson.prepare(stage.begin)
        average = Average([unet, *tables], limit=0.998)
        return cls(parts, tables, adapter, groups, mend, objective, pool, lesson, average)

    @property
    def losses(self) -> dict[str, float]:
        return self.lesson.figures

    def learnt(self, stage: Stage, step: int) -> None:
        """After a step: what all GPUs learnt, its average, other pictures, and now and then what is kept of it."""
        stage.agree(self.lesson.all_parameters, step)
        self.average.update(step)
        self.pool.refresh(stage.config.refresh)
        if step % 100 == 99:
            with self.average.applied():
                save(stage, self.parts.unet, self.tables)
                stage.save("critic", self.lesson.critic.state_dict())

    def finish(self, stage: Stage) -> None:
        self.average.apply()
        save(stage, self.parts.unet, self.tables)
        stage.save("critic", self.lesson.critic.state_dict())


def save(stage: Stage, unet: nn.Module, tables: Sequence[nn.Embedding]) -> None:
    """Write the adapter and the rows of the tokens."""
    if stage.rank:
        return
    save_file(kohya_lora(unet), stage.work / "lora.safetensors")
    rows = [table.weight[-len(V45.tokens) :] for table in tables]
    save_file(embedding_tensors(rows), stage.work / "embeddings.safetensors")


def adapt(parts: Parts, config: MiniConfig) -> list[nn.Embedding]:
    """Give the frozen UNet an adapter and both encoders the tokens, whose tables are returned."""
    unet = parts.unet.requires_grad_(False)
    unet.add_adapter(LoraConfig(r=config.lora_rank, lora_alpha=config.lora_rank, target_modules=list(TARGETS)))
    set_strength(unet, config.lora_strength)
    return add_tokens(parts.encoders, parts.tokenizer)


@torch.no_grad()
def fold(unet: nn.Module, lora: Mapping[str, Tensor], strength: float) -> None:
    """Add an adapter by kohya's keys to the weights of a plain UNet, or take it off where the strength is negative."""
    for name, module in unet.named_modules():
        key = kohya_key(f"{UNET}.{name}")
        if (down := lora.get(f"{key}.lora_down.weight")) is not None:
            up = lora[f"{key}.lora_up.weight"].to(module.weight).flatten(1)
            added = (up @ down.to(module.weight).flatten(1)).view_as(module.weight)
            module.weight.add_(added, alpha=strength)


def set_strength(unet: nn.Module, strength: float) -> None:
    """Train at the strength at which the bundle will fuse."""
    for module in unet.modules():
        if hasattr(module, "scale_layer"):
            module.scale_layer(strength)


def add_tokens(encoders: TextEncoders, tokenizer: CLIPTokenizer) -> list[nn.Embedding]:
    """Two new rows in both encoders' tables, drawn with the spread of the others; only they will learn."""
    tokenizer.add_tokens(list(V45.tokens))
    encoders.requires_grad_(False)
    tables = []
    for encoder in (encoders.one, encoders.two):
        encoder.resize_token_embeddings(len(tokenizer), mean_resizing=False)
        table = encoder.get_input_embeddings()
        with torch.no_grad():
            old = table.weight[: -len(V45.tokens)]
            table.weight[-len(V45.tokens) :] = old.mean(0) + old.std(0) * torch.randn(
                2, old.shape[1], device=old.device
            )
        table.weight.requires_grad_(True)
        tables.append(table)
    return tables


def keep_words(tables: Sequence[nn.Embedding], tokenizer: CLIPTokenizer) -> Callable[[], None]:
    """What leaves the gradient of the tables to the rows of the tokens."""
    n_base = len(tokenizer) - len(V45.tokens)

    def keep() -> None:
        for table in tables:
            table.weight.grad[:n_base] = 0

    return keep


@torch.no_grad()
def resume(unet: nn.Module, tables: Sequence[nn.Embedding], work: Path) -> None:
    """The adapter and the tokens as a former run wrote them."""
    lora = load_file(work / "lora.safetensors")
    for name, module in adapted(unet):
        for matrix, layers in (("down", module.lora_A), ("up", module.lora_B)):
            (layer,) = layers.values()
            layer.weight.copy_(lora[f"{kohya_key(f'{UNET}.{name}')}.lora_{matrix}.weight"])
    resume_tokens(tables, work)


@torch.no_grad()
def resume_tokens(tables: Sequence[nn.Embedding], work: Path) -> None:
    """The tokens alone."""
    rows = load_file(work / "embeddings.safetensors")
    for table, name in zip(tables, ENCODER_KEYS, strict=True):
        table.weight[-len(rows[name]) :] = rows[name].to(table.weight)


def adapted(unet: nn.Module) -> Iterator[tuple[str, nn.Module]]:
    """Modules that have an adapter, by their names."""
    for name, module in unet.named_modules():
        if hasattr(module, "lora_A") and len(module.lora_A):
            yield name, module


def kohya_lora(unet: nn.Module) -> dict[str, Tensor]:
    """The adapter under kohya's keys."""
    modules = {}
    for name, module in adapted(unet):
        (down,), (up,) = module.lora_A.values(), module.lora_B.values()
        modules[f"{UNET}.{name}"] = LoraModule(down.weight, up.weight, 1.0)  # alpha equal to the rank
    return kohya_tensors(modules)


if __name__ == "__main__":
    main()
