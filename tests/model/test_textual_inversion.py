from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from tests.model.conftest import FLOAT32

from plitka.errors import BundleError
from plitka.model.bundle import Bundle
from plitka.model.pipeline import load_base
from plitka.model.textual_inversion import (
    insert_embeddings,
    prove_tokens_are_read,
    refuse_known_tokens,
    refuse_split_tokens,
)

BuildBundle = Callable[..., Bundle]


def test_each_token_is_one_id_with_the_files_row(tiny_bundle: Bundle) -> None:
    """Both encoders have the rows that the file has for them, in the tokens' order."""
    assert tiny_bundle.embeddings is not None
    path = tiny_bundle.file(tiny_bundle.embeddings.file)
    rows = load_file(path)
    pipe = load_base(tiny_bundle, FLOAT32)
    assert insert_embeddings(pipe, path, tiny_bundle.embeddings) == 2
    for encoder, tokenizer, key in (
        (pipe.text_encoder, pipe.tokenizer, "clip_l"),
        (pipe.text_encoder_2, pipe.tokenizer_2, "clip_g"),
    ):
        ids = tokenizer("ohwx_rubber_tile <s0><s1>, red", add_special_tokens=False)["input_ids"]
        new = tokenizer.convert_tokens_to_ids(["<s0>", "<s1>"])
        assert [token for token in ids if token in new] == new
        assert torch.equal(encoder.get_input_embeddings().weight[new], rows[key].float())


def test_the_tokens_change_what_both_encoders_say(tiny_bundle: Bundle) -> None:
    """The same prompt reads otherwise with the learned rows than without, in each encoder and pooled."""
    prompt = "ohwx_rubber_tile <s0><s1>, 60% red"
    outputs = []
    for with_tokens in (False, True):
        pipe = load_base(tiny_bundle, FLOAT32)
        if with_tokens and tiny_bundle.embeddings is not None:
            insert_embeddings(pipe, tiny_bundle.file(tiny_bundle.embeddings.file), tiny_bundle.embeddings)
        with torch.no_grad():
            hidden, _, pooled, _ = pipe.encode_prompt(prompt, do_classifier_free_guidance=False, device="cpu")
        outputs.append((hidden, pooled))
    (without, pooled_without), (with_, pooled_with) = outputs
    assert not torch.allclose(without[..., :32], with_[..., :32], atol=1e-3)
    assert not torch.allclose(without[..., 32:], with_[..., 32:], atol=1e-3)
    assert not torch.allclose(pooled_without, pooled_with, atol=1e-4)


def test_tokens_that_no_encoder_reads_are_noticed(tiny_bundle: Bundle) -> None:
    """Rows that are the placeholder's own change nothing, and the proof names both encoders."""
    assert tiny_bundle.embeddings is not None
    part, path = tiny_bundle.embeddings, tiny_bundle.file(tiny_bundle.embeddings.file)
    pipe = load_base(tiny_bundle, FLOAT32)
    insert_embeddings(pipe, path, part)
    prove_tokens_are_read(pipe, "ohwx <s0><s1>", part, path)
    for encoder, tokenizer in ((pipe.text_encoder, pipe.tokenizer), (pipe.text_encoder_2, pipe.tokenizer_2)):
        table = encoder.get_input_embeddings().weight.data
        table[tokenizer.convert_tokens_to_ids(list(part.tokens))] = table[tokenizer.unk_token_id].clone()
    with pytest.raises(BundleError, match="text_encoder, text_encoder_2 say the same with the tokens <s0>, <s1>"):
        prove_tokens_are_read(pipe, "ohwx <s0><s1>", part, path)


@pytest.mark.parametrize("tokens", [("red</w>", "<s1>"), ("<s0>", "<s2>", "<s3>")])
def test_tokens_that_cannot_be_learned_words_are_refused(tiny_bundle: Bundle, tokens: tuple[str, ...]) -> None:
    """A known word, and a token too many."""
    assert tiny_bundle.embeddings is not None
    part = replace(tiny_bundle.embeddings, tokens=tokens)
    with pytest.raises(BundleError):
        insert_embeddings(load_base(tiny_bundle, FLOAT32), tiny_bundle.file(part.file), part)


def test_embeddings_of_another_base_are_refused(bundle_with: BuildBundle) -> None:
    """Exchanged widths are named instead of being pushed into the other encoder."""
    bundle = bundle_with(embeddings={"clip_l": torch.ones(2, 64), "clip_g": torch.ones(2, 32)})
    assert bundle.embeddings is not None
    with pytest.raises(BundleError, match=r"clip_l has the shape \[2, 64\]"):
        insert_embeddings(load_base(bundle, FLOAT32), bundle.file(bundle.embeddings.file), bundle.embeddings)


@pytest.fixture
def tokenizer(tiny_bundle: Bundle) -> Any:  # noqa: ANN401
    """The first tokenizer of a base, which a test may add tokens to."""
    return load_base(tiny_bundle, FLOAT32).tokenizer


def test_a_token_of_the_vocabulary_is_refused(tokenizer: Any) -> None:  # noqa: ANN401
    """Its row would be written over; the message has those tokens and no others."""
    refuse_known_tokens(tokenizer, ["<s0>", "<s1>"], Path("rows"))
    tokenizer.add_tokens(["<s1>"])
    with pytest.raises(BundleError, match=r"already has <s1>; name the tokens otherwise"):
        refuse_known_tokens(tokenizer, ["<s0>", "<s1>"], Path("rows"))


def test_a_token_that_is_read_in_pieces_is_refused(tokenizer: Any) -> None:  # noqa: ANN401
    """Not added it is letters; added it is one id, alone and beside the others."""
    with pytest.raises(BundleError, match="did not each become one id"):
        refuse_split_tokens(tokenizer, ["<s0>", "<s1>"], Path("rows"))
    tokenizer.add_tokens(["<s0>", "<s1>"])
    refuse_split_tokens(tokenizer, ["<s0>", "<s1>"], Path("rows"))


def test_a_token_that_begins_like_another_is_told_apart(tokenizer: Any) -> None:  # noqa: ANN401
    """Beside each other they are still one id each, the longer one too."""
    tokenizer.add_tokens(["<s1>", "<s10>", "tile", "tiles"])
    refuse_split_tokens(tokenizer, ["<s1>", "<s10>"], Path("rows"))


@pytest.mark.parametrize("broken", ["text_encoder", "text_encoder_2"])
def test_an_encoder_that_gives_nan_is_named(tiny_bundle: Bundle, broken: str) -> None:
    """The proof is for each encoder by itself."""
    assert tiny_bundle.embeddings is not None
    part, path = tiny_bundle.embeddings, tiny_bundle.file(tiny_bundle.embeddings.file)
    pipe = load_base(tiny_bundle, FLOAT32)
    insert_embeddings(pipe, path, part)
    getattr(pipe, broken).get_input_embeddings().weight.data[:] = torch.nan
    with pytest.raises(BundleError, match=f": {broken} say the same"):
        prove_tokens_are_read(pipe, "ohwx <s0><s1>", part, path)
