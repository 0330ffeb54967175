"""What a model is made of, told in words."""

import io

import pytest

from plitka.cli.model_info import info_rows
from plitka.cli.terminal import Terminal

INFO = {
    "name": "mine",
    "base": {"hub": "owner/name", "variants": {"vae": ""}},
    "vae": None,
    "lora": {"strength": 0.7, "is_dora": False, "targets": {"to_q": 4}},
    "embeddings": {"tokens": ["<s0>", "<s1>"]},
    "defaults": {"guided": {"steps_range": [10.0, 150.0]}},
    "n_bytes": 22779652,
}


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            {
                "name": "mine",
                "base, on the hub": "owner/name",
                "base, variant of vae": "",
                "LoRA, strength": "0.7",
                "LoRA, is a DoRA": "no",
                "LoRA, modules to_q": "4",
                "embeddings, tokens": "<s0>, <s1>",
                "guided: steps it stands": "10 to 150",
                "bytes in them": "22779652",
            },
        ),
        (
            "ru",
            {
                "имя": "mine",
                "базовая модель на Hugging Face Hub": "owner/name",
                "базовая модель, вариант файлов vae": "",
                "LoRA, сила": "0,7",
                "LoRA, это DoRA": "нет",
                "LoRA, модули to_q": "4",
                "эмбеддинги, токены": "<s0>, <s1>",
                "guided: допустимое число шагов": "от 10 до 150",
                "байтов в них": "22779652",
            },
        ),
    ],
)
def test_rows_are_in_the_readers_words(language: str, expected: dict[str, str]) -> None:
    """Names, numbers, ranges, lists and yes or no; what is absent has no row."""
    terminal = Terminal(stdout=io.StringIO(), stderr=io.StringIO(), language=language)
    assert dict(info_rows(INFO, terminal)) == expected


def test_a_fact_without_words_keeps_its_place() -> None:
    """So that none is lost."""
    terminal = Terminal(stdout=io.StringIO(), stderr=io.StringIO(), language="ru")
    assert list(info_rows({"base": {"era": "new"}}, terminal)) == [("base.era", "new")]
