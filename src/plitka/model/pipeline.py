"""Load a bundle's base as an SDXL pipeline, and its ControlNet if it has one, and move both to a device.

A base that lacks weights is refused: the libraries would fill them with random numbers, without raising.
"""

import json
import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import torch
from safetensors import SafetensorError

from plitka.errors import BundleError
from plitka.model.bundle import Bundle, FileBase
from plitka.model.device import Placement
from plitka.model.lean_decoder import LeanDecoder, can_run_lean
from plitka.model.library_imports import uncollected_imports
from plitka.model.tensor_file import first_few

Pipeline: TypeAlias = Any
"""diffusers' StableDiffusionXLPipeline, whose parts are attributes that only exist at run time."""
_NETWORKS = ("unet", "vae", "text_encoder", "text_encoder_2")
_TILE_PX = 512
VAE_KINDS = ("AutoencoderKL", "AutoencoderTiny", "AutoencoderDC")
"""diffusers' classes that a base's vae/config.json may name; the first is SDXL's own."""


def import_libraries() -> None:
    """Import what `load_base` needs, which takes seconds in a new process."""
    with uncollected_imports(), quiet_libraries():
        # Here because transformers writes to stderr at its import unless it was told not to.
        from diffusers import AutoencoderKL, StableDiffusionXLPipeline, UNet2DConditionModel  # noqa: F401, PLC0415
        from transformers import CLIPTextModelWithProjection  # noqa: F401, PLC0415


def load_base(bundle: Bundle, placement: Placement) -> Pipeline:
    """The base on the CPU in the dtype that weights are fused in.

    Raises:
        BundleError: diffusers cannot make an SDXL of it.
        BaseUnavailable: a hub base is not on this machine and cannot be fetched.
    """
    folder, base = bundle.base_folder(), bundle.base
    vae_kind = read_vae_kind(folder, is_one_file=isinstance(base, FileBase))
    choices = {"dtype": placement.assembly_dtype, "local_files_only": True}
    try:
        with quiet_libraries():
            if isinstance(base, FileBase):
                pipe = _load_single_file(bundle.file(base.file), folder, choices)
            else:
                choices |= {"variant": base.variant or None, "use_safetensors": True}
                pipe = _load_folder(folder, vae_kind, choices)
    except (OSError, ValueError, RuntimeError, TypeError, KeyError, AttributeError, SafetensorError) as exc:
        raise BundleError("{path} is not a usable SDXL base: {reason}", path=folder, reason=str(exc)) from exc
    pipe.set_progress_bar_config(disable=True)
    _check_end_mark(pipe, folder)
    return pipe


def _load_single_file(path: Path, configs: Path, choices: Mapping[str, object]) -> Pipeline:
    from diffusers import StableDiffusionXLPipeline  # noqa: PLC0415  (imported where `quiet_libraries` is on)

    pipe = StableDiffusionXLPipeline.from_single_file(path, config=str(configs), add_watermarker=False, **choices)
    _check_filled({part: getattr(pipe, part) for part in _NETWORKS}, path)
    return pipe


def _load_folder(folder: Path, vae_kind: str, choices: Mapping[str, object]) -> Pipeline:
    import diffusers  # noqa: PLC0415
    from transformers import CLIPTextModel, CLIPTextModelWithProjection  # noqa: PLC0415

    kinds = (diffusers.UNet2DConditionModel, getattr(diffusers, vae_kind), CLIPTextModel, CLIPTextModelWithProjection)
    networks = {part: _load_network(kind, folder, part, choices) for part, kind in zip(_NETWORKS, kinds, strict=True)}
    return diffusers.StableDiffusionXLPipeline.from_pretrained(  # type: ignore[no-untyped-call]
        folder, add_watermarker=False, **networks, **choices
    )


