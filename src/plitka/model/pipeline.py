"""A verified SDXL pipeline from a bundle: base, LoRA fused once, both embeddings in place.

Every load is checked afterwards against its file, because each of these loaders has a way of loading
nothing, half or twice without raising.
"""

import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import torch
from safetensors import SafetensorError

from plitka.errors import BundleError
from plitka.model.bundle import Bundle, EmbeddingsPart, LoraPart
from plitka.model.device import Placement
from plitka.model.formats import LoraModule, read_embeddings, read_lora

Pipeline: TypeAlias = Any
"""diffusers' StableDiffusionXLPipeline, whose parts are attributes that only exist at run time."""
_ADAPTER = "bundle"
_N_CHECKED_MODULES = 16
_TILE_PX = 512


def load_base(bundle: Bundle, placement: Placement) -> Pipeline:
    """The base on the CPU in the dtype that weights are fused in.

    Raises:
        BundleError: diffusers cannot make an SDXL of it.
        BaseUnavailable: a hub base is not on this machine and cannot be fetched.
    """
    folder = bundle.base_folder()
    with quiet_libraries():
        # Imported here because transformers writes to stderr at its import unless it was told not to.
        from diffusers import AutoencoderKL, StableDiffusionXLPipeline, UNet2DConditionModel  # noqa: PLC0415
        from transformers import CLIPTextModel, CLIPTextModelWithProjection  # noqa: PLC0415

        kinds = {
            "unet": UNet2DConditionModel,
            "vae": AutoencoderKL,
            "text_encoder": CLIPTextModel,
            "text_encoder_2": CLIPTextModelWithProjection,
        }
        choices = {"dtype": placement.assembly_dtype, "use_safetensors": True, "local_files_only": True}
        choices["variant"] = bundle.base.variant or None
        try:
            networks = {part: _load_network(kind, folder, part, choices) for part, kind in kinds.items()}
            pipe = StableDiffusionXLPipeline.from_pretrained(  # type: ignore[no-untyped-call]
                folder, add_watermarker=False, **networks, **choices
            )
        except (OSError, ValueError, RuntimeError, TypeError, KeyError, SafetensorError) as exc:
            raise BundleError("{path} is not a usable SDXL base: {reason}", path=folder, reason=str(exc)) from exc
    pipe.set_progress_bar_config(disable=True)
    _check_end_mark(pipe, folder)
    return pipe


def fuse_lora(pipe: Pipeline, path: Path, part: LoraPart) -> int:
    """Add `strength * alpha/rank * up @ down` to the UNet's weights, once; returns the number of modules.

    Raises:
        BundleError: the LoRA does not fit this base, or the fused weights are not the formula's.
    """
    weights = {name: module.weight for name, module in _weighted_modules(pipe.unet)}
    lora = read_lora(path, {name: weight.shape for name, weight in weights.items()})
    before = {name: weights[name].detach().clone() for name in _sample(lora)}
    with quiet_libraries():
        pipe.load_lora_into_unet(_peft_state(lora), network_alphas=None, unet=pipe.unet, adapter_name=_ADAPTER)
        _check_adapters(pipe.unet, lora, path)
        try:
            pipe.fuse_lora(components=["unet"], lora_scale=part.strength, safe_fusing=True)
        except ValueError as exc:
            raise BundleError("{path} makes NaN of the base's weights; use another checkpoint", path=path) from exc
        pipe.unload_lora_weights()
    _check_fused(pipe.unet, lora, part.strength, before, path)
    return len(lora)


