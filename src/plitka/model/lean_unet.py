"""SDXL's UNet with what is the same at every step computed once, and few passes over memory between its products.

Of diffusers' modules it uses the weights alone. What differs from running the modules, up to rounding nothing:

* Keys and values of the words, and what the resnets are told of time and size, are computed before the first step.
* Weights that multiply the same thing lie in one tensor; the modules see their parts of it, so nothing is held twice.
* Maps are (N, h, w, c). Skip connections are joined where they are read, not copied, and no map is doubled for the
  convolution that reads it.
* The state of a transformer is added to by the products themselves, without their biases: what the state lacks is
  known beforehand, and added wherever it is read.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import torch
from torch.nn import functional

from plitka.model.feature_map import (
    FeatureMap,
    added,
    convolved,
    convolved_doubled,
    doubling_weight,
    geglu,
    layer_norm,
    normalised,
)
from plitka.model.narrow import NarrowLinear


class LeanUnet:
    """Runs a UNet that `can_run_lean`; call it without autograd."""

    def __init__(self, unet: Any) -> None:
        self._unet = unet
        down, up = list(unet.down_blocks), list(unet.up_blocks)
        self._times = _Joined()
        self._words = _Joined()
        self._down = [_Block(self, block) for block in down]
        self._middle = _Block(self, unet.mid_block)
        self._up = [_Block(self, block) for block in up]
        self._times.join()
        self._words.join()

    def resnet(self, module: Any) -> "_Resnet":
        """A resnet, whose weights for the time are joined with the others'."""
        return _Resnet(module, self._times.add(module.time_emb_proj))

    def attention(self, module: Any) -> "_Transformer":
        """A transformer, whose weights for the words are joined with the others'."""
        spans = [self._words.add(block.attn2.to_k, block.attn2.to_v) for block in module.transformer_blocks]
        return _Transformer(module, spans)

    @property
    def shrinks(self) -> int:
        """Height and width of latents must be multiples of it."""
        return int(2 ** (len(self._down) - 1))

    def keys_and_values(self, states: torch.Tensor, out: torch.Tensor | None = None) -> torch.Tensor:
        """(N, tokens, m) of words, (N, tokens, width), for all attention to them.

        Args:
            states: what the text encoders give.
            out: is filled, if given.
        """
        rows = states.flatten(0, 1)
        flat = None if out is None else out.flatten(0, 1)
        return torch.mm(rows, self._words.weight.t(), out=flat).view(*states.shape[:2], -1)

    def shifts(self, timesteps: torch.Tensor, added_conditions: dict[str, torch.Tensor]) -> torch.Tensor:
        """(steps, N, m) float32 what each resnet adds to its channels at each step, biases included.

        Args:
            timesteps: (steps,) of a run.
            added_conditions: pooled words and sizes, as diffusers' UNet takes them.
        """
        unet = self._unet
        embedded = unet.time_embedding(unet.time_proj(timesteps).to(self._times.weight.dtype), None)
        beside = unet.get_aug_embed(emb=embedded, encoder_hidden_states=None, added_cond_kwargs=added_conditions)
        active = functional.silu(embedded[:, None] + beside)
        shifts = functional.linear(active, self._times.weight, self._times.bias).float()
        biases = [resnet.conv_bias for block in (*self._down, self._middle, *self._up) for resnet in block.resnets]
        return shifts + torch.cat(biases).float()

    def narrow(self) -> None:
        """Hold copies in eight bits of the weights that can be run so; they take a quarter of the UNet's memory more.

        The second time nothing happens.
        """
        for block in (*self._down, self._middle, *self._up):
            block.narrow()

    def __call__(
        self, noisy: torch.Tensor, shifts: torch.Tensor, words: torch.Tensor, *, is_narrow: bool = False
    ) -> torch.Tensor:
        """(N, c, h, w) what the UNet predicts.

        Args:
            noisy: (N, c, h, w) in the UNet's number format.
            shifts: (N, m) of one step, of `shifts`.
            words: (N, tokens, m) of `keys_and_values`.
            is_narrow: by the copies of `narrow`.
        """
        told = _Told(words, is_narrow)
        unet = self._unet
        begun = convolved(noisy.permute(0, 2, 3, 1).contiguous(), unet.conv_in)
        skips = [added(begun, bias=unet.conv_in.bias)]
        for block in self._down:
            skips += block.down(skips[-1], shifts, told)
        hidden = self._middle.middle(skips[-1], shifts, told)
        for block in self._up:
            hidden = block.up(hidden, skips, shifts, told)
        normed = normalised([hidden], unet.conv_norm_out)
        return functional.conv2d(normed.permute(0, 3, 1, 2), unet.conv_out.weight, unet.conv_out.bias, padding=1)


