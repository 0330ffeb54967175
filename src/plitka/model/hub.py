"""Fetch a base model from the Hugging Face Hub at one commit.

The local cache is tried first, so a machine that has the base needs no network and does not wait for one. `HF_HOME`
and `HF_HUB_OFFLINE` have the meaning that huggingface_hub gives them.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from plitka.errors import BaseUnavailable

_NETWORKS = ("text_encoder", "text_encoder_2", "unet", "vae")
_WEIGHTS_WITHOUT_VARIANT = ("model.safetensors", "diffusion_pytorch_model.safetensors", "*model-*-of-*.safetensors")
_OTHER_PARTS = ("scheduler", "tokenizer", "tokenizer_2")


def base_patterns(variant: str) -> list[str]:
    """Patterns of the files of a base that plitka reads: safetensors of one variant, configurations, vocabularies."""
    return config_patterns() + [f"{part}/{ending}" for part in _NETWORKS for ending in _weight_patterns(variant)]


def config_patterns() -> list[str]:
    """Patterns of a base's configurations and vocabularies: a few megabytes, without weights."""
    return [
        "model_index.json",
        *(f"{part}/{ending}" for part in _OTHER_PARTS for ending in ("*.json", "*.txt")),
        *(f"{part}/*.json" for part in _NETWORKS),
    ]


def fetch_base(repository: str, revision: str, variant: str) -> Path:
    """The folder of a base at a commit, from the cache or else from the hub.

    Raises:
        BaseUnavailable: it is neither here nor reachable; the message says how to bring it.
    """
    needed = [[f"{part}/{ending}" for ending in _weight_patterns(variant)] for part in _NETWORKS]
    return _fetch(repository, revision, base_patterns(variant), needed)


def fetch_configs(repository: str, revision: str | None) -> Path:
    """The folder of a base's configurations; its name is the commit.

    Args:
        repository: `owner/name`.
        revision: a commit, or None for the newest of the branch `main`.

    Raises:
        BaseUnavailable: they are neither here nor reachable.
    """
    needed = [["model_index.json"], *([f"{part}/config.json"] for part in _NETWORKS)]
    return _fetch(repository, revision or "main", config_patterns(), needed)


def download_command(repository: str, revision: str, patterns: list[str]) -> str:
    """The shell command that fetches a base with huggingface_hub's own tool."""
    includes = " ".join(f"--include '{pattern}'" for pattern in patterns)
    return f"hf download {repository} --revision {revision} {includes}"


def _weight_patterns(variant: str) -> Sequence[str]:
    return (f"*.{variant}.safetensors", f"*.{variant}-*-of-*.safetensors") if variant else _WEIGHTS_WITHOUT_VARIANT


def _fetch(repository: str, revision: str, patterns: list[str], needed: Sequence[Sequence[str]]) -> Path:
    """A snapshot with at least one file for every group of patterns in `needed`."""
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
        # huggingface_hub also calls a snapshot present of which only the configurations were fetched.
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
