"""From pictures to latents and back, as a painter's device does it best.

On a GPU SDXL's own autoencoder runs lean in half precision, captured for each size. A picture in which it gives NaN
is made again as the modules are, in the number format that they were placed in; so is whatever it cannot run.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import structlog
import torch

from plitka.model.capture import Repeated
from plitka.model.latents import checked_picture, decode_latents, encode_picture, scaled, unscaled
from plitka.model.lean_autoencoder import LeanCoder, can_run_lean, plain_decoder
from plitka.model.recordings import Recordings

if TYPE_CHECKING:
    from plitka.core.generation import RgbImage

log = structlog.get_logger(__name__)

_Coded = tuple[torch.Tensor, torch.Tensor]
"""What was made, and whether all of it is finite, (), bool."""


class Autoencoder:
    """An autoencoder, module by module."""

    def __init__(self, vae: Any) -> None:
        self._vae = vae

    def encode(self, pixels: "RgbImage") -> torch.Tensor:
        """As `encode_picture`."""
        return encode_picture(self._vae, pixels)

    def decode(self, latents: torch.Tensor) -> "RgbImage":
        """As `decode_latents`.

        Raises:
            BadOutput: NaN, or a picture of one colour.
        """
        return decode_latents(self._vae, latents)


class FastAutoencoder(Autoencoder):
    """An autoencoder that `can_run_lean`, in a number format of half the width."""

    def __init__(self, vae: Any, device: torch.device, dtype: torch.dtype, recordings: Recordings) -> None:
        super().__init__(vae)
        self._device, self._dtype = device, dtype
        self._encoder, self._decoder = LeanCoder(vae.encoder, dtype), LeanCoder(plain_decoder(vae), dtype)
        self._recordings = recordings

    def encode(self, pixels: "RgbImage") -> torch.Tensor:
        """As `encode_picture`."""
        given = torch.from_numpy(pixels)
        with torch.no_grad():
            moments, is_finite = self._run("encode", given, self._encoded) or (None, None)
            if moments is None or not is_finite:
                return super().encode(pixels)
            return scaled(self._vae, moments.clone())

    def decode(self, latents: torch.Tensor) -> "RgbImage":
        """As `decode_latents`.

        Raises:
            BadOutput: NaN, or a picture of one colour.
        """
        with torch.no_grad():
            given = unscaled(self._vae, latents.float())
            pixels, is_finite = self._run("decode", given, self._decoded) or (None, None)
            if pixels is None or not is_finite:
                return super().decode(latents)
            return checked_picture(pixels.cpu().numpy())

    def _encoded(self, pixels: torch.Tensor) -> _Coded:
        unit = pixels[None].float() / 127.5 - 1
        moments = self._encoder(unit.to(self._dtype)).permute(0, 3, 1, 2).float()
        if self._vae.quant_conv is not None:
            moments = self._vae.quant_conv(moments.to(self._vae.dtype)).float()
        mode = moments.chunk(2, 1)[0].contiguous()
        return mode, mode.isfinite().all()

    def _decoded(self, latents: torch.Tensor) -> _Coded:
        if self._vae.post_quant_conv is not None:
            latents = self._vae.post_quant_conv(latents.to(self._vae.dtype))
        image = self._decoder(latents.permute(0, 2, 3, 1).to(self._dtype).contiguous())[0].float()
        pixels = (image / 2 + 0.5).clamp(0, 1).mul(255).round().byte()
        return pixels, image.isfinite().all()

    def _run(self, name: str, given: torch.Tensor, work: Callable[[torch.Tensor], _Coded]) -> _Coded | None:
        """One run; None where the plain path has to do."""
        if self._vae.use_tiling:
            return None
        recorded = self._recordings.of(
            name, tuple(given.shape), lambda pool: _Recorded(given.to(self._device), work, pool)
        )
        if recorded is None:
            return None
        made, is_finite = recorded(given)
        if not is_finite:
            log.warning("autoencoder_overflowed", part=name, dtype=str(self._dtype))
        return made, is_finite


class _Recorded:
    """The work on one size, with the memory that it reads."""

    def __init__(self, given: torch.Tensor, work: Callable[[torch.Tensor], _Coded], pool: Any) -> None:
        self._given = given.clone()
        self._work = Repeated(given.device, lambda: work(self._given), pool)

    def __call__(self, given: torch.Tensor) -> _Coded:
        self._given.copy_(given)
        return self._work()


def autoencoder_of(vae: Any, device: torch.device, dtype: torch.dtype, recordings: Recordings | None) -> Autoencoder:
    """The best one for an autoencoder of diffusers'.

    Args:
        vae: on its device.
        device: the same.
        dtype: of the lean one.
        recordings: where it keeps its own; None: the modules are run.
    """
    if recordings is None or not can_run_lean(vae):
        return Autoencoder(vae)
    return FastAutoencoder(vae, device, dtype, recordings)