class _Told(NamedTuple):
    """What transformers are told."""

    words: torch.Tensor
    is_narrow: bool


class _Joined:
    """Linear layers that multiply the same thing, with their weights in one tensor."""

    def __init__(self) -> None:
        self._layers: list[Any] = []
        self._width = 0
        self.weight = torch.empty(0)
        self.bias: torch.Tensor | None = None

    def add(self, *layers: Any) -> slice:
        """Where these layers' outputs will be among all."""
        begin = self._width
        self._layers += layers
        self._width += sum(len(layer.weight) for layer in layers)
        return slice(begin, self._width)

    def join(self) -> "_Joined":
        """Join what was added."""
        self.weight = torch.cat([layer.weight.detach() for layer in self._layers])
        if self._layers[0].bias is not None:
            self.bias = torch.cat([layer.bias.detach() for layer in self._layers])
        begin = 0
        for layer in self._layers:
            layer.weight.data = self.weight[begin : begin + len(layer.weight)]
            begin += len(layer.weight)
        return self


class _Block:
    """A block of resnets, each followed by a transformer where the block has such."""

    def __init__(self, lean: LeanUnet, block: Any) -> None:
        self.resnets = [lean.resnet(resnet) for resnet in block.resnets]
        self._attentions = [lean.attention(one) for one in getattr(block, "attentions", ())]
        self._downsamplers = [one.conv for one in getattr(block, "downsamplers", None) or ()]
        self._upsamplers = [
            (doubling_weight(one.conv.weight), one.conv.bias) for one in getattr(block, "upsamplers", None) or ()
        ]

    def narrow(self) -> None:
        """As of `LeanUnet`."""
        for attention in self._attentions:
            attention.narrow()

    def down(self, hidden: FeatureMap, shifts: torch.Tensor, told: _Told) -> Iterator[FeatureMap]:
        """The maps of the way down, each of them a skip connection."""
        for index, resnet in enumerate(self.resnets):
            hidden = resnet([hidden], shifts)
            if self._attentions:
                hidden = self._attentions[index](hidden, told)
            yield hidden
        for conv in self._downsamplers:
            yield added(convolved(hidden.values, conv), bias=conv.bias)

    def middle(self, hidden: FeatureMap, shifts: torch.Tensor, told: _Told) -> FeatureMap:
        """The map between both ways."""
        first, *others = self.resnets
        hidden = first([hidden], shifts)
        for attention, resnet in zip(self._attentions, others, strict=True):
            hidden = resnet([attention(hidden, told)], shifts)
        return hidden

    def up(self, hidden: FeatureMap, skips: list[FeatureMap], shifts: torch.Tensor, told: _Told) -> FeatureMap:
        """The map after a part of the way up, which takes its skip connections from the end of all."""
        for index, resnet in enumerate(self.resnets):
            hidden = resnet([hidden, skips.pop()], shifts)
            if self._attentions:
                hidden = self._attentions[index](hidden, told)
        for weight, bias in self._upsamplers:
            hidden = added(convolved_doubled(hidden.values, weight), bias=bias)
        return hidden


