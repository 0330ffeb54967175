"""What the text encoders say of captions while a run learns."""

from pathlib import Path

import torch
from tests.model.conftest import FLOAT32
from torch import nn

from plitka.model.adapter import TokenRows
from plitka.model.bundle import Bundle
from plitka.model.library_imports import quiet_libraries
from plitka.model.pipeline import Pipeline, load_base
from plitka.model.train_words import TrainWords

CAPTIONS = ("tile <a0>, 60% red, 40% black", "tile <a0>, 100% red")


def begin(bundle: Bundle, folder: Path | None) -> tuple[Pipeline, TrainWords]:
    """A base with a token that learns."""
    with quiet_libraries():
        pipe = load_base(bundle, FLOAT32)
    draw = torch.Generator().manual_seed(0)
    encoders = ((pipe.text_encoder, pipe.tokenizer), (pipe.text_encoder_2, pipe.tokenizer_2))
    return pipe, TrainWords(pipe, nn.ModuleList(TokenRows(*each, ("<a0>",), draw) for each in encoders), folder, "a")


class TestTrainWords:
    """`TrainWords`."""

    def test_what_is_kept_is_what_was_said(self, tiny_bundle: Bundle, tmp_path: Path) -> None:
        """By the rows of then: other rows say it anew, and a base of another name too."""
        _, words = begin(tiny_bundle, tmp_path / "words")
        said, kept = words.said(words.token_ids(CAPTIONS)), words.kept(CAPTIONS)
        for one, other in zip(said, kept, strict=True):
            torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-5)
        assert said[0].requires_grad
        assert not kept[0].requires_grad
        assert len(list((tmp_path / "words").iterdir())) == 2
        with torch.no_grad():
            for rows in words.rows.parameters():
                rows.add_(1)
        assert torch.equal(words.kept(CAPTIONS)[0], kept[0])
        words.look_again()
        assert not torch.equal(words.kept(CAPTIONS)[0], kept[0])
        assert len(list((tmp_path / "words").iterdir())) == 4

    def test_the_next_run_does_not_say_it_again(self, tiny_bundle: Bundle, tmp_path: Path) -> None:
        """To the last bit what was said, from the disk."""
        _, words = begin(tiny_bundle, tmp_path)
        kept = words.kept(CAPTIONS)
        pipe, again = begin(tiny_bundle, tmp_path)
        pipe.text_encoder = None  # nothing could say it
        assert all(map(torch.equal, again.kept(CAPTIONS), kept))
