"""Add learned tokens to both text encoders, and check that the encoders' outputs depend on them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from plitka.errors import BundleError
from plitka.model.embeddings import read_embeddings
from plitka.model.library_imports import quiet_libraries
from plitka.model.parts import EmbeddingsPart
from plitka.model.pipeline import Pipeline


def insert_embeddings(pipe: Pipeline, path: Path, part: EmbeddingsPart) -> int:
    """Give both text encoders the learned rows; returns the number of tokens.

    Raises:
        BundleError: the file does not fit the encoders or tokens, or a token is not one id with its own row.
    """
    encoders = _encoders(pipe)
    widths = [encoder.get_input_embeddings().weight.shape[1] for encoder, _ in encoders]
    rows = read_embeddings(path, len(part.words), *widths)
    for (encoder, tokenizer), tensor in zip(encoders, (rows.clip_l, rows.clip_g), strict=True):
        refuse_known_tokens(tokenizer, part.words, path)
        # Resized here because diffusers would draw the new rows from a covariance of the whole table, for seconds.
        encoder.resize_token_embeddings(len(tokenizer) + len(part.words), mean_resizing=False)
        with quiet_libraries():
            pipe.load_textual_inversion(tensor, token=list(part.words), text_encoder=encoder, tokenizer=tokenizer)
        refuse_split_tokens(tokenizer, part.words, path)
        _check_rows(encoder, tokenizer, part.words, tensor, path)
    return len(part.words)


def prove_tokens_are_read(pipe: Pipeline, prompt: str, part: EmbeddingsPart, path: Path) -> None:
    """Check that both encoders give another output when the learned tokens in a prompt are replaced by another word.

    Args:
        pipe: on its device, where the encoders are fast.
        prompt: a text with all of the tokens.
        part: what the tokens are called.
        path: the embeddings' file, for the message.

    Raises:
        BundleError: an encoder's output is the same, or NaN.
    """
    names = ("text_encoder", "text_encoder_2")
    unmoved = [
        name
        for name, (encoder, tokenizer) in zip(names, _encoders(pipe), strict=True)
        if not _depends_on(encoder, tokenizer, prompt, part.tokens)
    ]
    if unmoved:
        raise BundleError(
            "{path}: {modules} say the same with the tokens {tokens} and without, or nothing finite; "
            "use another checkpoint, and run `plitka model verify`",
            path=path,
            modules=", ".join(unmoved),
            tokens=", ".join(part.tokens),
        )


def _depends_on(encoder: Any, tokenizer: Any, prompt: str, tokens: Sequence[str]) -> bool:
    """Whether the layer that SDXL reads is finite and changes when the tokens are replaced by the unknown word."""
    ids = tokenizer(prompt, truncation=True, return_tensors="pt")["input_ids"].to(encoder.device)  # (1, n)
    learned = torch.tensor(tokenizer.convert_tokens_to_ids(list(tokens)), device=ids.device)
    others = torch.where(torch.isin(ids, learned), tokenizer.unk_token_id, ids)
    with torch.no_grad():
        states = encoder(torch.cat([ids, others]), output_hidden_states=True).hidden_states[-2].float()  # (2, n, width)
    return bool(states.isfinite().all()) and not torch.equal(states[0], states[1])


def refuse_known_tokens(tokenizer: Any, tokens: Sequence[str], path: Path) -> None:
    """Refuse tokens that are in a tokenizer's vocabulary already.

    Raises:
        BundleError: with those tokens.
    """
    vocabulary = tokenizer.get_vocab()  # a call takes a tenth of a second
    known = [token for token in tokens if token in vocabulary]
    if known:
        raise BundleError(
            "{path}: the base's vocabulary already has {tokens}; name the tokens otherwise in the manifest",
            path=path,
            tokens=", ".join(known),
        )


def refuse_split_tokens(tokenizer: Any, tokens: Sequence[str], path: Path) -> None:
    """Refuse added tokens that a tokenizer does not turn into one id each, alone and next to each other.

    Raises:
        BundleError: with the tokens.
    """
    ids = tokenizer("".join(tokens), add_special_tokens=False)["input_ids"]
    singles = [tokenizer(token, add_special_tokens=False)["input_ids"] for token in tokens]
    if singles != [[token_id] for token_id in ids]:
        raise _misplaced(tokens, path)


def _check_rows(encoder: Any, tokenizer: Any, tokens: Sequence[str], rows: torch.Tensor, path: Path) -> None:
    """Each token's row in the table is the file's."""
    table = encoder.get_input_embeddings().weight
    if not torch.equal(table[tokenizer.convert_tokens_to_ids(list(tokens))], rows.to(table)):
        raise _misplaced(tokens, path)


def _misplaced(tokens: Sequence[str], path: Path) -> BundleError:
    return BundleError(
        "{path}: the tokens {tokens} did not each become one id with its own row in both text encoders; "
        "use lower-case tokens such as <s0>",
        path=path,
        tokens=", ".join(tokens),
    )


def _encoders(pipe: Pipeline) -> Sequence[tuple[Any, Any]]:
    return (pipe.text_encoder, pipe.tokenizer), (pipe.text_encoder_2, pipe.tokenizer_2)