class _Resnet:
    """A residual block."""

    def __init__(self, module: Any, span: slice) -> None:
        self._module = module
        self._span = span
        shortcut = module.conv_shortcut
        self._bias = module.conv2.bias if shortcut is None else module.conv2.bias + shortcut.bias
        for conv in (module.conv1, module.conv2):
            conv.weight.data = conv.weight.data.contiguous(memory_format=torch.channels_last)

    @property
    def conv_bias(self) -> torch.Tensor:
        """(c,) of the first convolution."""
        bias: torch.Tensor = self._module.conv1.bias
        return bias

    def __call__(self, maps: Sequence[FeatureMap], shifts: torch.Tensor) -> FeatureMap:
        """A map of one or two."""
        module = self._module
        hidden = added(convolved(normalised(maps, module.norm1), module.conv1))
        hidden_values = convolved(normalised([hidden], module.norm2, shift=shifts[:, self._span]), module.conv2)
        return added(hidden_values, self._shortcut(maps), self._bias)

    def _shortcut(self, maps: Sequence[FeatureMap]) -> torch.Tensor:
        shortcut = self._module.conv_shortcut
        if shortcut is None:
            return maps[0].values
        weight = shortcut.weight.flatten(1)
        total, begin = None, 0
        for one in maps:
            rows, width = one.values.flatten(0, 2), one.values.shape[-1]
            part = weight[:, begin : begin + width].t()
            total = torch.mm(rows, part) if total is None else total.addmm_(rows, part)
            begin += width
        assert total is not None
        return total.view(*maps[0].values.shape[:3], -1)


class _Transformer:
    """Blocks of attention to the picture and to the words."""

    def __init__(self, module: Any, spans: Sequence[slice]) -> None:
        self._module = module
        self._blocks: list[_TransformerBlock] = []
        missing: torch.Tensor | None = None
        for block, span in zip(module.transformer_blocks, spans, strict=True):
            self._blocks.append(_TransformerBlock(block, span, missing))
            missing = self._blocks[-1].missing
        assert missing is not None
        self._out = module.proj_out.weight.flatten(1)
        bias = module.proj_out.bias.float() + self._out.float() @ missing.float()
        self._bias = bias.to(self._out.dtype)

    def narrow(self) -> None:
        """As of `LeanUnet`."""
        for block in self._blocks:
            block.narrow()

    def __call__(self, hidden: FeatureMap, told: _Told) -> FeatureMap:
        """A map after attention."""
        module, shape = self._module, hidden.values.shape
        normed = normalised([hidden], module.norm, is_active=False).flatten(0, 2)
        state = functional.linear(normed, module.proj_in.weight.flatten(1), module.proj_in.bias)
        for block in self._blocks:
            block.add_to(state, told)
        out = torch.mm(state, self._out.t()).view(*shape[:3], -1)
        return added(out, hidden.values, self._bias)