def insert_embeddings(pipe: Pipeline, path: Path, part: EmbeddingsPart) -> int:
    """Give both text encoders the learned rows; returns the number of tokens.

    Raises:
        BundleError: the file does not fit the encoders or tokens, or a token is not one id with its own row.
    """
    encoders = (
        (pipe.text_encoder, pipe.tokenizer),
        (pipe.text_encoder_2, pipe.tokenizer_2),
    )
    widths = [encoder.get_input_embeddings().weight.shape[1] for encoder, _ in encoders]
    rows = read_embeddings(path, len(part.tokens), *widths)
    for (encoder, tokenizer), tensor in zip(encoders, (rows.clip_l, rows.clip_g), strict=True):
        _refuse_known_tokens(tokenizer, part.tokens, path)
        # Room made beforehand: diffusers would draw the new rows from a covariance of the whole table, for seconds.
        encoder.resize_token_embeddings(len(tokenizer) + len(part.tokens), mean_resizing=False)
        with quiet_libraries():
            pipe.load_textual_inversion(tensor, token=list(part.tokens), text_encoder=encoder, tokenizer=tokenizer)
        _check_tokens(encoder, tokenizer, part.tokens, tensor, path)
    return len(part.tokens)


def place(pipe: Pipeline, placement: Placement) -> None:
    """Move the networks to their device and dtypes, and keep the sampler's state in float32.

    Without the hooks each of the steps would round the latents to the UNet's dtype.
    """
    vae_dtype = placement.vae_dtype(force_upcast=bool(pipe.vae.config.force_upcast))
    with quiet_libraries():
        for network in (pipe.unet, pipe.text_encoder, pipe.text_encoder_2):
            network.to(placement.device, placement.dtype).eval().requires_grad_(False)
        # Channels last halves the time of decoding on a CPU.
        pipe.vae.to(placement.device, vae_dtype, memory_format=torch.channels_last).eval().requires_grad_(False)
    if placement.dtype != torch.float32:
        pipe.unet.register_forward_pre_hook(_round_sample)
        pipe.unet.register_forward_hook(_widen_sample)
    pipe.vae.enable_slicing()


def set_tiling(pipe: Pipeline, *, on: bool) -> None:
    """Decode in overlapping squares of 512 px, which needs less memory and shifts the tone slightly."""
    if not on:
        pipe.vae.disable_tiling()
        return
    pipe.vae.tile_sample_min_size = _TILE_PX
    pipe.vae.tile_latent_min_size = _TILE_PX // pipe.vae_scale_factor
    pipe.vae.enable_tiling()


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """Hold back the advice and progress bars of diffusers and transformers; their errors are exceptions.

    `TRANSFORMERS_VERBOSITY` and `DIFFUSERS_VERBOSITY`, if set, are left to mean what they say.
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
            # numpy's advice to torch, met in diffusers' scheduler.
            warnings.filterwarnings("ignore", message="__array__ implementation", category=DeprecationWarning)
            yield
    finally:
        for (library, _), level, has_bar in zip(libraries, levels, bars, strict=True):
            library.set_verbosity(level)
            if has_bar:
                library.enable_progress_bar()


def _load_network(kind: Any, folder: Path, part: str, choices: Mapping[str, object]) -> Any:
    """One network, complete: weights that the file lacks would be filled with random numbers."""
    network, info = kind.from_pretrained(folder, subfolder=part, output_loading_info=True, **choices)
    missing = sorted({*info["missing_keys"], *(key for key, *_ in info["mismatched_keys"])})
    if missing:
        raise BundleError(
            "{path} lacks {n} weights that its config.json asks for: {modules}; fetch or build the base again",
            path=folder / part,
            n=len(missing),
            modules=", ".join(missing[:4]),
        )
    return network


def _weighted_modules(unet: torch.nn.Module) -> Iterator[tuple[str, Any]]:
    for name, module in unet.named_modules():
        if isinstance(module, torch.nn.Linear | torch.nn.Conv2d):
            yield name, module


def _peft_state(lora: Mapping[str, LoraModule]) -> dict[str, torch.Tensor]:
    """The LoRA as diffusers reads it without any alpha: alpha/rank is multiplied into `up`."""
    state = {}
    for name, module in lora.items():
        state[f"unet.{name}.lora_A.weight"] = module.down
        state[f"unet.{name}.lora_B.weight"] = module.up * module.scale
    return state


def _sample(lora: Mapping[str, LoraModule]) -> list[str]:
    names = sorted(lora)
    return names[:: max(1, len(names) // _N_CHECKED_MODULES)]


def _check_adapters(unet: torch.nn.Module, lora: Mapping[str, LoraModule], path: Path) -> None:
    from peft.tuners.tuners_utils import BaseTunerLayer  # noqa: PLC0415  (a bundle without LoRA needs no peft)

    adapted = {name for name, module in unet.named_modules() if isinstance(module, BaseTunerLayer)}
    if adapted != set(lora):
        raise BundleError(
            "{path}: {n_loaded} modules were changed where the LoRA has {n_expected}; differing: {modules}; "
            "check the versions of diffusers and peft",
            path=path,
            n_loaded=len(adapted),
            n_expected=len(lora),
            modules=", ".join(sorted(adapted ^ set(lora))[:4]),
        )


def _check_fused(
    unet: torch.nn.Module,
    lora: Mapping[str, LoraModule],
    strength: float,
    before: Mapping[str, torch.Tensor],
    path: Path,
) -> None:
    """Compare fused weights with the formula in float64, within two roundings of the weights' dtype."""
    wrong = []
    for name, weight in before.items():
        after = unet.get_submodule(name).weight
        assert isinstance(after, torch.Tensor)
        limits = torch.finfo(after.dtype)
        expected = weight.double() + strength * lora[name].delta()
        size = weight.double().abs() + strength * _magnitude(lora[name])
        if not ((after.double() - expected).abs() <= 2 * limits.eps * (size + limits.smallest_normal)).all():
            wrong.append(name)
    if wrong:
        raise BundleError(
            "{path}: after fusing, {n} of {n_checked} checked modules are not W + {strength} * alpha/rank * B @ A: "
            "{modules}; check the versions of diffusers and peft",
            path=path,
            n=len(wrong),
            n_checked=len(before),
            strength=strength,
            modules=", ".join(wrong[:4]),
        )


