"""Which files of a base in hub layout hold its weights: the best variant that each of its networks has.

A name says what a file holds: `unet/diffusion_pytorch_model.fp16.safetensors` is float16,
`text_encoder/model-00001-of-00002.safetensors` the first of two shards without a variant, whose index is
`text_encoder/model.safetensors.index.json`. Networks of one base may have different variants, and often have.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from plitka.errors import BundleError, MissingFile, PickleFile
from plitka.model.integrity import check_content
from plitka.model.tensor_file import first_few, read_header

NETWORKS = ("unet", "vae", "text_encoder", "text_encoder_2")
USUAL_VARIANT = "fp16"
VARIANT_PATTERN = r"[A-Za-z0-9_]*"
_PREFERRED = (USUAL_VARIANT, "", "bf16")
_STEMS = {part: "diffusion_pytorch_model" if part in ("unet", "vae") else "model" for part in NETWORKS}
_PICKLES = re.compile(r"(diffusion_pytorch_model|pytorch_model|model)([.-].+)?\.(bin|ckpt|pt|pth)")
_SHARD = r"-\d{5}-of-\d{5}"


@dataclass(frozen=True, slots=True)
class Weights:
    """The files of one network."""

    variant: str
    """Empty for files without one."""
    files: tuple[str, ...]
    """Paths in the base's folder."""
    indexes: tuple[str, ...] = ()
    """Of shards: the files that name them, by either custom of naming."""


def weight_patterns(part: str, variant: str) -> list[str]:
    """Patterns of the files that a network of a variant may have, for a hub and for a folder."""
    stem, between = f"{part}/{_STEMS[part]}", f".{variant}" if variant else ""
    shards = "-?????-of-?????"
    return [
        f"{stem}{between}.safetensors",
        f"{stem}{between}{shards}.safetensors",
        *([f"{stem}{shards}{between}.safetensors"] if variant else []),
    ]


def choose_weights(
    names: Collection[str], shown: Path | str, asked: str | None = None, parts: Collection[str] = NETWORKS
) -> dict[str, Weights]:
    """The best weights of each network: those of the asked variant, else float16, else what there is.

    Args:
        names: paths of all files in the folder or repository.
        shown: the folder or repository, for messages.
        asked: a variant, empty for files without one; None for the usual.
        parts: the networks that are needed.

    Raises:
        BundleError: a network has no weights, or no network has the asked variant.
    """
    found = {part: _variants(part, names) for part in parts}
    for part, variants in found.items():
        if not variants:
            raise _without_weights(part, names, shown)
    if asked is not None and not any(asked in variants for variants in found.values()):
        known = sorted({variant for variants in found.values() for variant in variants})
        raise BundleError(
            "{path} has no files of the variant {variant!r}; it has {known}",
            path=shown,
            variant=asked,
            known=", ".join(repr(variant) for variant in known),
        )
    return {part: _best(variants, asked) for part, variants in found.items()}


def stated_weights(names: Collection[str], shown: Path, variants: Mapping[str, str]) -> dict[str, Weights]:
    """The weights of each network in the variant that a manifest says.

    Raises:
        MissingFile: they are not there.
    """
    found = {part: _variants(part, names).get(variant) for part, variant in variants.items()}
    for part, weights in found.items():
        if weights is None:
            raise MissingFile(
                "{path}: {part} has no weights of the variant {variant!r}, which the manifest names; "
                "copy the whole bundle again",
                path=shown,
                part=part,
                variant=variants[part],
            )
    return {part: weights for part, weights in found.items() if weights is not None}


def folder_names(folder: Path) -> list[str]:
    """Paths of the files in the folders of a base's networks."""
    return sorted(
        f"{part}/{path.name}"
        for part in NETWORKS
        if (folder / part).is_dir()
        for path in (folder / part).iterdir()
        if path.is_file()
    )


def check_weights(folder: Path, weights: Mapping[str, Weights]) -> dict[str, list[Path]]:
    """The files of each network, of which none is a pointer, a pickle or cut short, and no shard is missing.

    Raises:
        BundleError: MissingFile, PointerFile, PickleFile or TruncatedFile, with the file.
    """
    return {part: _checked(folder, part, one) for part, one in weights.items()}


