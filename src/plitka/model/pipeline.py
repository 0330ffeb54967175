"""Load a bundle's base as an SDXL pipeline, and its ControlNet if it has one, and move both to a device.

A base that lacks weights is refused: the libraries would fill them with random numbers, without raising.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import structlog
import torch

from plitka.errors import BundleError
from plitka.model.base_facts import BaseFacts, bundle_facts
from plitka.model.base_files import NETWORKS, check_weights, folder_names, stated_weights
from plitka.model.base_shapes import empty_networks, fit_single_file, network_kinds, read_tokenizers
from plitka.model.bundle import Bundle
from plitka.model.checkpoint import Tensors, fit, read_checkpoint, read_vae
from plitka.model.device import Placement
from plitka.model.lean_decoder import LeanDecoder, can_run_lean
from plitka.model.lean_imports import end_lean_imports, real_numbers
from plitka.model.library_errors import answered_errors, base_errors
from plitka.model.library_imports import quiet_libraries, uncollected_imports
from plitka.model.memory_ladder import Rung
from plitka.model.parts import FileBase, HubBase, LocalBase
from plitka.model.tensor_file import first_few

log = structlog.get_logger(__name__)

Pipeline: TypeAlias = Any
"""diffusers' StableDiffusionXLPipeline, whose parts are attributes that only exist at run time."""
_NOISE = ("beta_start", "beta_end", "beta_schedule", "trained_betas", "num_train_timesteps", "prediction_type")
"""What diffusers' own scheduler, which is not run, is told of the base's."""
_TILE_PX = 512


def import_libraries() -> None:
    """Import what `load_base` needs, which takes seconds in a new process.

    Where that fails in lean imports, as it may in versions of the libraries that were not tried, nothing is left out.
    """
    try:
        _import_libraries()
    except Exception as error:
        if not end_lean_imports():
            raise
        log.info("lean_imports_failed", error=type(error).__name__, reason=str(error))
        _import_libraries()


def _import_libraries() -> None:
    with uncollected_imports(), quiet_libraries():
        # Here because transformers writes to stderr at its import unless it was told not to.
        from diffusers import AutoencoderKL, StableDiffusionXLPipeline, UNet2DConditionModel  # noqa: F401, PLC0415
        from transformers import CLIPTextModelWithProjection  # noqa: F401, PLC0415


def load_base(bundle: Bundle, placement: Placement, facts: BaseFacts | None = None) -> Pipeline:
    """The base on the CPU in the dtype that weights are fused in.

    Args:
        bundle: what to load.
        placement: where it will run.
        facts: of the bundle's base, if they were read already.

    Raises:
        BundleError: it is no SDXL, or damaged.
        BaseUnavailable: a hub base is not on this machine and cannot be fetched.
    """
    facts = facts or bundle_facts(bundle)
    tokenizers = read_tokenizers(facts)
    with base_errors(facts.folder), quiet_libraries():
        networks = _load_networks(bundle, facts, placement.assembly_dtype)
        return _join(facts, networks, tokenizers)


def _load_networks(bundle: Bundle, facts: BaseFacts, dtype: torch.dtype) -> dict[str, Any]:
    base = bundle.base
    if isinstance(base, FileBase):
        path, networks = bundle.file(base.file), empty_networks(facts)
        parts = fit_single_file(path, facts, read_checkpoint(path), networks, needs_vae=bundle.vae is None)
        loaded = {part: _filled(networks[part], tensors, dtype) for part, tensors in parts.items()}
    else:
        loaded = _load_folder(facts, base, dtype, [part for part in NETWORKS if part != "vae" or bundle.vae is None])
    if bundle.vae is not None:
        path = bundle.file(bundle.vae.file)
        vae = empty_networks(facts, ["vae"])["vae"]
        loaded["vae"] = _filled(vae, fit(path, "vae", read_vae(path, facts.vae_config), vae), dtype)
    return loaded


def _filled(network: Any, tensors: Tensors, dtype: torch.dtype) -> Any:
    """A network that was built without memory, with its weights."""
    network.load_state_dict({key: tensor.to(dtype).contiguous() for key, tensor in tensors.items()}, assign=True)
    return network.eval()


