"""A base model that lives on the Hugging Face Hub, pinned to one commit.

The cache is asked first, so a machine that has the base needs no network and starts without waiting
for one. `HF_HOME` and `HF_HUB_OFFLINE` mean what huggingface_hub says they mean.
"""

import os
from pathlib import Path

from plitka.errors import BaseUnavailable

_WEIGHTED = ("text_encoder", "text_encoder_2", "unet", "vae")
_PLAIN_WEIGHTS = ("model.safetensors", "diffusion_pytorch_model.safetensors", "*model-*-of-*.safetensors")
_WORDED = ("scheduler", "tokenizer", "tokenizer_2")


def base_patterns(variant: str) -> list[str]:
    """The files of a base that plitka reads: safetensors of one variant, configurations, vocabularies."""
    weights = (f"*.{variant}.safetensors", f"*.{variant}-*-of-*.safetensors") if variant else _PLAIN_WEIGHTS
    return [
        "model_index.json",
        *(f"{part}/{ending}" for part in _WORDED for ending in ("*.json", "*.txt")),
        *(f"{part}/{ending}" for part in _WEIGHTED for ending in ("*.json", *weights)),
    ]


def fetch_base(repository: str, revision: str, variant: str) -> Path:
    """The folder of a base at a commit, from the cache or else from the hub.

    Raises:
        BaseUnavailable: it is neither here nor reachable; the message says how to bring it.
    """
    from huggingface_hub import constants, snapshot_download  # noqa: PLC0415  (a local base needs no hub)
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError  # noqa: PLC0415

    patterns = base_patterns(variant)
    try:
        return Path(snapshot_download(repository, revision=revision, allow_patterns=patterns, local_files_only=True))
    except (LocalEntryNotFoundError, OSError):
        pass
    try:
        return Path(snapshot_download(repository, revision=revision, allow_patterns=patterns))
    except (HfHubHTTPError, OSError) as exc:
        raise BaseUnavailable(
            "the base {path} at revision {revision} is not on this machine and cannot be fetched ({reason}); "
            "on a connected machine run `{command}`, then copy its HF_HOME to {hf_home}",
            path=repository,
            revision=revision,
            reason=type(exc).__name__,
            command=download_command(repository, revision, patterns),
            hf_home=os.environ.get("HF_HOME", constants.HF_HOME),
        ) from exc


def download_command(repository: str, revision: str, patterns: list[str]) -> str:
    """The shell command that fetches a base with huggingface_hub's own tool."""
    includes = " ".join(f"--include '{pattern}'" for pattern in patterns)
    return f"hf download {repository} --revision {revision} {includes}"
