"""Which tool wrote a LoRA file and which modules it changes, read from its header alone."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from plitka.model.formats import recognise_layouts, split_key
from plitka.model.tensor_file import read_header

_TARGET = re.compile(
    r"(?:attn[12]|self_attn)\W?_?(?:processor\.)?(to_[qkv]|to_out|[qkv]_proj|out_proj)"
    r"|(proj_in|proj_out|conv1|conv2|conv_shortcut|conv_in|conv_out|time_emb_proj|fc1|fc2|text_projection)(?=$|_lora)"
    r"|(ff[._]net[._](?:0[._]proj|2))$"
    r"|(?:in_layers|out_layers|emb_layers)[._](\d)$|(skip_connection)$"
    r"|(?:down|up)samplers[._]0[._](conv)$|(?:input_blocks|output_blocks)[._]\d[._]\d[._](op|conv)$"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """What a LoRA file's header tells."""

    producers: tuple[str, ...]
    """Tools that write such keys, the most frequent first."""
    n_modules: int
    ranks: tuple[int, ...]
    targets: Mapping[str, int]
    """How many modules of each kind are changed, by the last part of their names as the file has it."""
    dtypes: tuple[str, ...]
    """Of the matrices."""
    is_dora: bool
    says_alpha: bool
    """Whether the file itself states its alpha, for each module or in its metadata."""


def trace_lora(path: Path) -> Provenance:
    """Which tool made a LoRA file, and of what kind it is.

    Raises:
        BundleError: its header cannot be read.
    """
    header = read_header(path)
    split = {key: parts for key in header.shapes if (parts := split_key(key)) is not None}
    downs = {key: module for key, (module, role) in split.items() if role == "down"}
    roles = {role for _, role in split.values()}
    return Provenance(
        producers=tuple(recognise_layouts(header.shapes)),
        n_modules=len(downs),
        ranks=tuple(sorted({header.shapes[key][0] for key in downs if header.shapes[key]})),
        targets=_count(_target(module) for module in downs.values()),
        dtypes=tuple(sorted({header.dtypes[key] for key in downs})),
        is_dora=bool({"magnitude", "output magnitude"} & roles),
        says_alpha="alpha" in roles or "lora_adapter_metadata" in header.metadata,
    )


def _target(module: str) -> str:
    """The kind of layer that a module's spelling ends with, `to_q` or `conv2` for example."""
    found = _TARGET.search(module)
    if not found:
        return re.split(r"[._]", module)[-1]
    whole, part = found[0], next(group for group in found.groups() if group)
    return part if not part.isdigit() else whole


def _count(names: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for name in names:
        counts[name] = counts.get(name, 0) + 1
    return dict(sorted(counts.items()))
