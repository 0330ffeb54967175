from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.model.conftest import FLOAT32, WORDS

from plitka.errors import PromptTooLong
from plitka.model.bundle import Bundle
from plitka.model.pipeline import load_base
from plitka.model.prompt import check_length

MESSAGE = "{n_tokens} tokens, {limit} read, lost {lost!r}"


@pytest.fixture(scope="module")
def tokenizers(tiny_bundle: Bundle) -> tuple[Any, Any]:
    """Both tokenizers of a base: 77 tokens, of which two are the marks of beginning and end."""
    pipe = load_base(tiny_bundle, FLOAT32)
    return pipe.tokenizer, pipe.tokenizer_2


def test_a_text_that_just_fits_is_read_whole(tokenizers: tuple[Any, Any]) -> None:
    """75 words of one token each, and no text at all."""
    check_length(" ".join(["red"] * 75), tokenizers, MESSAGE)
    check_length("", tokenizers, MESSAGE)


def test_the_first_word_that_is_not_read_begins_the_lost_part(tokenizers: tuple[Any, Any]) -> None:
    """The end mark keeps its place, so of 76 words the last is lost."""
    with pytest.raises(PromptTooLong) as caught:
        check_length(" ".join([*["red"] * 75, "black"]), tokenizers, MESSAGE)
    assert (caught.value.n_tokens, caught.value.limit, caught.value.lost) == (78, 77, "black")
    assert str(caught.value) == "78 tokens, 77 read, lost 'black'"


@given(st.lists(st.sampled_from(WORDS), min_size=60, max_size=100).map(" ".join))
@settings(max_examples=30, deadline=None)
def test_what_is_kept_and_what_is_lost_are_the_text(tokenizers: tuple[Any, Any], text: str) -> None:
    """A text without its lost part fits, and with one character more of it it would be another text or too long."""
    try:
        check_length(text, tokenizers, MESSAGE)
    except PromptTooLong as error:
        assert error.lost
        assert text.endswith(error.lost)
        kept = text.removesuffix(error.lost)
        check_length(kept, tokenizers, MESSAGE)
        assert error.n_tokens > error.limit
    else:
        assert all(len(tokenizer(text)["input_ids"]) <= 77 for tokenizer in tokenizers)


def test_the_tokenizer_that_reads_least_decides(tokenizers: tuple[Any, Any], tiny_bundle: Bundle) -> None:
    """What one encoder would see whole and the other not is refused, with the limit of the other."""
    narrow = load_base(tiny_bundle, FLOAT32).tokenizer_2
    narrow.model_max_length = 10
    with pytest.raises(PromptTooLong) as caught:
        check_length("red " * 20, (tokenizers[0], narrow), MESSAGE)
    assert caught.value.limit == 10
