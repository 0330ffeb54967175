"""How much of a text the two text encoders read.

diffusers cuts a text at the encoders' 77 tokens and only writes a log line; a recipe that lost its last
colours makes a wrong tile.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from plitka.errors import PromptTooLong

if TYPE_CHECKING:
    from transformers import CLIPTokenizer

_N_END_TOKENS = 1
"""The end mark keeps the last place when a text is cut."""


def check_length(text: str, tokenizers: Sequence["CLIPTokenizer"], message: str) -> None:
    """Refuse a text that a tokenizer would cut.

    Args:
        text: what the encoders are to read.
        tokenizers: both tokenizers, learned tokens included.
        message: template with places for n_tokens, limit and lost.

    Raises:
        PromptTooLong: `lost` is the part of the text from the first token that does not fit.
    """
    cuts = [(_n_tokens(text, tokenizer), tokenizer) for tokenizer in tokenizers]
    n_tokens, tokenizer = max(cuts, key=lambda cut: cut[0] - cut[1].model_max_length)
    limit = int(tokenizer.model_max_length)
    if n_tokens > limit:
        raise PromptTooLong(message, n_tokens=n_tokens, limit=limit, lost=_lost(text, tokenizer, limit))


def _n_tokens(text: str, tokenizer: "CLIPTokenizer") -> int:
    return len(tokenizer(text, verbose=False)["input_ids"])


def _lost(text: str, tokenizer: "CLIPTokenizer", limit: int) -> str:
    offsets = tokenizer(text, verbose=False, return_offsets_mapping=True)["offset_mapping"]
    start: int = offsets[limit - _N_END_TOKENS][0]
    return text[start:]
