"""The layouts of SDXL LoRA files: one table from a tensor's key in a file to its module and role.

A key is a module's spelling followed by an ending that says the tensor's role. The two are read independently, since
files mix endings (a `lora.down` for linear layers beside a `lora_A` for convolutions) and prefixes (a UNet of
one writer, text encoders of another). The canonical name is the component and the module's name in diffusers:
`unet.down_blocks.1...to_q`, `text_encoder.text_model.encoder...q_proj`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from plitka.model.sdxl_names import encoder_processor_name, flat, processor_name, stability_names

COMPONENTS = ("unet", "text_encoder", "text_encoder_2")
ROLES = {
    "lora_down.weight": "down",  # kohya
    "lora_up.weight": "up",
    "lora_A.weight": "down",  # PEFT
    "lora_B.weight": "up",
    "lora.down.weight": "down",  # diffusers
    "lora.up.weight": "up",
    "lora_linear_layer.down.weight": "down",  # diffusers, text encoders
    "lora_linear_layer.up.weight": "up",
    "down.weight": "down",  # diffusers before 0.21, after `to_q_lora`
    "up.weight": "up",
    "alpha": "alpha",
    "dora_scale": "magnitude",  # kohya, LyCORIS
    "lora_magnitude_vector": "output magnitude",  # PEFT
    "lora_magnitude_vector.weight": "output magnitude",
}
"""What follows the module in a key -> the tensor's role in `scale * up @ down`."""
BUNDLED = "bundle_emb."
"""Start of the keys of embeddings that lie in a LoRA file."""

_UNET, _FIRST, _SECOND = COMPONENTS
_WRAPPER = "text_model."
"""transformers 5 dropped this level from the first encoder; every file still has it."""
_ADAPTER = re.compile(r"(?<=\.lora_[AB])\.\w+(?=\.weight$)|(?<=\.lora_magnitude_vector)\.\w+(?=\.weight$)")
"""The adapter's name in PEFT's own state, which its helper takes out: default, or default_0 in diffusers."""
_ENDINGS = sorted(ROLES, key=len, reverse=True)


@dataclass(frozen=True, slots=True)
class Naming:
    """How modules are named in a kind of file."""

    spell: Callable[[str, Mapping[str, str]], str | None]
    """From diffusers' name and the table of Stability's names; None for a module that it cannot name."""
    pattern: str
    """A regular expression that the start of such names matches, to recognise a file without its base."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A row of the table: which tool writes such keys, for which network, and how it spells a module."""

    producer: str
    component: str
    prefix: str
    naming: Naming


_BLOCKS = r"(?:down_blocks|mid_block|up_blocks|conv_in|conv_out|time_embedding|add_embedding)"
_STABILITY_BLOCKS = r"(?:input_blocks|middle_block|output_blocks|time_embed|label_emb|out[._]2)"
_DIFFUSERS = Naming(lambda name, _: name, _BLOCKS + r"(?!.*\.processor\.)")
_DIFFUSERS_FLAT = Naming(lambda name, _: flat(name), _BLOCKS)
_PROCESSOR = Naming(lambda name, _: processor_name(name), _BLOCKS + r".*\.processor\.")
_STABILITY = Naming(lambda name, names: names.get(name), _STABILITY_BLOCKS)
_STABILITY_FLAT = Naming(lambda name, names: flat(names[name]) if name in names else None, _STABILITY_BLOCKS)
_CLIP = Naming(lambda name, _: _wrapped(name), r"text_model|text_projection")
_CLIP_BARE = Naming(lambda name, _: name.removeprefix(_WRAPPER), r"encoder")
_CLIP_FLAT = Naming(lambda name, _: flat(_wrapped(name)), r"text_model|text_projection")
_CLIP_PROCESSOR = Naming(lambda name, _: encoder_processor_name(_wrapped(name)), r"text_model.*\.to_\w+_lora")

LAYOUTS = (
    Layout("Eden, OneTrainer (legacy), ai-toolkit", _UNET, "lora_unet_", _DIFFUSERS_FLAT),
    Layout("Eden before 2024-09", _UNET, "lora_unet_base_model_model_", _DIFFUSERS_FLAT),
    Layout("kohya sd-scripts", _UNET, "lora_unet_", _STABILITY_FLAT),
    Layout("SimpleTuner (LyCORIS)", _UNET, "lycoris_", _DIFFUSERS_FLAT),
    Layout("diffusers before 0.21", _UNET, "unet.", _PROCESSOR),
    Layout("cog-sdxl", _UNET, "", _PROCESSOR),
    Layout("diffusers, SimpleTuner", _UNET, "unet.", _DIFFUSERS),
    Layout("diffusers without a prefix", _UNET, "", _DIFFUSERS),
    Layout("PEFT", _UNET, "base_model.model.", _DIFFUSERS),
    Layout("OneTrainer (original)", _UNET, "", _STABILITY),
    Layout("OneTrainer (ComfyUI)", _UNET, "diffusion_model.", _STABILITY),
    Layout("OneTrainer (OMI)", _UNET, "unet.", _STABILITY),
    *(
        Layout(producer, component, prefix.format(name), naming)
        for component, names in ((_FIRST, ("te1", "text_encoder", "l")), (_SECOND, ("te2", "text_encoder_2", "g")))
        for producer, prefix, name, naming in (
            ("kohya sd-scripts, OneTrainer", "lora_{}_", names[0], _CLIP_FLAT),
            ("diffusers before 0.21", "{}.", names[1], _CLIP_PROCESSOR),
            ("diffusers", "{}.", names[1], _CLIP),
            ("diffusers 0.39", "{}.", names[1], _CLIP_BARE),
            ("OneTrainer (OMI)", "clip_{}.", names[2], _CLIP),
            ("OneTrainer (ComfyUI)", "text_encoders.clip_{}.transformer.", names[2], _CLIP),
        )
    ),
)


def spellings(modules: Iterable[str]) -> dict[str, str]:
    """Every spelling of every module -> its canonical name.

    Args:
        modules: canonical names of all modules with weights of their own, each beginning with its component.
    """
    names: dict[str, list[str]] = {component: [] for component in COMPONENTS}
    for module in modules:
        component, _, name = module.partition(".")
        names[component].append(name)
    stability = stability_names(names[_UNET])
    return {
        f"{layout.prefix}{spelled}": f"{layout.component}.{name}"
        for layout in LAYOUTS
        for name in names[layout.component]
        if (spelled := layout.naming.spell(name, stability)) is not None
    }


def split_key(key: str) -> tuple[str, str] | None:
    """A key's module as the file spells it, and the tensor's role; None without a known ending."""
    key = _ADAPTER.sub("", key)
    for ending in _ENDINGS:
        if key.endswith(f".{ending}"):
            return key.removesuffix(f".{ending}"), ROLES[ending]
    return None


def recognise_layouts(keys: Iterable[str]) -> list[str]:
    """The tools that write such keys, recognised without a base; the one with the most keys first."""
    counts: dict[str, int] = {}
    for key in keys:
        split = split_key(key)
        producer = next((row.producer for row in LAYOUTS if split and _matches(row, split[0])), None)
        if producer is not None:
            counts[producer] = counts.get(producer, 0) + 1
    return sorted(counts, key=lambda producer: -counts[producer])


def _matches(layout: Layout, spelled: str) -> bool:
    return re.match(rf"{re.escape(layout.prefix)}(?:{layout.naming.pattern})", spelled) is not None


def _wrapped(name: str) -> str:
    return name if name.startswith((_WRAPPER, "text_projection")) else _WRAPPER + name
