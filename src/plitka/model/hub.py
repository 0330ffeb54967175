"""Fetch a base model from the Hugging Face Hub at one commit.

The local cache is tried first, so a machine that has the base needs no network and does not wait for one. `HF_HOME`
and `HF_HUB_OFFLINE` have the meaning that huggingface_hub gives them.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from plitka.errors import BaseUnavailable
from plitka.model.base_files import NETWORKS, weight_patterns

_OTHER_PARTS = ("scheduler", "tokenizer", "tokenizer_2")


def base_patterns(variants: Mapping[str, str]) -> list[str]:
    """Patterns of the files of a base that plitka reads: configurations, vocabularies, one variant of each network."""
    return config_patterns() + [
        pattern for part, variant in variants.items() for pattern in weight_patterns(part, variant)
    ]


def config_patterns() -> list[str]:
    """Patterns of a base's configurations and vocabularies: a few megabytes, without weights."""
    return [
        "model_index.json",
        *(f"{part}/{ending}" for part in _OTHER_PARTS for ending in ("*.json", "*.txt")),
        *(f"{part}/*.json" for part in NETWORKS),
    ]


def fetch_base(repository: str, revision: str, variants: Mapping[str, str]) -> Path:
    """The folder of a base at a commit, from the cache or else from the hub.

    Args:
        repository: `owner/name`.
        revision: a commit.
        variants: of each network whose weights are needed.

    Raises:
        BaseUnavailable: it is neither here nor reachable; the message says how to bring it.
    """
    needed = [weight_patterns(part, variant) for part, variant in variants.items()]
    return _fetch(repository, revision, base_patterns(variants), needed)


def fetch_configs(repository: str, revision: str | None, *, local_only: bool = False) -> Path:
    """The folder of a base's configurations; its name is the commit.

    Args:
        repository: `owner/name`.
        revision: a commit, or None for the newest of the branch `main`.
        local_only: do not ask the hub.

    Raises:
        BaseUnavailable: they are neither here nor reachable.
    """
    needed = [["model_index.json"], *([f"{part}/config.json"] for part in NETWORKS)]
    return _fetch(repository, revision or "main", config_patterns(), needed, local_only=local_only)


def list_files(repository: str, revision: str) -> list[str] | None:
    """Paths of all files of a repository at a commit; None where the hub cannot be asked."""
    from huggingface_hub import HfApi, constants  # noqa: PLC0415  (a local base needs no hub)

    if constants.HF_HUB_OFFLINE:
        return None
    try:
        return list(HfApi().list_repo_files(repository, revision=revision))
    except MemoryError:
        raise
    except Exception as exc:  # the hub's client lets the errors of its HTTP library through
        import structlog  # noqa: PLC0415  (help reads bundles, and needs no logs)

        structlog.get_logger(__name__).warning("hub_not_asked", repository=repository, reason=type(exc).__name__)
        return None


def download_command(repository: str, revision: str, patterns: list[str]) -> str:
    """The shell command that fetches a base with huggingface_hub's own tool."""
    includes = " ".join(f"--include '{pattern}'" for pattern in patterns)
    return f"hf download {repository} --revision {revision} {includes}"


def _fetch(
    repository: str, revision: str, patterns: list[str], needed: Sequence[Sequence[str]], *, local_only: bool = False
) -> Path:
    """A snapshot with at least one file for every group of patterns in `needed`."""
    from huggingface_hub import constants, snapshot_download  # noqa: PLC0415
    from huggingface_hub.errors import (  # noqa: PLC0415
        HfHubHTTPError,
        HFValidationError,
        LocalEntryNotFoundError,
    )

    reason = "incomplete"
    for is_local in (True,) if local_only else (True, False):
        try:
            folder = Path(
                snapshot_download(repository, revision=revision, allow_patterns=patterns, local_files_only=is_local)
            )
        except (LocalEntryNotFoundError, HfHubHTTPError, HFValidationError, OSError) as exc:
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
