"""Learned rows for the embedding tables of both text encoders.

They lie in a file of their own, or inside a LoRA file under `bundle_emb.<token>.`. In both, a tensor's name tells its
encoder and its width is checked; the order in a file has no meaning.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch

from plitka.errors import BundleError
from plitka.model.formats import BUNDLED
from plitka.model.tensor_file import first_few, read_header, read_tensors

_ENCODER_KEYS = {"clip_l": ("clip_l", "text_encoders_0"), "clip_g": ("clip_g", "text_encoders_1")}
_AFTER_ENCODER = "_out"
_ONE_ENCODER = "emb_params"
_MAX_ROWS = 75
"""Tokens between the marks of a text of 77."""


@dataclass(frozen=True, slots=True)
class Embeddings:
    """Rows of both text encoders, one row for each token."""

    clip_l: torch.Tensor
    """(n_tokens, width of the first encoder)."""
    clip_g: torch.Tensor
    """(n_tokens, width of the second encoder)."""


def read_embeddings(path: Path, n_tokens: int, width_l: int, width_g: int) -> Embeddings:
    """The learned rows, mapped to the encoders by name and checked by width.

    Args:
        path: a safetensors file, whatever its ending, of embeddings or of a LoRA that contains some.
        n_tokens: rows that each tensor must have.
        width_l: embedding width of the first text encoder (768 in SDXL).
        width_g: embedding width of the second text encoder (1280 in SDXL).

    Raises:
        BundleError: a tensor is missing or too many, or has another shape, or is not finite.
    """
    tensors = read_tensors(path)
    keys = _encoder_keys(path, tensors)
    return Embeddings(
        *(
            _joined_rows(path, {key: tensors[key] for key in keys[encoder]}, (n_tokens, width))
            for encoder, width in (("clip_l", width_l), ("clip_g", width_g))
        )
    )


def name_tokens(path: Path) -> tuple[str, ...]:
    """A name for each row of a file: those that a LoRA file gives its own, otherwise `<s0>`, `<s1>`, ...

    Raises:
        BundleError: the file holds no embeddings of both encoders, or more than any text has room for.
    """
    shapes = read_header(path).shapes
    names = []
    for key in _encoder_keys(path, shapes)["clip_l"]:
        n_rows = shapes[key][0] if len(shapes[key]) > 1 else 1
        if n_rows > _MAX_ROWS:
            raise BundleError(
                "{path}: {key} has {n} rows, and a text has room for {limit} at most; use embeddings of a few tokens",
                path=path,
                key=key,
                n=n_rows,
                limit=_MAX_ROWS,
            )
        bundled = _bundled_token(key)
        if bundled is None:
            names += [f"<s{row}>" for row in range(n_rows)]
        else:
            names += [bundled if n_rows == 1 else f"{bundled}_{row}" for row in range(n_rows)]
    return tuple(names)


def has_bundled(path: Path) -> bool:
    """Whether a LoRA file contains embeddings."""
    return any(key.startswith(BUNDLED) for key in read_header(path).shapes)


def refuse_unlisted_embeddings(path: Path) -> None:
    """Refuse a LoRA file with embeddings that the manifest does not list: its pictures would lack the learned tokens.

    Raises:
        BundleError: the file contains embeddings.
    """
    if has_bundled(path):
        raise BundleError(
            "{path} brings the tokens {tokens}; name the file in the manifest under [embeddings] too",
            path=path,
            tokens=", ".join(name_tokens(path)),
        )


def _joined_rows(path: Path, tensors: Mapping[str, torch.Tensor], expected: tuple[int, int]) -> torch.Tensor:
    """(n_tokens, width) rows of one encoder, checked."""
    rows = [_as_rows(tensor) for tensor in tensors.values()]
    if not all(row.is_floating_point() for row in rows):
        raise BundleError(
            "{path}: {key} holds whole numbers; use a file that was not quantised", path=path, key=first_few(tensors)
        )
    shape = (sum(row.shape[0] for row in rows), *rows[0].shape[1:])
    if shape != expected or len({row.shape[1:] for row in rows}) > 1:
        raise BundleError(
            "{path}: {key} has the shape {actual}, this base and the manifest's tokens need {expected}; "
            "the embeddings belong to another base or to another number of tokens",
            path=path,
            key=first_few(tensors),
            actual=list(shape),
            expected=list(expected),
        )
    joined = torch.cat([row.float() if row.element_size() == 1 else row for row in rows])  # float8 has no arithmetic
    if not joined.isfinite().all():
        raise BundleError("{path}: {key} is not finite; use another checkpoint", path=path, key=first_few(tensors))
    return joined


def _encoder_keys(path: Path, keys: Iterable[str]) -> Mapping[str, list[str]]:
    """The keys of each encoder's rows in the tokens' order, the same tokens for both."""
    every = list(keys)
    bundled = [key for key in every if key.startswith(BUNDLED)]
    found = bundled or every
    _refuse_unplaced(path, found)
    by_encoder = {
        encoder: sorted((key for key in found if key.rsplit(".", 1)[-1] in spelled), key=_natural)
        for encoder, spelled in _ENCODER_KEYS.items()
    }
    tokens = [[_bundled_token(key) for key in chosen] for chosen in by_encoder.values()]
    n_placed = sum(len(chosen) for chosen in by_encoder.values())
    if not tokens[0] or tokens[0] != tokens[1] or n_placed != len(found) or len(set(tokens[0])) != len(tokens[0]):
        raise BundleError(
            "{path}: expected the tensors clip_l and clip_g (or text_encoders_0 and text_encoders_1), found {keys}",
            path=path,
            keys=first_few(sorted(found)),
        )
    return by_encoder


def _refuse_unplaced(path: Path, keys: list[str]) -> None:
    """Refuse embeddings of kinds that SDXL in diffusers cannot take."""
    after = [key for key in keys if key.endswith(_AFTER_ENCODER)]
    if after:
        raise BundleError(
            "{path}: {keys} are added to what the text encoders say, for which SDXL in diffusers has no place; "
            "train again in OneTrainer with output embeddings switched off",
            path=path,
            keys=first_few(sorted(after)),
        )
    if _ONE_ENCODER in keys and len(keys) == 1:
        raise BundleError(
            "{path} is an embedding of one text encoder, for SD 1.5 or SD 2; SDXL needs rows for both", path=path
        )


def _bundled_token(key: str) -> str | None:
    """The token's name in the key of a row inside a LoRA file; None for a key of an embeddings file."""
    return key.removeprefix(BUNDLED).rsplit(".", 1)[0] if key.startswith(BUNDLED) else None


def _natural(key: str) -> list[tuple[int, str]]:
    """A sorting key that puts `<s10>` after `<s9>`."""
    return [(int(piece) if piece.isdigit() else -1, piece) for piece in re.split(r"(\d+)", key)]


def _as_rows(tensor: torch.Tensor) -> torch.Tensor:
    """(n, width); a single row may be stored without its first axis."""
    return tensor if tensor.dim() > 1 else tensor.unsqueeze(0)
