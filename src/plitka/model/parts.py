"""The parts of a bundle, as its manifest names them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from plitka.model.base_files import USUAL_VARIANT


@dataclass(frozen=True, slots=True, kw_only=True)
class _InParts:
    """A base whose networks lie in files of their own."""

    variant: str = USUAL_VARIANT
    """The part of the weights' file names before `.safetensors`; empty for none."""
    variants: Mapping[str, str] = field(default_factory=dict)
    """Networks whose variant is another, by their folder."""
    distilled: str = ""
    """How it was distilled to a few steps; empty if it was not."""

    def by_part(self, parts: Collection[str]) -> dict[str, str]:
        """The variant of each of some networks."""
        return {part: self.variants.get(part, self.variant) for part in parts}


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalBase(_InParts):
    """An SDXL in hub layout (model_index.json, unet/, vae/, ...) inside the bundle."""

    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HubBase(_InParts):
    """An SDXL on the Hugging Face Hub at one commit."""

    hub: str
    """`owner/name`."""
    revision: str
    """40 hex digits."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileBase:
    """An SDXL in one safetensors file with Stability's names, as ComfyUI and A1111 use it."""

    file: str
    path: str
    """A folder of configurations and vocabularies in hub layout: the file has none of its own."""
    distilled: str = ""
    """As of the others."""


Base: TypeAlias = LocalBase | HubBase | FileBase


@dataclass(frozen=True, slots=True, kw_only=True)
class VaePart:
    """An autoencoder in a safetensors file of its own, in the place of the base's."""

    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoraPart:
    """Low-rank changes to the base's UNet and text encoders."""

    file: str
    strength: float = 1.0
    """0..2; multiplies alpha/rank * B @ A once."""
    alpha: float | None = None
    """For a file that does not say its alpha; None means its rank."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingsPart:
    """Learned rows for the embedding tables of both text encoders."""

    file: str
    tokens: tuple[str, ...]
    """One token for each row, in the file's order; every prompt has them."""
    names: tuple[str, ...] = ()
    """Words with the rows behind those: names of colours that the base does not know, for prompts that name them."""

    @property
    def words(self) -> tuple[str, ...]:
        """One for each row."""
        return self.tokens + self.names


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlPart:
    """A ControlNet, whose image is the granule map at each step of guided mode."""

    path: str
    """A folder inside the bundle with config.json and weights, as diffusers' `ControlNetModel` saves them."""
    scale: float = 1.0
    """0..2; multiplies its residuals, `conditioning_scale` in diffusers."""
    variant: str = USUAL_VARIANT
    """As a base's."""
