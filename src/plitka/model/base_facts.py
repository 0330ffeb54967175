"""What a base is, decided of its configurations and headers: at add and at load by the same path.

No weight is read here. Whatever this refuses is refused before a bundle is written, and a bundle whose files were
changed since is refused before anything of it is loaded.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from plitka.errors import BundleError, MissingFile
from plitka.model.base_files import NETWORKS
from plitka.model.base_kinds import refuse_other_file, refuse_other_folder, refuse_quantised
from plitka.model.bundle import Bundle
from plitka.model.hub import fetch_configs
from plitka.model.integrity import check_content
from plitka.model.noise import EdmSchedule
from plitka.model.noise_marks import Marks, marked, read_marks
from plitka.model.parts import FileBase, HubBase
from plitka.model.scheduler_config import Schedule, read_schedule
from plitka.model.tensor_file import Header, read_header

Config: TypeAlias = dict[str, Any]
VAE_KINDS = ("AutoencoderKL", "AutoencoderTiny", "AutoencoderDC")
"""diffusers' classes that a base's vae/config.json may name; the first is SDXL's own."""
_INDEX, _SCHEDULER = "model_index.json", "scheduler/scheduler_config.json"
_MAX_CONFIG_BYTES = 1_000_000
_LIMITS = {
    "num_hidden_layers": 200,
    "num_attention_heads": 1000,
    "layers_per_block": 20,
    "transformer_layers_per_block": 100,
    "reverse_transformer_layers_per_block": 100,
}
"""Above which a configuration is a mistake, on which a machine would work for hours."""
_MAX_NUMBER = 1_000_000


@dataclass(frozen=True, slots=True)
class BaseFacts:
    """What a base's configurations and header say."""

    folder: Path
    """Of the configurations."""
    configs: Mapping[str, Config]
    """Of each network, by its folder's name."""
    index: Config
    """model_index.json."""
    scheduler: Config
    """As it stands in the folder."""
    schedule: Schedule
    """What the network predicts and on which noise."""
    header: Header | None
    """Of a single file."""
    marks: Marks
    """What a single file says of its noise."""

    @property
    def vae_config(self) -> Config:
        """The autoencoder's configuration, with what a single file says of its latents."""
        return {**self.configs["vae"], **self.marks.vae}

    @property
    def vae_kind(self) -> str:
        """The autoencoder's class in diffusers."""
        return str(self.configs["vae"].get("_class_name", VAE_KINDS[0]))

    def noise_info(self) -> dict[str, object]:
        """What the network predicts, on which noise, and where that was read, as JSON."""
        schedule = self.schedule
        kind = "EDM" if isinstance(schedule, EdmSchedule) else "zero terminal SNR" if schedule.is_zero_snr else "betas"
        low, high = schedule.sigma_range
        return {
            "predicts": str(schedule.prediction),
            "kind": kind,
            "spacing": str(schedule.spacing),
            "sigma_min": round(low, 4),
            "sigma_max": round(high, 4),
            "read_from": list(self.marks.sources) or [_SCHEDULER],
        }


def read_base(folder: Path, file: Path | None = None, *, is_distilled: bool = False) -> BaseFacts:
    """Read and judge a base's configurations, and a single file's header.

    Args:
        folder: hub layout; no weights are needed.
        file: one safetensors file with Stability's names, if the base is such.
        is_distilled: to a few steps.

    Raises:
        BundleError: it is no SDXL that runs here; the message says what it is.
    """
    header = None if file is None else read_header(file)
    if file is not None and header is not None:
        refuse_other_file(file, header)
    index = _read_config(folder / _INDEX)
    configs = {part: _read_config(folder / part / "config.json") for part in NETWORKS}
    refuse_other_folder(folder, index, configs["unet"])
    for part, config in configs.items():
        refuse_quantised(folder / part / "config.json", config)
    _check_vae_kind(folder, configs["vae"], is_one_file=file is not None)
    scheduler = _read_config(folder / _SCHEDULER)
    marks = Marks() if file is None or header is None else read_marks(file, header)
    at = file if marks.scheduler and file is not None else folder / _SCHEDULER
    vae = {**configs["vae"], **marks.vae}
    schedule = read_schedule(marked(scheduler, marks, at), at, vae, is_distilled=is_distilled)
    return BaseFacts(folder, configs, index, scheduler, schedule, header, marks)


def bundle_facts(bundle: Bundle, *, local_only: bool = False) -> BaseFacts:
    """What a bundle's base is; a hub base may be downloaded for it.

    Args:
        bundle: whose base.
        local_only: of a base on the hub only the configurations are needed, and only the cache is looked into.

    Raises:
        BundleError: it is no SDXL that runs here.
        BaseUnavailable: a hub base is not on this machine and cannot be fetched.
    """
    base = bundle.base
    if isinstance(base, HubBase) and local_only:
        folder = fetch_configs(base.hub, base.revision, local_only=True)
    else:
        folder = bundle.base_folder()
    file = bundle.file(base.file) if isinstance(base, FileBase) else None
    return read_base(folder, file, is_distilled=bool(base.distilled))


def _check_vae_kind(folder: Path, config: Config, *, is_one_file: bool) -> None:
    """Refuse an autoencoder that cannot be used here, of one file with Stability's names all but the usual."""
    kind = config.get("_class_name", VAE_KINDS[0])
    known = VAE_KINDS[:1] if is_one_file else VAE_KINDS
    if kind not in known:
        raise BundleError(
            "{path} names the autoencoder {kind}, and plitka runs {known} here; use a base with one of these",
            path=folder / "vae" / "config.json",
            kind=kind,
            known=", ".join(known),
        )


def _read_config(path: Path) -> Config:
    """A configuration as JSON, whose numbers no machine would choke on.

    Raises:
        MissingFile: it is not there.
        BundleError: it is no JSON object, or has a size beyond reason.
    """
    if not path.is_file():
        raise MissingFile(
            "{path} is not there; a base in hub layout has it: fetch the base again, or name another one", path=path
        )
    check_content(path)
    try:
        config = json.loads(path.read_bytes()) if path.stat().st_size <= _MAX_CONFIG_BYTES else None
    except (OSError, ValueError, RecursionError) as exc:
        raise _unreadable(path) from exc
    if not isinstance(config, dict):
        raise _unreadable(path)
    for key, value in config.items():
        _check_numbers(path, key, value, _LIMITS.get(key, _MAX_NUMBER))
    return config


def _unreadable(path: Path) -> BundleError:
    return BundleError(
        "{path} is no configuration: expected a JSON object of at most {n_bytes} bytes; fetch the file again",
        path=path,
        n_bytes=_MAX_CONFIG_BYTES,
    )


def _check_numbers(path: Path, key: str, value: object, limit: float) -> None:
    for number in value if isinstance(value, list) else [value]:
        if isinstance(number, list):
            _check_numbers(path, key, number, limit)
        elif isinstance(number, int | float) and abs(number) > limit and number not in (float("inf"), -float("inf")):
            raise BundleError(
                "{path} has {key} {value}, and at most {limit} makes sense; fetch the file again",
                path=path,
                key=key,
                value=number,
                limit=limit,
            )