def read_vae_kind(folder: Path, *, is_one_file: bool) -> str:
    """The class of a base's autoencoder, by its vae/config.json.

    Args:
        folder: hub layout; no weights are needed.
        is_one_file: the weights lie in one file with Stability's names, which only `AutoencoderKL` has.

    Raises:
        BundleError: a class that cannot be used here, or no such file.
    """
    path = folder / "vae" / "config.json"
    try:
        kind = json.loads(path.read_text(encoding="utf-8")).get("_class_name", VAE_KINDS[0])
    except (OSError, ValueError, AttributeError) as exc:
        raise BundleError("{path} is not a usable SDXL base: {reason}", path=folder, reason=str(exc)) from exc
    known = VAE_KINDS[:1] if is_one_file else VAE_KINDS
    if kind not in known:
        raise BundleError(
            "{path} names the autoencoder {kind}, and plitka runs {known} here; use a base with one of these",
            path=path,
            kind=kind,
            known=", ".join(known),
        )
    return str(kind)


def load_controlnet(bundle: Bundle, placement: Placement, pipe: Pipeline) -> Any:
    """The bundle's ControlNet, on the CPU.

    Raises:
        BundleError: it is incomplete, or made for another base.
    """
    assert bundle.controlnet is not None
    part, folder = bundle.controlnet, bundle.file(bundle.controlnet.path)
    choices = {"dtype": placement.assembly_dtype, "local_files_only": True, "use_safetensors": True}
    with quiet_libraries():
        from diffusers import ControlNetModel  # noqa: PLC0415

        try:
            control = _load_network(ControlNetModel, folder, "", choices | {"variant": part.variant or None})
        except (OSError, ValueError, RuntimeError, TypeError, KeyError, SafetensorError) as exc:
            raise BundleError("{path} is not a usable ControlNet: {reason}", path=folder, reason=str(exc)) from exc
    _check_control_fits(control, pipe, folder)
    return control


def _check_control_fits(control: Any, pipe: Pipeline, folder: Path) -> None:
    """Refuse a ControlNet of another base here, because diffusers would fail at the first step without naming it."""
    shrinks = 2 ** (len(control.config.conditioning_embedding_out_channels) - 1)
    for name, found, expected in (
        ("cross_attention_dim", control.config.cross_attention_dim, pipe.unet.config.cross_attention_dim),
        ("block_out_channels", list(control.config.block_out_channels), list(pipe.unet.config.block_out_channels)),
        ("in_channels", control.config.in_channels, pipe.unet.config.in_channels),
        ("px to a latent place", shrinks, pipe.vae_scale_factor),
    ):
        if found != expected:
            raise BundleError(
                "{path} was made for another base: {name} is {found}, the base has {expected}; "
                "use a ControlNet that was trained with this base",
                path=folder,
                name=name,
                found=found,
                expected=expected,
            )


def place_controlnet(control: Any, placement: Placement) -> None:
    """Move the ControlNet to where the base's networks are."""
    with quiet_libraries():
        control.to(placement.device, placement.dtype).eval().requires_grad_(False)


def move(pipe: Pipeline, placement: Placement) -> None:
    """Move the networks to their device in the dtype that weights are fused in, since fusing is faster there."""
    with quiet_libraries():
        for part in _NETWORKS:
            getattr(pipe, part).to(placement.device)


def place(pipe: Pipeline, placement: Placement) -> None:
    """Move the networks to their device in the dtypes that they run in."""
    vae_dtype = placement.vae_dtype(force_upcast=bool(pipe.vae.config.force_upcast))
    with quiet_libraries():
        for network in (pipe.unet, pipe.text_encoder, pipe.text_encoder_2):
            network.to(placement.device, placement.dtype).eval().requires_grad_(False)
        # Channels last halves the time of decoding on a CPU.
        pipe.vae.to(placement.device, vae_dtype, memory_format=torch.channels_last).eval().requires_grad_(False)
    if placement.device.type == "cuda" and vae_dtype == torch.float32 and can_run_lean(pipe.vae.decoder):
        pipe.vae.decoder = LeanDecoder(pipe.vae.decoder)
    pipe.vae.enable_slicing()


