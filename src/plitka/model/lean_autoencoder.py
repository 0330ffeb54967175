"""SDXL's autoencoder in half precision without overflow, with few passes over memory between its convolutions.

What float16 cannot hold is the sum that the residual blocks add to, some hundred thousand in SDXL's own weights. Every
reader of that sum is a group norm, for which only its proportions count. So it is held at a thirty-second: what goes
into a convolution that adds to it is scaled by that, a power of two, and the norms' eps by its square. Up to rounding
the picture is the same.
"""

from typing import Any

import torch
from torch.nn import functional

from plitka.model.feature_map import (
    FeatureMap,
    added,
    convolved_by,
    convolved_doubled,
    doubling_weight,
    normalised,
)
from plitka.model.lean_decoder import LeanDecoder

HELD_AT = 1 / 32
"""Of the residual sum."""


class LeanCoder:
    """The encoder or the decoder of an autoencoder that `can_run_lean`; call it without autograd."""

    def __init__(self, coder: Any, dtype: torch.dtype) -> None:
        self._begin, self._end = _Convolution(coder.conv_in, dtype), _Convolution(coder.conv_out, dtype)
        self._down = [_Block(block, dtype) for block in getattr(coder, "down_blocks", ())]
        self._up = [_Block(block, dtype) for block in getattr(coder, "up_blocks", ())]
        self._middle = _Middle(coder.mid_block, dtype)
        self._norm = coder.conv_norm_out

    def __call__(self, values: torch.Tensor) -> torch.Tensor:
        """(N, h', w', c') of (N, h, w, c) in the number format."""
        hidden = self._begin.onto(values * HELD_AT)
        for block in self._down:
            hidden = block(hidden)
        hidden = self._middle(hidden)
        for block in self._up:
            hidden = block(hidden)
        return self._end.whole(normalised([hidden], self._norm, eps=_eps(self._norm)))


class _Convolution:
    """A convolution in the number format, whose result is a part of the residual sum."""

    def __init__(self, conv: Any, dtype: torch.dtype) -> None:
        self._conv = conv
        self._weight = conv.weight.detach().to(dtype).contiguous(memory_format=torch.channels_last)
        self._bias = conv.bias.detach().to(dtype)
        self.held_bias = (conv.bias.detach().float() * HELD_AT).to(dtype)

    def bare(self, values: torch.Tensor, *, padding: int | None = None) -> torch.Tensor:
        """Without its bias."""
        padding = self._conv.padding[0] if padding is None else padding
        return convolved_by(values, self._weight, stride=self._conv.stride[0], padding=padding)

    def onto(
        self, values: torch.Tensor, residual: torch.Tensor | None = None, *, padding: int | None = None
    ) -> FeatureMap:
        """Of scaled values, with its scaled bias, added to the sum."""
        return added(self.bare(values, padding=padding), residual, self.held_bias)

    def whole(self, values: torch.Tensor) -> torch.Tensor:
        """With its own bias."""
        whole: torch.Tensor = self.bare(values) + self._bias
        return whole


class _Doubling:
    """A map of twice the height and width, by a convolution of one in which each place is there four times."""

    def __init__(self, conv: Any, dtype: torch.dtype) -> None:
        self._weight = doubling_weight(conv.weight.detach().float()).to(dtype)
        self._bias = (conv.bias.detach().float() * HELD_AT).to(dtype)

    def __call__(self, hidden: FeatureMap) -> FeatureMap:
        """The larger map; its values are in the sum, so they are scaled already."""
        return added(convolved_doubled(hidden.values, self._weight), bias=self._bias)


class _Resnet:
    """A residual block."""

    def __init__(self, module: Any, dtype: torch.dtype) -> None:
        self._norms = module.norm1, module.norm2
        self._first, self._second = _Convolution(module.conv1, dtype), _Convolution(module.conv2, dtype)
        self._shortcut = None if module.conv_shortcut is None else _Convolution(module.conv_shortcut, dtype)

    def __call__(self, hidden: FeatureMap) -> FeatureMap:
        """The map with what the block adds to it."""
        residual = hidden.values if self._shortcut is None else self._shortcut.onto(hidden.values).values
        inner = added(self._first.bare(_active(hidden, self._norms[0])))
        shift = self._first.held_bias.float().expand(len(residual), -1)
        return self._second.onto(_active(inner, self._norms[1], shift), residual)


