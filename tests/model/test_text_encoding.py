"""Captured text encoders beside the pipeline's; on the processor they run what a GPU would capture."""

import pytest
import torch
from tests.model.pictures import TinyEngine

from plitka.model.painter import DiffusionPainter
from plitka.model.recordings import Recordings
from plitka.model.text_encoding import FastTextEncoders, TextEncoders


@pytest.fixture
def both(tiny_engine: TinyEngine) -> tuple[TextEncoders, FastTextEncoders]:
    """Over the same encoders."""
    painter = tiny_engine.painter
    assert isinstance(painter, DiffusionPainter)
    place = painter.placement
    return TextEncoders(painter._pipe, place), FastTextEncoders(painter._pipe, place, Recordings(place.device))


@pytest.mark.parametrize("is_guided", [False, True])
def test_words_are_the_pipeline_s(both: tuple[TextEncoders, FastTextEncoders], *, is_guided: bool) -> None:
    """Bit by bit, also of texts that are known and with a token that was learned."""
    plain, fast = both
    with torch.no_grad():
        for prompt, negative in (("60% red <s0>", ""), ("blue", "grey"), ("60% red <s0>", "grey")):
            expected = plain.encode(prompt, negative, is_guided=is_guided)
            found = fast.encode(prompt, negative, is_guided=is_guided)
            for name in ("positive", "negative", "pooled_positive", "pooled_negative"):
                one, other = getattr(found, name), getattr(expected, name)
                assert (one is None) == (other is None)
                assert one is None or torch.equal(one, other)


def test_encoders_that_cannot_be_captured_run_plainly(
    both: tuple[TextEncoders, FastTextEncoders], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After one attempt."""
    tried: list[int] = []

    def fail(*_: object) -> None:
        tried.append(1)
        raise RuntimeError("operation not permitted when stream is capturing")

    monkeypatch.setattr("plitka.model.text_encoding.Repeated", fail)
    plain, fast = both
    with torch.no_grad():
        for prompt in ("red", "blue"):
            expected = plain.encode(prompt, "", is_guided=True)
            assert torch.equal(fast.encode(prompt, "", is_guided=True).positive, expected.positive)
    assert len(tried) == 1