def set_tiling(pipe: Pipeline, *, on: bool) -> None:
    """Decode in one piece, or in overlapping squares of 512 px: less memory, and a slightly shifted tone."""
    if not on:
        pipe.vae.disable_tiling()
        return
    pipe.vae.tile_sample_min_size = _TILE_PX
    pipe.vae.tile_latent_min_size = _TILE_PX // pipe.vae_scale_factor
    # AutoencoderTiny derives it from its number of colour channels, which is right only for 8 px to a latent cell.
    pipe.vae.spatial_scale_factor = pipe.vae_scale_factor
    pipe.vae.enable_tiling()


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Silence the advice and progress bars of diffusers and transformers; their errors are exceptions.

    `TRANSFORMERS_VERBOSITY` and `DIFFUSERS_VERBOSITY`, if set, keep their effect.
    """
    from diffusers.utils import logging as diffusers_logging  # noqa: PLC0415
    from transformers.utils import logging as transformers_logging  # noqa: PLC0415

    libraries = ((diffusers_logging, "DIFFUSERS_VERBOSITY"), (transformers_logging, "TRANSFORMERS_VERBOSITY"))
    levels = [library.get_verbosity() for library, _ in libraries]
    bars = [library.is_progress_bar_enabled() for library, _ in libraries]
    for library, variable in libraries:
        library.disable_progress_bar()
        if variable not in os.environ:
            library.set_verbosity_error()
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", category=FutureWarning, module=r"(diffusers|transformers|peft)\.")
            # Raised by numpy where diffusers' scheduler hands it a tensor.
            warnings.filterwarnings("ignore", message="__array__ implementation", category=DeprecationWarning)
            yield
    finally:
        for (library, _), level, has_bar in zip(libraries, levels, bars, strict=True):
            library.set_verbosity(level)
            if has_bar:
                library.enable_progress_bar()


def _load_network(kind: Any, folder: Path, part: str, choices: Mapping[str, object]) -> Any:
    """One network; refused if its file lacks weights, which would be filled with random numbers."""
    network, info = kind.from_pretrained(folder, subfolder=part, output_loading_info=True, **choices)
    missing = sorted({*info["missing_keys"], *(key for key, *_ in info["mismatched_keys"])})
    if missing:
        raise BundleError(
            "{path} lacks {n} weights that its config.json asks for: {modules}; fetch or build the base again",
            path=folder / part,
            n=len(missing),
            modules=first_few(missing),
        )
    return network


def _check_filled(networks: Mapping[str, torch.nn.Module], path: Path) -> None:
    """Refuse a single file that lacks weights, which diffusers leaves on the meta device."""
    missing = [
        f"{part}.{name}"
        for part, network in networks.items()
        for name, tensor in network.state_dict().items()
        if tensor.is_meta
    ]
    if missing:
        raise BundleError(
            "{path} lacks {n} weights of an SDXL base: {modules}; "
            "use a checkpoint with UNet, VAE and both text encoders",
            path=path,
            n=len(missing),
            modules=first_few(missing),
        )


def _check_end_mark(pipe: Pipeline, folder: Path) -> None:
    """Refuse a second encoder that looks for another end mark than its tokenizer writes: it would pool at token 0.

    For an id of 2, as in SDXL's own configuration, it pools at the highest id of the text, the last learned token.
    """
    wanted, written = pipe.text_encoder_2.config.eos_token_id, pipe.tokenizer_2.eos_token_id
    if wanted not in (2, written):
        raise BundleError(
            "{path}: text_encoder_2 looks for the end mark {wanted} and its tokenizer writes {written}; "
            "set eos_token_id in text_encoder_2/config.json",
            path=folder,
            wanted=wanted,
            written=written,
        )