def _magnitude(module: LoraModule) -> torch.Tensor:
    return LoraModule(module.down.abs(), module.up.abs(), abs(module.scale)).delta()


def _check_end_mark(pipe: Pipeline, folder: Path) -> None:
    """The second encoder pools at its end mark; where it looks for another id it pools at the first place.

    An id of 2, as in SDXL's own configuration, means the highest id of the text: that is the last learned token.
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


def _refuse_known_tokens(tokenizer: Any, tokens: tuple[str, ...], path: Path) -> None:
    known = [token for token in tokens if token in tokenizer.get_vocab()]
    if known:
        raise BundleError(
            "{path}: the base's vocabulary already has {tokens}; name the tokens otherwise in the manifest",
            path=path,
            tokens=", ".join(known),
        )


def _check_tokens(encoder: Any, tokenizer: Any, tokens: tuple[str, ...], rows: torch.Tensor, path: Path) -> None:
    """Each token is one id, alone and beside its neighbours, and its row in the table is the file's."""
    table = encoder.get_input_embeddings().weight
    ids = tokenizer("".join(tokens), add_special_tokens=False)["input_ids"]
    singles = [tokenizer(token, add_special_tokens=False)["input_ids"] for token in tokens]
    if singles != [[token_id] for token_id in ids] or not torch.equal(table[ids], rows.to(table.dtype)):
        raise BundleError(
            "{path}: the tokens {tokens} did not each become one id with its own row in both text encoders; "
            "use lower-case tokens such as <s0>",
            path=path,
            tokens=", ".join(tokens),
        )


def _round_sample(unet: torch.nn.Module, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    sample, *others = arguments
    return (sample.to(unet.dtype), *others)


def _widen_sample(_unet: torch.nn.Module, _arguments: tuple[Any, ...], output: Any) -> Any:
    return (output[0].float(), *output[1:]) if isinstance(output, tuple) else type(output)(sample=output.sample.float())