def _load_folder(
    facts: BaseFacts, base: LocalBase | HubBase, dtype: torch.dtype, parts: Sequence[str]
) -> dict[str, Any]:
    kinds, choices = network_kinds(facts), {"dtype": dtype, "local_files_only": True, "use_safetensors": True}
    check_weights(facts.folder, stated_weights(folder_names(facts.folder), facts.folder, base.by_part(parts)))
    return {
        part: _load_network(kinds[part], facts.folder, part, choices | {"variant": variant or None})
        for part, variant in base.by_part(parts).items()
    }


def _join(facts: BaseFacts, networks: Mapping[str, Any], tokenizers: tuple[Any, Any]) -> Pipeline:
    """diffusers' pipeline of the parts that are used: what else an index names is left out."""
    from diffusers import DPMSolverMultistepScheduler, StableDiffusionXLPipeline  # noqa: PLC0415

    told = {key: value for key, value in facts.scheduler.items() if key in _NOISE}
    pipe: Pipeline = StableDiffusionXLPipeline(  # type: ignore[no-untyped-call]
        **networks,
        tokenizer=tokenizers[0],
        tokenizer_2=tokenizers[1],
        scheduler=DPMSolverMultistepScheduler(**told),  # type: ignore[no-untyped-call]
        force_zeros_for_empty_prompt=bool(facts.index.get("force_zeros_for_empty_prompt", True)),
        add_watermarker=False,
    )
    pipe.set_progress_bar_config(disable=True)
    return pipe


def load_controlnet(bundle: Bundle, placement: Placement, pipe: Pipeline) -> Any:
    """The bundle's ControlNet, on the CPU.

    Raises:
        BundleError: it is incomplete, or made for another base.
    """
    assert bundle.controlnet is not None
    part, folder = bundle.controlnet, bundle.file(bundle.controlnet.path)
    choices = {"dtype": placement.assembly_dtype, "local_files_only": True, "use_safetensors": True}
    with answered_errors(folder, "{path} is not a usable ControlNet: {reason}"), quiet_libraries():
        from diffusers import ControlNetModel  # noqa: PLC0415

        control = _load_network(ControlNetModel, folder, "", choices | {"variant": part.variant or None})
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
    """Move the networks to their device in the dtype that weights are fused in, since fusing is faster there.

    Where there is no room for all of them they stay: what is fused lies on one device.
    """
    if placement.rung is not Rung.WHOLE:
        return
    with quiet_libraries():
        for part in NETWORKS:
            getattr(pipe, part).to(placement.device)


def place(pipe: Pipeline, placement: Placement) -> None:
    """Move the networks to their device in the dtypes that they run in."""
    vae_dtype = placement.vae_dtype(force_upcast=bool(pipe.vae.config.force_upcast))
    with quiet_libraries():
        for encoder in (pipe.text_encoder, pipe.text_encoder_2):
            encoder.to(placement.words_device, placement.words_dtype).eval().requires_grad_(False)
        _place_unet(pipe.unet.eval().requires_grad_(False), placement)
        # Channels last halves the time of decoding on a CPU.
        pipe.vae.to(placement.device, vae_dtype, memory_format=torch.channels_last).eval().requires_grad_(False)
    if placement.device.type == "cuda" and vae_dtype == torch.float32 and can_run_lean(pipe.vae.decoder):
        pipe.vae.decoder = LeanDecoder(pipe.vae.decoder)
    pipe.vae.enable_slicing()


def _place_unet(unet: Any, placement: Placement) -> None:
    if placement.rung is not Rung.STREAMED:
        unet.to(placement.device, placement.dtype)
        return
    # Pinned, so that the next block comes while this one is run.
    unet.to(placement.dtype).enable_group_offload(
        placement.device,
        offload_type="block_level",
        num_blocks_per_group=1,
        use_stream=placement.device.type == "cuda",
    )


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


def _load_network(kind: Any, folder: Path, part: str, choices: Mapping[str, object]) -> Any:
    """One network; refused if its file lacks weights, which would be filled with random numbers."""
    with real_numbers():
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
