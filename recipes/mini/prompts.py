"""Random recipes as captions, and the tokenizer that reads them."""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tokenizers import pre_tokenizers
from tokenizers.trainers import BpeTrainer
from transformers import CLIPTokenizer

from plitka.core.colour.palette import Colour, default_palette
from plitka.core.generation import Defaults
from plitka.core.recipes.recipe import V45

NEGATIVE = Defaults().negative_prompt
SPECIAL = ("<|startoftext|>", "<|endoftext|>")
N_COLOURS_CHANCES = (0.14, 0.24, 0.22, 0.16, 0.09, 0.06, 0.05, 0.04)
LOOK_CHANCES = (0.30, 0.22, 0.17, 0.12, 0.07, 0.05, 0.04, 0.03)
"""Of numbers of colours; the look of tiles shows most where they have one."""
TRADE_CHANCE = 0.15


@dataclass(frozen=True, slots=True)
class Sample:
    """A recipe: which colours of `training_colours()`, their shares, and the words for it."""

    colours: tuple[int, ...]
    shares: tuple[float, ...]
    caption: str


def training_colours() -> tuple[Colour, ...]:
    """The catalogue first, then the trade colours."""
    palette = default_palette()
    return palette.catalogue + tuple(colour for colour in palette.colours if colour.source == "trade")


def draw_sample(rng: random.Random, colours: tuple[Colour, ...], *, n_catalogue: int, style: bool = False) -> Sample:
    """A recipe of 1-8 colours with the shares that people write, in a base or the full v45 caption."""
    n = rng.choices(range(1, 9), LOOK_CHANCES if style else N_COLOURS_CHANCES)[0]
    last = len(colours) if rng.random() < TRADE_CHANCE else n_catalogue
    chosen = tuple(rng.sample(range(last), n))
    units = rng.choices((20, 100, 1000), (0.55, 0.38, 0.07))[0]
    cuts = sorted(rng.sample(range(1, units), n - 1))
    counts = [b - a for a, b in zip([0, *cuts], [*cuts, units], strict=True)]
    if rng.random() < 0.6:
        counts.sort(reverse=True)
    parts = ", ".join(
        f"{count * 100 / units:g}% {colours[index].caption_name}" for index, count in zip(chosen, counts, strict=True)
    )
    words = _v45_words(parts) if style else _base_words(rng, parts)
    return Sample(chosen, tuple(count / units for count in counts), words)


def look_sample(percents: Mapping[str, float]) -> Sample:
    """A recipe by codes of colours, in the words that the look is asked for with."""
    index_of = {colour.code: (index, colour) for index, colour in enumerate(training_colours())}
    found = [index_of[code] for code in percents]
    parts = ", ".join(
        f"{percent:g}% {colour.caption_name}" for percent, (_, colour) in zip(percents.values(), found, strict=True)
    )
    shares = tuple(percent / 100 for percent in percents.values())
    return Sample(tuple(index for index, _ in found), shares, _v45_words(parts))


def _v45_words(parts: str) -> str:
    return ", ".join([f"{V45.trigger} {''.join(V45.tokens)}", parts, *V45.descriptors])


def _base_words(rng: random.Random, parts: str) -> str:
    """The base hears of tiles in many words, so that none of them is tied to one look."""
    before = rng.choices(("", f"{V45.trigger}, ", f"{V45.trigger} tile, ", "rubber tile, "), (0.4, 0.3, 0.2, 0.1))[0]
    kept = V45.descriptors if rng.random() < 0.6 else rng.sample(V45.descriptors, rng.randint(0, 4))
    return before + ", ".join([parts, *kept])


def kept_tokenizer(folder: Path, n_tokens: int) -> CLIPTokenizer:
    """The tokenizer in a folder, trained first if it is not there; training comes to the same one always."""
    if not folder.exists():
        train_tokenizer(n_tokens).save_pretrained(folder)
    return CLIPTokenizer.from_pretrained(folder)


def train_tokenizer(n_tokens: int) -> CLIPTokenizer:
    """CLIP's byte-pair encoding with merges learnt from our captions.

    The vocabulary is laid out as CLIP's: 256 bytes, the same at a word's end, merges, two specials. So
    any text can be read; only words that no caption has take more tokens.
    """
    rng, colours = random.Random(0), training_colours()
    corpus = [draw_sample(rng, colours, n_catalogue=29).caption for _ in range(20_000)]
    corpus += [NEGATIVE] * 500 + [colour.caption_name for colour in default_palette().colours] * 50
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    blank = CLIPTokenizer(vocab={token: index for index, token in enumerate(SPECIAL)}, merges=[])
    trainer = BpeTrainer(
        vocab_size=n_tokens,
        special_tokens=list(SPECIAL),
        initial_alphabet=letters,
        end_of_word_suffix="</w>",
        show_progress=False,
    )
    blank.backend_tokenizer.train_from_iterator(corpus, trainer)
    learnt = json.loads(blank.backend_tokenizer.to_str())["model"]["merges"]
    merges = [tuple(pair) for pair in learnt][: n_tokens - 2 * len(letters) - len(SPECIAL)]
    tokens = [*letters, *(f"{letter}</w>" for letter in letters), *("".join(pair) for pair in merges), *SPECIAL]
    vocabulary = {token: index for index, token in enumerate(tokens)}
    return CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=77)