class _Attention:
    """Attention of one head to the whole picture."""

    def __init__(self, module: Any, dtype: torch.dtype) -> None:
        self._norm = module.group_norm
        layers = (module.to_q, module.to_k, module.to_v)
        self._weight = torch.cat([layer.weight.detach() for layer in layers]).to(dtype)
        self._bias = torch.cat([layer.bias.detach() for layer in layers]).to(dtype)
        self._out = module.to_out[0].weight.detach().to(dtype)
        self._out_bias = (module.to_out[0].bias.detach().float() * HELD_AT).to(dtype)

    def __call__(self, hidden: FeatureMap) -> FeatureMap:
        """The map with what attention adds to it."""
        n, height, width, channels = hidden.values.shape
        normed = normalised([hidden], self._norm, eps=_eps(self._norm), is_active=False).view(n, -1, channels)
        query, key, value = functional.linear(normed, self._weight, self._bias).chunk(3, -1)
        # A head is wider than kernels of attention take; the products themselves are quick.
        chances = torch.bmm(query * channels**-0.5, key.transpose(1, 2)).softmax(-1)
        attended = functional.linear(torch.bmm(chances, value) * HELD_AT, self._out)
        return added(attended.view(n, height, width, channels), hidden.values, self._out_bias)


class _Middle:
    """Resnets with attention between them."""

    def __init__(self, block: Any, dtype: torch.dtype) -> None:
        self._resnets = [_Resnet(one, dtype) for one in block.resnets]
        self._attentions = [_Attention(one, dtype) for one in block.attentions if one is not None]

    def __call__(self, hidden: FeatureMap) -> FeatureMap:
        first, *others = self._resnets
        hidden = first(hidden)
        for index, resnet in enumerate(others):
            if self._attentions:
                hidden = self._attentions[index](hidden)
            hidden = resnet(hidden)
        return hidden


class _Block:
    """Resnets, and a change of size where the block has one."""

    def __init__(self, block: Any, dtype: torch.dtype) -> None:
        self._resnets = [_Resnet(one, dtype) for one in block.resnets]
        self._downsamplers = [_Convolution(one.conv, dtype) for one in getattr(block, "downsamplers", None) or ()]
        self._upsamplers = [_Doubling(one.conv, dtype) for one in getattr(block, "upsamplers", None) or ()]

    def __call__(self, hidden: FeatureMap) -> FeatureMap:
        for resnet in self._resnets:
            hidden = resnet(hidden)
        for conv in self._downsamplers:
            # One more row and column of zeros, behind the last.
            hidden = conv.onto(functional.pad(hidden.values, (0, 0, 0, 1, 0, 1)), padding=0)
        for doubling in self._upsamplers:
            hidden = doubling(hidden)
        return hidden


def can_run_lean(vae: Any) -> bool:
    """Whether an autoencoder is built as SDXL's, of layers that are known here and nothing else."""
    if type(vae).__name__ != "AutoencoderKL":
        return False
    encoder, decoder = vae.encoder, plain_decoder(vae)
    blocks = [*getattr(encoder, "down_blocks", ()), *getattr(decoder, "up_blocks", ())]
    middles = [encoder.mid_block, decoder.mid_block]
    kinds = {type(block).__name__ for block in blocks}
    return (
        kinds <= {"DownEncoderBlock2D", "UpDecoderBlock2D"}
        and {type(block).__name__ for block in middles} == {"UNetMidBlock2D"}
        and all(isinstance(coder.conv_norm_out, torch.nn.GroupNorm) for coder in (encoder, decoder))
        and all(isinstance(coder.conv_act, torch.nn.SiLU) for coder in (encoder, decoder))
        and all(_is_known_resnet(one) for block in (*blocks, *middles) for one in block.resnets)
        and all(_is_known_attention(one) for block in middles for one in block.attentions if one is not None)
    )


def plain_decoder(vae: Any) -> Any:
    """diffusers' decoder, also where a lean one stands in its place."""
    return vae.decoder.layers if isinstance(vae.decoder, LeanDecoder) else vae.decoder


def _active(hidden: FeatureMap, norm: Any, shift: torch.Tensor | None = None) -> torch.Tensor:
    """What a convolution that adds to the sum is given."""
    return normalised([hidden], norm, shift=shift, eps=_eps(norm), scale=HELD_AT)


def _eps(norm: Any) -> float:
    return float(norm.eps) * HELD_AT**2


def _is_known_resnet(module: Any) -> bool:
    return bool(
        type(module).__name__ == "ResnetBlock2D"
        and module.time_emb_proj is None
        and isinstance(module.nonlinearity, torch.nn.SiLU)
        and module.upsample is None
        and module.downsample is None
        and module.output_scale_factor == 1
    )


def _is_known_attention(module: Any) -> bool:
    return bool(
        module.heads == 1
        and module.group_norm is not None
        and module.spatial_norm is None
        and module.to_q.bias is not None
        and module.residual_connection
        and module.rescale_output_factor == 1
    )
