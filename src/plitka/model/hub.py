"""A base model that lives on the Hugging Face Hub, pinned to one commit.

The cache is asked first, so a machine that has the base needs no network and starts without waiting
for one. `HF_HOME` and `HF_HUB_OFFLINE` mean what huggingface_hub says they mean.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from plitka.errors import BaseUnavailable

_WEIGHTED = ("text_encoder", "text_encoder_2", "unet", "vae")
_PLAIN_WEIGHTS = ("model.safetensors", "diffusion_pytorch_model.safetensors", "*model-*-of-*.safetensors")
_WORDED = ("scheduler", "tokenizer", "tokenizer_2")


def base_patterns(variant: str) -> list[str]:
    """The files of a base that plitka reads: safetensors of one variant, configurations, vocabularies."""
    return config_patterns() + [f"{part}/{ending}" for part in _WEIGHTED for ending in _weight_patterns(variant)]


def config_patterns() -> list[str]:
    """The files that say what a base is: a few megabytes without weights."""
    return [
        "model_index.json",
        *(f"{part}/{ending}" for part in _WORDED for ending in ("*.json", "*.txt")),
        *(f"{part}/*.json" for part in _WEIGHTED),
    ]


def fetch_base(repository: str, revision: str, variant: str) -> Path:
    """The folder of a base at a commit, from the cache or else from the hub.

    Raises:
        BaseUnavailable: it is neither here nor reachable; the message says how to bring it.
    """
    needed = [[f"{part}/{ending}" for ending in _weight_patterns(variant)] for part in _WEIGHTED]
    return _fetch(repository, revision, base_patterns(variant), needed)


def fetch_configs(repository: str, revision: str | None) -> Path:
    """The folder of a base's configurations; its name is the commit.

    Args:
        repository: `owner/name`.
        revision: a commit, or None for the newest of the branch `main`.

    Raises:
        BaseUnavailable: they are neither here nor reachable.
    """
    needed = [["model_index.json"], *([f"{part}/config.json"] for part in _WEIGHTED)]
    return _fetch(repository, revision or "main", config_patterns(), needed)


def download_command(repository: str, revision: str, patterns: list[str]) -> str:
    """The shell command that fetches a base with huggingface_hub's own tool."""
    includes = " ".join(f"--include '{pattern}'" for pattern in patterns)
    return f"hf download {repository} --revision {revision} {includes}"


def _weight_patterns(variant: str) -> Sequence[str]:
    return (f"*.{variant}.safetensors", f"*.{variant}-*-of-*.safetensors") if variant else _PLAIN_WEIGHTS


def _fetch(repository: str, revision: str, patterns: list[str], needed: Sequence[Sequence[str]]) -> Path:
    """A snapshot in which at least one file of every group of `needed` lies."""
    from huggingface_hub import constants, snapshot_download  # noqa: PLC0415  (a local base needs no hub)
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError  # noqa: PLC0415

    reason = "incomplete"
    for local_only in (True, False):
        try:
            folder = Path(
                snapshot_download(repository, revision=revision, allow_patterns=patterns, local_files_only=local_only)
            )
        except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as exc:
            reason = type(exc).__name__
            continue
        # The cache calls a snapshot present of which only the configurations were fetched.
        if all(any(any(folder.glob(pattern)) for pattern in group) for group in needed):
            return folder
    raise BaseUnavailable(
        "the base {path} at revision {revision} is not on this machine and cannot be fetched ({reason}); "
        "on a connected machine run `{command}`, then copy its HF_HOME to {hf_home}",
        path=repository,
        revision=revision,
        reason=reason,
        command=download_command(repository, revision, patterns),
        hf_home=os.environ.get("HF_HOME", constants.HF_HOME),
    )