class _TransformerBlock:
    """Attention to the picture, attention to the words and a gated layer, each added to the state."""

    def __init__(self, module: Any, span: slice, missing: torch.Tensor | None) -> None:
        self._module = module
        self._heads = module.attn1.heads
        self._keys = slice(span.start, (span.start + span.stop) // 2)
        self._values = slice(self._keys.stop, span.stop)
        own = _Joined()
        own.add(module.attn1.to_q, module.attn1.to_k, module.attn1.to_v)
        outs = [module.attn1.to_out[0], module.attn2.to_out[0], module.ff.net[2]]
        self._outs = [out.weight.t() for out in outs]
        self._missing = [missing]
        for out in outs:
            missing = out.bias.clone() if missing is None else missing + out.bias
            self._missing.append(missing)
        wide = module.ff.net[0].proj
        self._wide = [
            _NormedLinear(module.norm1, own.join().weight),
            _NormedLinear(module.norm2, module.attn2.to_q.weight),
            _NormedLinear(module.norm3, wide.weight, wide.bias),
        ]
        self._narrow: list[NarrowLinear] = []

    @property
    def missing(self) -> torch.Tensor | None:
        """(c,) biases that the state lacks after this block."""
        return self._missing[-1]

    def narrow(self) -> None:
        """As of `LeanUnet`: the products behind layer norms."""
        self._narrow = self._narrow or [one.narrowed() for one in self._wide]

    def add_to(self, state: torch.Tensor, told: _Told) -> None:
        """Add to the state, (rows, c)."""
        words, n = told.words, len(told.words)
        products: Sequence[NarrowLinear | _NormedLinear] = self._narrow if told.is_narrow else self._wide
        own = products[0](state, self._missing[0])
        query, key, value = own.view(n, -1, 3, state.shape[1]).unbind(2)
        state.addmm_(self._attended(query, key, value), self._outs[0])
        query = products[1](state, self._missing[1])
        key, value = words[..., self._keys], words[..., self._values]
        state.addmm_(self._attended(query.view(n, -1, state.shape[1]), key, value), self._outs[1])
        state.addmm_(geglu(products[2](state, self._missing[2])), self._outs[2])

    def _attended(self, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        """(rows, c) of (N, places, c), (N, others, c) and again."""
        query, key, value = (one.view(*one.shape[:2], self._heads, -1).transpose(1, 2) for one in (query, key, value))
        attended = functional.scaled_dot_product_attention(query, key, value)
        return attended.transpose(1, 2).flatten(2).flatten(0, 1)


class _NormedLinear:
    """A linear layer behind a layer norm."""

    def __init__(self, norm: Any, weight: torch.Tensor, bias: torch.Tensor | None = None) -> None:
        self._norm, self._weight, self._bias = norm, weight, bias

    def __call__(self, state: torch.Tensor, shift: torch.Tensor | None) -> torch.Tensor:
        """(rows, out) of rows, (rows, in), and a shift, (in,)."""
        return functional.linear(layer_norm(state, self._norm, shift), self._weight, self._bias)

    def narrowed(self) -> NarrowLinear:
        """A copy in eight bits."""
        return NarrowLinear(self._norm, self._weight, self._bias)


def can_run_lean(unet: Any) -> bool:
    """Whether a UNet is built as SDXL's, of layers that are known here and nothing else."""
    config = unet.config
    known_blocks = {"DownBlock2D", "CrossAttnDownBlock2D", "UpBlock2D", "CrossAttnUpBlock2D", "UNetMidBlock2DCrossAttn"}
    blocks = [*unet.down_blocks, unet.mid_block, *unet.up_blocks]
    return (
        {type(block).__name__ for block in blocks} <= known_blocks
        and config.addition_embed_type == "text_time"
        and all(getattr(unet, name) is None for name in ("class_embedding", "encoder_hid_proj", "time_embed_act"))
        and not config.center_input_sample
        and config.time_cond_proj_dim is None
        and unet.conv_norm_out is not None
        and isinstance(unet.conv_act, torch.nn.SiLU)
        and unet.conv_in.kernel_size == (3, 3)
        and all(_is_known_resnet(one) for block in blocks for one in block.resnets)
        and all(_is_known_transformer(one) for block in blocks for one in getattr(block, "attentions", ()))
        and all(_is_known_sampler(one) for block in blocks for one in _samplers(block))
    )


def _samplers(block: Any) -> list[Any]:
    return [*(getattr(block, "downsamplers", None) or ()), *(getattr(block, "upsamplers", None) or ())]


def _is_known_sampler(module: Any) -> bool:
    is_plain = module.use_conv and module.norm is None and module.conv.kernel_size == (3, 3)
    return bool(is_plain and module.conv.padding == (1, 1) and not getattr(module, "use_conv_transpose", False))


def _is_known_resnet(module: Any) -> bool:
    return bool(
        type(module).__name__ == "ResnetBlock2D"
        and module.time_embedding_norm == "default"
        and module.time_emb_proj is not None
        and not module.skip_time_act
        and isinstance(module.nonlinearity, torch.nn.SiLU)
        and module.upsample is None
        and module.downsample is None
        and module.output_scale_factor == 1
    )


def _is_known_transformer(module: Any) -> bool:
    is_known = type(module).__name__ == "Transformer2DModel" and module.is_input_continuous
    return is_known and all(_is_known_block(block) for block in module.transformer_blocks)


def _is_known_block(block: Any) -> bool:
    attentions = (block.attn1, block.attn2)
    is_plain = block.norm_type == "layer_norm" and block.pos_embed is None and not block.only_cross_attention
    return bool(is_plain and type(block.ff.net[0]).__name__ == "GEGLU") and all(
        one is not None
        and one.to_q.bias is None
        and one.group_norm is None
        and one.spatial_norm is None
        and one.norm_q is None
        and not one.norm_cross
        and one.rescale_output_factor == 1
        and not one.residual_connection
        and type(one.processor).__name__ == "AttnProcessor2_0"
        for one in attentions
    )