def _checked(folder: Path, part: str, weights: Weights) -> list[Path]:
    tables = {folder / name: _weight_map(folder / name) for name in weights.indexes}
    paths = sorted({folder / part / name for table in tables.values() for name in table.values()}) or [
        folder / name for name in weights.files
    ]
    for path in paths:
        if not path.is_file():
            raise MissingFile("{path} is not there, and the index beside it names it; fetch the base again", path=path)
        check_content(path)
    for index, table in tables.items():
        _check_table(index, table)
    return paths


def _weight_map(index: Path) -> dict[str, str]:
    """The shard of each tensor by an index, all of them beside it."""
    try:
        document = json.loads(index.read_text(encoding="utf-8"))
        table = dict(document["weight_map"])
        is_plain = isinstance(document.get("metadata"), dict) and all(_is_plain(name) for name in table.values())
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        table, is_plain = {}, False
    if not table or not is_plain:
        raise BundleError(
            "{path} cannot be read: an index names the shards beside it under weight_map; fetch the base again",
            path=index,
        )
    return table


def _check_table(index: Path, table: Mapping[str, str]) -> None:
    """Refuse an index that names other tensors than its shards have: libraries fill in what it does not name."""
    there = {key for name in set(table.values()) for key in read_header(index.parent / name).shapes}
    differing = sorted(there ^ table.keys())
    if differing:
        raise BundleError(
            "{path} and its shards differ in {n} tensors: {keys}; fetch the base again",
            path=index,
            n=len(differing),
            keys=first_few(differing),
        )


def _is_plain(name: object) -> bool:
    """Whether a shard's name cannot lead out of its folder."""
    return (
        isinstance(name, str)
        and PurePosixPath(name).name == name
        and re.fullmatch(r"[\w.-]+\.safetensors", name) is not None
    )


def _variants(part: str, names: Collection[str]) -> dict[str, Weights]:
    """What a network has, by variant; shards count if they have an index."""
    stem, known = re.escape(f"{part}/{_STEMS[part]}"), sorted(names)
    variant = rf"(?:\.(?P<variant>{VARIANT_PATTERN}))?"
    whole = re.compile(rf"{stem}{variant}\.safetensors")
    shard = re.compile(rf"{stem}(?:{_SHARD}{variant}|\.(?P<before>{VARIANT_PATTERN}){_SHARD})\.safetensors")
    index = re.compile(rf"{stem}\.safetensors\.(?:(?P<before>{VARIANT_PATTERN})\.)?index{variant}\.json")
    found = {match["variant"] or "": Weights(match["variant"] or "", (name,)) for match, name in _matches(whole, known)}
    indexes: dict[str, list[str]] = {}
    for match, name in _matches(index, known):
        indexes.setdefault(match["variant"] or match["before"] or "", []).append(name)
    shards: dict[str, list[str]] = {}
    for match, name in _matches(shard, known):
        shards.setdefault(match["variant"] or match["before"] or "", []).append(name)
    for one, files in shards.items():
        if one in indexes and one not in found:
            found[one] = Weights(one, tuple(files), tuple(indexes[one]))
    return found


def _matches(pattern: re.Pattern[str], names: Collection[str]) -> Iterator[tuple[re.Match[str], str]]:
    return ((match, name) for name in names if (match := pattern.fullmatch(name)))


def _best(variants: Mapping[str, Weights], asked: str | None) -> Weights:
    order = [*([] if asked is None else [asked]), *_PREFERRED, *sorted(variants)]
    return next(variants[variant] for variant in order if variant in variants)


def _without_weights(part: str, names: Collection[str], shown: Path | str) -> BundleError:
    pickles = [
        name for name in sorted(names) if name.startswith(f"{part}/") and _PICKLES.fullmatch(name[len(part) + 1 :])
    ]
    if pickles:
        return PickleFile(
            "{path}: {part} has its weights only as a pickle ({file}), which can run code when it is opened; plitka "
            "reads only safetensors: convert it with `safetensors.torch.save_file` on a machine that you can lose, or "
            "load the base there with diffusers and save it with `save_pretrained`",
            path=shown,
            part=part,
            file=pickles[0],
        )
    return MissingFile(
        "{path}: {part} has no weights by a name that diffusers gives them, such as {example}; fetch the base again",
        path=shown,
        part=part,
        example=weight_patterns(part, USUAL_VARIANT)[0],
    )
