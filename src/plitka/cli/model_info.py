"""What a model is made of, told in words."""

from collections.abc import Iterator, Mapping
from typing import Any

from plitka.cli.arguments import Translate
from plitka.cli.terminal import Terminal
from plitka.core.language.figures import plain_figure

_RANGES = frozenset({"steps_range", "guidance_range", "strength_range"})
_VARIANTS, _MODULES = "base.variants.", "lora.targets."


def info_rows(info: Mapping[str, Any], terminal: Terminal) -> Iterator[tuple[str, str]]:
    """Names and values of a model's facts; what is absent has no row.

    Args:
        info: as `plitka model info --json` writes it.
        terminal: whose language is spoken.
    """
    _ = terminal.gettext
    names = _row_names(_)
    for place, value in _leaves("", info):
        name = names.get(place, place)
        if place.startswith(_VARIANTS):
            name = _("base, variant of {name}").format(name=place.removeprefix(_VARIANTS))
        elif place.startswith(_MODULES):
            name = _("LoRA, modules {name}").format(name=place.removeprefix(_MODULES))
        yield name, _shown(place, value, terminal)


def _leaves(place: str, values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """A nested table as pairs of `a.b` and value."""
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _leaves(f"{place}{key}.", value)
        elif value not in (None, (), []):
            yield f"{place}{key}", value


def _shown(place: str, value: Any, terminal: Terminal) -> str:  # noqa: ANN401  # a leaf of JSON
    if isinstance(value, bool):
        return terminal.gettext("yes") if value else terminal.gettext("no")
    if isinstance(value, list | tuple):
        parts = [_shown("", item, terminal) for item in value]
        if place.rpartition(".")[2] in _RANGES:
            low, high = parts
            return terminal.gettext("{low} to {high}").format(low=low, high=high)
        return ", ".join(parts)
    if isinstance(value, int | float):
        return plain_figure(value, terminal.language, most=4, grouped=False)
    return str(value)


def _row_names(_: Translate) -> dict[str, str]:
    """The rows of every model: where a value stands in the JSON -> what it is called."""
    return _part_names(_) | {
        "name": _("name"),
        "digest": _("hash of the whole model"),
        "licence": _("licence"),
        "folder": _("folder"),
        "prompt.trigger": _("word before the tokens"),
        "defaults.steps": _("usual steps"),
        "defaults.guidance": _("usual guidance"),
        "defaults.width_px": _("usual width, px"),
        "defaults.height_px": _("usual height, px"),
        "defaults.px_per_mm": _("scale, px per mm"),
        "defaults.negative_prompt": _("usual negative prompt"),
        "defaults.guided.steps": _("guided: usual steps"),
        "defaults.guided.guidance": _("guided: usual guidance"),
        "defaults.guided.strength": _("guided: usual strength"),
        "defaults.guided.steps_range": _("guided: steps it stands"),
        "defaults.guided.guidance_range": _("guided: guidance it stands"),
        "defaults.guided.strength_range": _("guided: strength it stands"),
        "defaults.guided.detail_px": _("guided: the map's detail, finer than px"),
        "n_files": _("files"),
        "n_bytes": _("bytes in them"),
    }


def _part_names(_: Translate) -> dict[str, str]:
    """The rows of what a model is put together from."""
    return {
        "base.hub": _("base, on the hub"),
        "base.revision": _("base, commit"),
        "base.path": _("base, folder"),
        "base.file": _("base, file"),
        "base.variant": _("base, variant of its files"),
        "base.distilled": _("base, distilled"),
        "noise.predicts": _("noise, what the network predicts"),
        "noise.kind": _("noise, kind of schedule"),
        "noise.spacing": _("noise, spacing of steps"),
        "noise.sigma_min": _("noise, least sigma"),
        "noise.sigma_max": _("noise, largest sigma"),
        "noise.read_from": _("noise, read from"),
        "vae.file": _("autoencoder, file"),
        "lora.file": _("LoRA, file"),
        "lora.strength": _("LoRA, strength"),
        "lora.alpha": _("LoRA, alpha"),
        "lora.producer": _("LoRA, written by"),
        "lora.n_modules": _("LoRA, number of modules"),
        "lora.rank": _("LoRA, rank"),
        "lora.dtype": _("LoRA, number format"),
        "lora.is_dora": _("LoRA, is a DoRA"),
        "embeddings.file": _("embeddings, file"),
        "embeddings.tokens": _("embeddings, tokens"),
        "embeddings.names": _("embeddings, names of colours"),
        "controlnet.path": _("ControlNet, folder"),
        "controlnet.scale": _("ControlNet, scale"),
        "controlnet.variant": _("ControlNet, variant of its files"),
    }
