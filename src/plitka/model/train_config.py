"""What a training run is told: how it learns, how it is judged, and the TOML file that says so."""

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

import tomli_w

from plitka.core.dataset.training_pictures import PictureConfig
from plitka.errors import InputError
from plitka.model.manifest import Table
from plitka.model.training_defaults import BATCH, LEARNING_RATE, RANK, SEED, STEPS

ATTENTION = ("to_q", "to_k", "to_v", "to_out.0")
"""Ends of the names of the layers that learn."""
ATTENTION_AND_CONVOLUTIONS = (*ATTENTION, "conv2")
"""The same of rubber-tile-lora-v4."""
OPTIMIZERS = ("adamw", "adamw8bit", "prodigy")
RATES = ("constant", "cosine", "exponential")
TURNS = {"none": 1, "flips": 2, "all": 8}
"""In how many ways a picture is shown: as it is, also mirrored, in all ways in which a square lies on itself."""
PRECISIONS = ("auto", "float32", "bfloat16")

_HUGE = 1e9
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "optimizer": OPTIMIZERS,
    "rate": RATES,
    "turns": tuple(TURNS),
    "precision": PRECISIONS,
}
_SHARES = ("token_share", "caption_dropout", "ema_decay", "held_out")
_COUNTS = ("steps", "batch", "rank")
_RATES = ("learning_rate",)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainConfig:
    """What decides every byte of the result, beside the base and the pictures.

    Raises:
        InputError: a number or a word that makes no run.
    """

    steps: int = STEPS
    """At least 1."""
    batch: int = BATCH
    """Pictures a step, on all GPUs together."""
    rank: int = RANK
    alpha: float = RANK
    targets: tuple[str, ...] = ATTENTION_AND_CONVOLUTIONS
    """Ends of the names of the UNet's layers that learn."""
    is_dora: bool = False
    """Magnitudes of the weights learn by themselves (S. Liu et al., arXiv:2402.09353)."""
    tokens: tuple[str, ...] = ("<s0>", "<s1>")
    """New ones, where the base has none of its own to go on with."""
    learns_names: bool = True
    """Words in the names of a palette file's colours that a tokenizer breaks up learn rows of their own."""
    optimizer: str = "adamw"
    """adamw, adamw8bit (needs bitsandbytes) or prodigy (needs prodigyopt, and a learning rate of about 1)."""
    learning_rate: float = LEARNING_RATE
    token_learning_rate: float = 1e-3
    rate: str = "constant"
    """How the matrices' rate goes over the steps: constant, cosine (down to nothing), or exponential (up from
    `first_learning_rate`)."""
    first_learning_rate: float = 1e-4
    token_decay: float = 0.0
    """The tokens' rate falls as (1 - progress) to this power."""
    warm_up_steps: int = 0
    token_share: float = 0.7
    """Of the steps, 0..1: after it the tokens stay as they are."""
    weight_decay: float = 0.004
    l1_penalty: float = 0.0
    """Times the mean of the matrices' absolute numbers, added to the loss."""
    max_gradient: float = 1.0
    """Norm of all gradients together, above which they are shrunk; 0: never."""
    snr_gamma: float = 5.0
    """Of min-SNR; 0: every timestep counts the same."""
    noise_offset: float = 0.02
    """Deviation of what each channel's noise is shifted by."""
    caption_dropout: float = 0.1
    """Share of captions, 0..1, of which the trigger alone is shown."""
    turns: str = "all"
    """none, flips (left-right) or all (also right angles: a tile has no up)."""
    crop_px: int = 0
    """Side of the square that is drawn of a picture at each step, so that granules keep their size; 0: all of it."""
    prior_batch: int = 0
    """Pictures of the prior a step; 0: as many as `batch` where there is a prior."""
    prior_weight: float = 1.0
    """Of what is forgotten of the prior, beside the loss of what is learnt."""
    ema_decay: float = 0.0
    """Of the average that is written in place of the last step's numbers; 0: none."""
    is_checkpointed: bool = False
    """The UNet's inner states are computed again for gradients: less memory, more time."""
    is_compiled: bool = False
    """The UNet's blocks are compiled, which takes a quarter of a minute on a GPU: a tenth less memory."""
    precision: str = "auto"
    """Of the frozen networks: auto (bfloat16 on a GPU), float32 or bfloat16. What learns is float32."""
    seed: int = SEED

    def __post_init__(self) -> None:
        _check(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeConfig:
    """How a run is judged while it learns.

    Raises:
        InputError: a number that makes no judgement.
    """

    every: int = 250
    """Steps from one judgement and one saved state to the next; the last step is always judged."""
    held_out: float = 0.1
    """Share of the pictures, 0..1, that are not learnt, but judged by."""
    n_pictures: int = 4
    """Painted at each judgement, with fixed seeds; 0: only losses are looked at."""
    size_px: int = 0
    """Side of the painted pictures; 0: the base's usual one."""
    n_times: int = 8
    """Fixed timesteps at which each picture's loss is taken."""

    def __post_init__(self) -> None:
        _check(self)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainRecipe:
    """All that a run is told beside the base, the pictures and where they lie."""

    pictures: PictureConfig = field(default_factory=PictureConfig)
    train: TrainConfig = field(default_factory=TrainConfig)
    judge: JudgeConfig = field(default_factory=JudgeConfig)


def read_recipe(path: Path) -> TrainRecipe:
    """A run's TOML file; what it does not say is as usual.

    Raises:
        InputError: it cannot be read, or says what makes no run.
        ManifestError: a key is unknown, or of another type.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError("{path} cannot be read: {reason}", path=path, reason=error) from error
    with Table(path, "", document) as top:
        return TrainRecipe(
            pictures=_read(top, "pictures", PictureConfig),
            train=_read(top, "train", TrainConfig),
            judge=_read(top, "judge", JudgeConfig),
        )


def to_toml(recipe: TrainRecipe) -> str:
    """The same as a file, with every choice."""
    return tomli_w.dumps(plain(recipe))


def plain(config: Any) -> dict[str, Any]:
    """A configuration as JSON and TOML have it."""
    return {name: _plain(value) for name, value in asdict(config).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return list(value) if isinstance(value, tuple) else value


def _read(top: Table, name: str, kind: type[_T]) -> _T:
    """One table as a configuration."""
    with top.optional_table(name) or Table(top.path, name, {}) as table:
        return kind(**{each.name: _value(table, each) for each in fields(kind) if table.has(each.name)})  # type: ignore[arg-type]


def _value(table: Table, asked: Any) -> Any:
    usual = asked.default
    assert usual is not MISSING
    if isinstance(usual, bool):
        return table.truth(asked.name, usual)
    if isinstance(usual, int):
        return table.integer(asked.name, low=0)
    if isinstance(usual, float):
        return table.number(asked.name, low=0, high=_HUGE)
    return table.text(asked.name) if isinstance(usual, str) else table.texts(asked.name)


def _check(config: Any) -> None:
    """Refuse what makes no run, by its name."""
    for each in fields(config):
        name, value = each.name, getattr(config, each.name)
        if name in _COUNTS and value < 1:
            raise InputError("{name} must be at least 1, not {value}", name=name, value=value)
        if name in _RATES and value <= 0:
            raise InputError("{name} must be above 0, not {value}", name=name, value=value)
        if name in _SHARES and not 0 <= value <= 1:
            raise InputError("{name} must lie in 0..1, not {value}", name=name, value=value)
        if name in _CHOICES and value not in _CHOICES[name]:
            known = ", ".join(_CHOICES[name])
            raise InputError("{name} must be one of {known}, not {value}", name=name, known=known, value=value)
        if isinstance(value, int | float) and value < 0:
            raise InputError("{name} must be at least {low}, not {value}", name=name, low=0, value=value)
        if name in ("targets", "tokens") and not value:
            raise InputError("{name} must name at least one", name=name)
