"""SDXL's own decoder with a lower peak of memory, for GPUs, where decoding needs more memory than any other stage.

At 1024x1024 in float32 a tensor at the widest place takes 1.07 GB. diffusers' decoder holds three of them at once, and
more where GroupNorm and convolutions want different memory orders. Here normalisation and activation are done in
place and in one order, and tensors are freed after their last use: little more than two remain.
"""

from typing import Any

import torch
from torch.nn import functional


class LeanDecoder(torch.nn.Module):
    """Runs the layers of a diffusers `Decoder` that `can_run_lean`; the same picture up to rounding."""

    def __init__(self, decoder: Any) -> None:
        super().__init__()
        self.layers = decoder

    def forward(self, latents: torch.Tensor) -> torch.Tensor:
        """(N, 3, H, W) in -1..1 of (N, C, H/8, W/8) latents; call it without autograd, the layers work in place."""
        layers = self.layers
        hidden: torch.Tensor = layers.mid_block(layers.conv_in(latents))
        for block in layers.up_blocks:
            for resnet in block.resnets:
                # In one function, so that no frame of a caller keeps a tensor after its last use.
                shortcut = resnet.conv_shortcut
                kept = hidden if shortcut is None else shortcut(hidden)
                hidden = resnet.conv1(_activate(resnet.norm1, hidden, in_place=shortcut is not None))
                hidden = resnet.conv2(_activate(resnet.norm2, hidden, in_place=True)).add_(kept)
                del kept
            for upsampler in block.upsamplers or ():
                hidden = upsampler(hidden)
        picture: torch.Tensor = layers.conv_out(_activate(layers.conv_norm_out, hidden, in_place=True))
        return picture


def can_run_lean(decoder: object) -> bool:
    """Whether a decoder is built as SDXL's: residual blocks with group normalisation and SiLU, and nothing else."""
    from diffusers.models.autoencoders.vae import Decoder  # noqa: PLC0415  (after `load_base` quieted diffusers)
    from diffusers.models.resnet import ResnetBlock2D  # noqa: PLC0415
    from diffusers.models.unets.unet_2d_blocks import UpDecoderBlock2D  # noqa: PLC0415

    if not isinstance(decoder, Decoder):
        return False
    norm: object = decoder.conv_norm_out  # diffusers promises the type of its other kind of decoder
    blocks = list(decoder.up_blocks)
    resnets = [resnet for block in blocks for resnet in getattr(block, "resnets", ())]
    is_plain = isinstance(norm, torch.nn.GroupNorm) and all(isinstance(block, UpDecoderBlock2D) for block in blocks)
    return is_plain and all(
        isinstance(resnet, ResnetBlock2D)
        and isinstance(resnet.nonlinearity, torch.nn.SiLU)
        and not any(part is not None for part in (resnet.time_emb_proj, resnet.upsample, resnet.downsample))
        and resnet.output_scale_factor == 1
        for resnet in resnets
    )


def _activate(norm: torch.nn.GroupNorm, hidden: torch.Tensor, *, in_place: bool) -> torch.Tensor:
    """SiLU of the group normalisation, in the memory order of `hidden`."""
    groups = torch.unflatten(hidden, 1, (norm.num_groups, -1))  # (N, G, C/G, H, W)
    variance, mean = torch.var_mean(groups, dim=(2, 3, 4), correction=0)  # (N, G)
    inverse, mean = (
        each.repeat_interleave(groups.shape[2], dim=1) for each in (torch.rsqrt(variance + norm.eps), mean)
    )
    scale = inverse * norm.weight
    shift = norm.bias - mean * scale
    out = hidden if in_place else torch.empty_like(hidden)
    torch.addcmul(shift[:, :, None, None], hidden, scale[:, :, None, None], out=out)
    return functional.silu(out, inplace=True)
