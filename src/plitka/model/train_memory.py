"""How much of a GPU's memory a run will take, known before it begins.

A step is played through with tensors that have shapes and no numbers, and what would be held at once is added up. It
is an upper bound where blocks are compiled.
"""

import weakref
from typing import Any

import torch
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.nn import functional
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from plitka.core.recipes.recipe import Notice
from plitka.model.lesson import Lesson
from plitka.model.memory_ladder import free_bytes
from plitka.model.pipeline import Pipeline
from plitka.model.train import Trainer

_WIDEST = 1.1
"""What lies between tensors, and what libraries take for their work, as a multiple of the tensors."""
_MOMENTS = {"adamw": 8, "adamw8bit": 2, "prodigy": 16}
"""Bytes that an optimizer keeps of each number that learns."""


def memory_notice(trainer: Trainer, lesson: Lesson) -> Notice | None:
    """How much of its GPU a run needs, of how much, and what to change where that is too little; None on a CPU."""
    device = trainer.pipe.unet.device
    if device.type != "cuda":
        return None
    every = [latents for item in lesson.items for latents in item.turned]
    channels, height, width = max(every, key=torch.Tensor.numel).shape
    try:
        needed = needed_bytes(trainer, (channels, height, width))
    except RuntimeError:  # torch cannot tell the shapes of something that this network does: then nobody can
        return None
    free = free_bytes(device) + torch.cuda.memory_reserved(device)
    told = {"needed": f"{needed / 1e9:.1f}", "free": f"{free / 1e9:.1f}", "device": str(device)}
    if needed <= free:
        return Notice("the run needs about {needed} of the {free} GB that it may take of {device}", told)
    if not trainer.config.is_checkpointed:
        return Notice(
            "the run needs about {needed} GB and may take {free} GB of {device}: set is_checkpointed = true under "
            "[train], or take a smaller --batch or --size",
            told,
        )
    return Notice(
        "the run needs about {needed} GB and may take {free} GB of {device}: take a smaller --batch or --size", told
    )


def needed_bytes(trainer: Trainer, shape: tuple[int, int, int]) -> int:
    """What the run takes of the UNet's device.

    Args:
        trainer: before its first step.
        shape: (C, h, w) of the latents of its largest picture.
    """
    device = trainer.pipe.unet.device
    numbers = sum(each.numel() for each in trainer.learning if each.device == device)
    learnt = numbers * (4 + _MOMENTS[trainer.config.optimizer])  # with gradients; the numbers lie among the weights
    return round((_weights_bytes(trainer.pipe, device) + learnt + step_bytes(trainer, shape)) * _WIDEST)


def step_bytes(trainer: Trainer, shape: tuple[int, int, int]) -> int:
    """What a step's states and gradients take at once, beside weights and what is learnt; nothing is computed."""
    config, unet = trainer.config, trainer.pipe.unet
    n = max(config.batch // trainer.workers.n, config.prior_batch)
    side = config.crop_px // int(trainer.pipe.vae_scale_factor) or max(shape)
    size = (n, shape[0], *(min(each, side) for each in shape[1:]))
    learning = list(trainer.lora.parameters())
    with torch.compiler.set_stance("force_eager"), FakeTensorMode(allow_non_fake_inputs=True), _Held() as held:
        latents, ids, states, pooled = (
            torch.zeros(each, device=unet.device, dtype=unet.dtype)
            for each in (size, (n, 6), (n, 77, unet.config.cross_attention_dim), (n, _pooled_width(unet)))
        )
        predicted = unet(
            latents,
            torch.zeros(n, device=unet.device, dtype=torch.long),
            encoder_hidden_states=states.requires_grad_(),
            added_cond_kwargs={"text_embeds": pooled, "time_ids": ids},
            return_dict=False,
        )[0]
        loss = functional.mse_loss(predicted.float(), torch.zeros_like(predicted, dtype=torch.float32))
        torch.autograd.grad(loss, learning, allow_unused=True)
    most: int = held.most
    return most


def _weights_bytes(pipe: Pipeline, device: torch.device) -> int:
    networks = (pipe.unet, pipe.vae, pipe.text_encoder, pipe.text_encoder_2)
    parameters = {id(each): each for network in networks for each in network.parameters()}
    total: int = sum(each.nbytes for each in parameters.values() if each.device == device)
    return total


def _pooled_width(unet: Any) -> int:
    """Of the vector that the second encoder gives, beside which six numbers tell sizes."""
    return int(unet.add_embedding.linear_1.in_features - 6 * unet.config.addition_time_embed_dim)


class _Held(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch registers it
    """Adds up what is held of all that is made inside."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.now = self.most = 0
        self._known: set[int] = set()

    def __torch_dispatch__(self, func: Any, _types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = func(*args, **(kwargs or {}))
        for tensor in tree_leaves(made):
            if isinstance(tensor, torch.Tensor):
                self._hold(tensor.untyped_storage())
        return made

    def _hold(self, storage: torch.UntypedStorage) -> None:
        if (name := id(storage)) in self._known:
            return
        self._known.add(name)
        self.now += storage.nbytes()
        self.most = max(self.most, self.now)
        weakref.finalize(storage, self._drop, name, storage.nbytes()).atexit = False

    def _drop(self, name: int, n_bytes: int) -> None:
        self._known.discard(name)
        self.now -= n_bytes
