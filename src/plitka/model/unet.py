"""The UNet as the sampler calls it: with words, sizes, guidance and, where a bundle has one, its ControlNet."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from plitka.model.sampler import Denoise

if TYPE_CHECKING:
    from plitka.core.generation import RgbImage
    from plitka.model.assembly import Assembly


@dataclass(frozen=True, slots=True)
class Words:
    """What both text encoders give for N prompts; the negative half is None without guidance."""

    positive: torch.Tensor
    """(N, 77, width)."""
    negative: torch.Tensor | None
    pooled_positive: torch.Tensor
    """(N, width of the second encoder)."""
    pooled_negative: torch.Tensor | None

    @classmethod
    def stacked(cls, each: "Sequence[Words]") -> "Words":
        """Several prompts as one batch."""
        if len(each) == 1:
            return each[0]
        return cls(
            torch.cat([one.positive for one in each]),
            None if each[0].negative is None else torch.cat([_known(one.negative) for one in each]),
            torch.cat([one.pooled_positive for one in each]),
            None if each[0].pooled_negative is None else torch.cat([_known(one.pooled_negative) for one in each]),
        )

    @property
    def negatives(self) -> "Words":
        """The negative half as if it were all there is."""
        return Words(_known(self.negative), None, _known(self.pooled_negative), None)

    def to(self, device: torch.device) -> "Words":
        """The same on a device."""
        each = (self.positive, self.negative, self.pooled_positive, self.pooled_negative)
        moved: list[Any] = [None if one is None else one.to(device, non_blocking=True) for one in each]
        return Words(*moved)


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What a batch is conditioned on."""

    words: Words
    size_px: tuple[int, int]
    """Height and width that the network is given: the size that it was tuned at, since for SDXL a picture's size is a
    sign of its kind."""
    guidance: float
    """Classifier-free guidance scale; 1 switches guidance off."""
    control: "Sequence[RgbImage] | None" = None
    """(H, W, 3) uint8 for the ControlNet, one for each picture."""
    timesteps: torch.Tensor | None = None
    """(steps,) of all steps, in the order in which they will be asked for; None: not known."""
    is_exact: bool = True
    """False lets a network round more coarsely."""


Network = Callable[[Conditions], Denoise]
"""A network as a painter uses it: called once for each batch, it gives what the sampler calls at each step.

It lives as long as its painter, so that compiled code and captured graphs, by size, batch, guidance and control,
outlive a call of `paint`. A `Denoise` is in use only until the next one is asked for: buffers can be shared.
"""


def guided_unet(assembly: "Assembly", conditions: Conditions) -> Denoise:
    """The network as the sampler calls it: latents and timestep to a prediction in float32.

    With guidance both halves run as one batch: J. Ho, T. Salimans, "Classifier-Free Diffusion Guidance",
    arXiv:2207.12598, equation 6, in the form of Stable Diffusion.
    """
    pipe, dtype = assembly.pipe, assembly.placement.dtype
    is_guided = conditions.guidance > 1 and pipe.unet.config.time_cond_proj_dim is None
    states, added = embedded_conditions(conditions, is_guided=is_guided)
    control = None if conditions.control is None else _Control(assembly, conditions.control, is_guided=is_guided)
    scale_embedding = _scale_embedding(pipe, conditions)

    def denoise(latents: torch.Tensor, timestep: torch.Tensor) -> torch.Tensor:
        noisy = (torch.cat([latents] * 2) if is_guided else latents).to(dtype)
        residuals = {} if control is None else control.residuals(noisy, timestep, states, added)
        output: torch.Tensor = pipe.unet(
            noisy,
            timestep,
            encoder_hidden_states=states,
            timestep_cond=scale_embedding,
            added_cond_kwargs=added,
            return_dict=False,
            **residuals,
        )[0].float()
        if not is_guided:
            return output
        unconditional, conditional = output.chunk(2)
        return unconditional + conditions.guidance * (conditional - unconditional)

    return denoise


class _Control:
    """The ControlNet's part of a batch."""

    def __init__(self, assembly: "Assembly", pictures: "Sequence[RgbImage]", *, is_guided: bool) -> None:
        assert assembly.controlnet is not None
        assert assembly.bundle.controlnet is not None
        self._network = assembly.controlnet
        self._scale = assembly.bundle.controlnet.scale
        # A ControlNet that pools its residuals acts on the conditional half alone, as in diffusers' guess mode.
        self._only_conditional = is_guided and bool(self._network.config.global_pool_conditions)
        placement = assembly.placement
        image = torch.stack([torch.from_numpy(one).permute(2, 0, 1) for one in pictures]).float() / 255
        image = image.to(placement.device, placement.dtype)
        self._image = torch.cat([image] * 2) if is_guided and not self._only_conditional else image

    def residuals(
        self, noisy: torch.Tensor, timestep: torch.Tensor, states: torch.Tensor, added: Mapping[str, torch.Tensor]
    ) -> dict[str, Any]:
        """What the ControlNet adds to the UNet's blocks."""
        if self._only_conditional:
            noisy, states = noisy.chunk(2)[1], states.chunk(2)[1]
            added = {name: tensor.chunk(2)[1] for name, tensor in added.items()}
        down, middle = self._network(
            noisy,
            timestep,
            encoder_hidden_states=states,
            controlnet_cond=self._image,
            conditioning_scale=self._scale,
            guess_mode=bool(self._network.config.global_pool_conditions),
            added_cond_kwargs=added,
            return_dict=False,
        )
        if self._only_conditional:
            down = [torch.cat([torch.zeros_like(one), one]) for one in down]
            middle = torch.cat([torch.zeros_like(middle), middle])
        return {"down_block_additional_residuals": down, "mid_block_additional_residual": middle}


def embedded_conditions(
    conditions: Conditions,
    *,
    is_guided: bool,
) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """The words as cross attention reads them, and what else is embedded: pooled words and sizes."""
    words = conditions.words
    states, pooled = words.positive, words.pooled_positive
    if is_guided:
        states = torch.cat([_known(words.negative), states])
        pooled = torch.cat([_known(words.pooled_negative), pooled])
    no_crop = (0, 0)
    time_ids = torch.tensor([[*conditions.size_px, *no_crop, *conditions.size_px]], dtype=states.dtype)
    # Asked for its own device, a module of diffusers' walks through all of its parts.
    time_ids = time_ids.repeat(len(states), 1).to(states.device)
    return states, {"text_embeds": pooled, "time_ids": time_ids}


def _scale_embedding(pipe: Any, conditions: Conditions) -> torch.Tensor | None:
    """The guidance scale, for a network that was distilled to take it as an input."""
    width = pipe.unet.config.time_cond_proj_dim
    if width is None:
        return None
    scales = torch.full((len(conditions.words.positive),), conditions.guidance - 1.0)
    embedding: torch.Tensor = pipe.get_guidance_scale_embedding(scales, embedding_dim=width)
    return embedding.to(pipe.unet.device, pipe.unet.dtype)


def _known(tensor: torch.Tensor | None) -> torch.Tensor:
    """The negative half, which is there wherever there is guidance."""
    assert tensor is not None
    return tensor
