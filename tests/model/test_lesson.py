"""Latents of pictures."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from tests.model.conftest import FLOAT32

from plitka.core.dataset.training_pictures import Captioned
from plitka.errors import BadOutput, InputError
from plitka.model.bundle import Bundle
from plitka.model.lesson import Lesson
from plitka.model.library_imports import quiet_libraries
from plitka.model.pipeline import Pipeline, load_base


@pytest.fixture
def pipe(tiny_bundle: Bundle) -> Pipeline:
    """The base alone."""
    with quiet_libraries():
        return load_base(tiny_bundle, FLOAT32)


def picture(name: str, height_px: int = 64, width_px: int = 64, repeats: int = 1) -> Captioned:
    """Noise of its own."""
    rng = np.random.default_rng(len(name))
    pixels = rng.integers(0, 256, (height_px, width_px, 3), dtype=np.uint8)
    return Captioned(name=name, caption=f"100% {name}", pixels=pixels, repeats=repeats)


def draw(seed: int = 0) -> torch.Generator:
    """A generator."""
    return torch.Generator().manual_seed(seed)


class TestLesson:
    """`Lesson`."""

    def test_pictures_are_encoded_in_every_turn(self, pipe: Pipeline) -> None:
        """Eight of each, no two alike; or mirrored; or as they are."""
        for turns, n in (("all", 8), ("flips", 2), ("none", 1)):
            (item,) = Lesson.of(pipe, [picture("red")], turns=turns).items
            assert {latents.shape for latents in item.turned} == {(4, 8, 8)}
            assert len({latents.numpy().tobytes() for latents in item.turned}) == len(item.turned) == n

    def test_latents_are_kept(self, pipe: Pipeline, tmp_path: Path) -> None:
        """By the picture and the autoencoder: then none is asked."""
        first = Lesson.of(pipe, [picture("red")], cache=tmp_path, key="a")
        with torch.no_grad():
            pipe.vae.encoder.conv_in.weight.fill_(float("nan"))
        again = Lesson.of(pipe, [picture("red")], cache=tmp_path, key="a")
        assert all(map(torch.equal, first.items[0].turned, again.items[0].turned))
        assert len(list(tmp_path.iterdir())) == 1
        for other, key in (("blue", "a"), ("red", "b")):
            with pytest.raises(BadOutput, match=f"NaN for {other}"):
                Lesson.of(pipe, [picture(other)], cache=tmp_path, key=key)

    def test_none_is_refused(self, pipe: Pipeline) -> None:
        """There would be nothing to learn."""
        with pytest.raises(InputError, match="no picture"):
            Lesson.of(pipe, [])

    def test_a_batch_has_one_shape(self, pipe: Pipeline) -> None:
        """Turned by a right angle a picture may lie beside one that is as wide as it was high."""
        lesson = Lesson.of(pipe, [picture("wide", 64, 128), picture("upright", 128, 64), picture("square")])
        seen = set()
        for seed in range(40):
            drawn = lesson.draw(3, draw(seed))
            seen.add((frozenset(drawn.names), drawn.latents.shape[-2:]))
            assert drawn.sizes_px == (tuple(8 * side for side in drawn.latents.shape[-2:]),) * 3
        assert (frozenset({"square"}), (8, 8)) in seen
        assert (frozenset({"wide", "upright"}), (8, 16)) in seen

    def test_squares_are_drawn_of_pictures(self, pipe: Pipeline) -> None:
        """Parts of the latents, which tell the whole picture's size."""
        lesson = Lesson.of(pipe, [picture("wide", 64, 128)], turns="none")
        (whole,) = lesson.items[0].turned
        lefts = set()
        for seed in range(20):
            drawn = lesson.draw(1, draw(seed), crop_px=64)
            assert drawn.sizes_px == ((64, 128),)
            lefts |= {left for left in range(9) if torch.equal(drawn.latents[0], whole[:, :, left : left + 8])}
        assert len(lefts) > 3

    def test_some_are_drawn_more_often(self, pipe: Pipeline) -> None:
        """As kohya's folders ask."""
        lesson = Lesson.of(pipe, [picture("red"), picture("blue", repeats=9)], turns="none")
        drawn = lesson.draw(200, draw()).names
        assert 160 < drawn.count("blue") < 196

    def test_some_are_held_out(self, pipe: Pipeline) -> None:
        """The same ones each time, and never all."""
        lesson = Lesson.of(pipe, [picture("a" * n) for n in range(1, 6)], turns="none")
        learnt, held = lesson.split(0.4, 1)
        assert held is not None
        assert [len(each.items) for each in (learnt, held)] == [3, 2]
        assert {item.name for item in (*learnt.items, *held.items)} == {item.name for item in lesson.items}
        assert lesson.split(0.4, 1)[1] == held
        assert lesson.split(0, 1) == (lesson, None)
        one = replace(lesson, items=lesson.items[:1])
        assert one.split(1, 1) == (one, None)
