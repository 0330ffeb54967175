"""What every painter must keep, whatever network it has and wherever it runs.

A new painter inherits `PainterLaws` in a test of its own and gives it two fixtures: `painter`, which takes at least
three canvases at once, and `break_device`, which has its device fail until the test ends.
"""

import pickle
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pytest

from plitka.core.painter import Canvas, Painted, Painter
from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene import Size
from plitka.core.watch import Progress, Unwatched
from plitka.errors import Cancelled, EngineError, PlitkaError, PromptTooLong

NOISE = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
LONG = "terracotta, salmon, dark green, grass green, dark blue, light gray, pearl, yellow"


def canvas(seed: int, **choices: Any) -> Canvas:  # noqa: ANN401
    """A canvas of 64 px in four steps."""
    usual = Canvas(prompt="60% red", negative_prompt="", seed=seed, width_px=64, height_px=64, steps=4, guidance=5.0)
    return replace(usual, **choices)


def pictures(outcomes: Sequence[Painted | PlitkaError]) -> "list[np.ndarray[tuple[int, ...], np.dtype[np.uint8]]]":
    """The pixels, where all must have been painted."""
    assert all(isinstance(one, Painted) for one in outcomes)
    return [one.pixels for one in outcomes if isinstance(one, Painted)]


def bytes_of(outcomes: Sequence[Painted | PlitkaError]) -> list[bytes | None]:
    """The bytes of what was painted; None for what was not."""
    return [one.pixels.tobytes() if isinstance(one, Painted) else None for one in outcomes]


@dataclass
class NotingWatch:
    """Stops canvases at a step of theirs, looks at some, and notes all that it hears."""

    stops: dict[int, int] = field(default_factory=dict)
    looking_at: set[int] = field(default_factory=set)
    heard: list[tuple[int, int]] = field(default_factory=list)
    """(place, step)."""
    n_steps: set[int] = field(default_factory=set)
    asked: list[tuple[int, int]] = field(default_factory=list)
    shown: dict[int, list[tuple[int, ...]]] = field(default_factory=dict)
    """Shapes of previews."""
    raised: dict[int, Cancelled] = field(default_factory=dict)
    threads: set[int] = field(default_factory=set)

    def wants_preview(self, index: int, step: int) -> bool:
        """Of those that are looked at."""
        self.asked.append((index, step))
        return index in self.looking_at

    def report(self, index: int, progress: Progress) -> None:
        """Note it, and perhaps stop."""
        self.heard.append((index, progress.step))
        self.n_steps.add(progress.n_steps)
        self.threads.add(threading.get_ident())
        if progress.preview is not None:
            assert progress.preview.dtype == np.uint8
            self.shown.setdefault(index, []).append(progress.preview.shape)
        if progress.step == self.stops.get(index):
            self.raised[index] = Cancelled("stopped")
            raise self.raised[index]


class PainterLaws:
    """Tests that any painter passes; see the module."""

    @pytest.fixture
    def painter(self) -> Painter:
        """The painter, which takes at least three canvases at once."""
        raise NotImplementedError

    @pytest.fixture
    def break_device(self) -> Callable[[], None]:
        """What has the painter's device fail until the test ends."""
        raise NotImplementedError

    def test_it_has_every_member(self, painter: Painter) -> None:
        """A member that is added to `Painter` must be added to all painters."""
        assert not {name for name in vars(Painter) if not name.startswith("_")} - set(dir(painter))

    def test_it_says_what_it_is(self, painter: Painter) -> None:
        """By a name and 12 digits of a hash, and how much it takes."""
        name, _, digest = painter.name.partition("@")
        assert name
        assert len(digest) == 12
        assert set(digest) <= set("0123456789abcdef")
        assert painter.max_batch >= 3

    def test_each_canvas_has_its_outcome_in_order(self, painter: Painter) -> None:
        """As many as canvases, each as it is alone up to a level or two: sums over a batch may round otherwise."""
        canvases = [canvas(1), canvas(2, prompt="100% black"), canvas(3)]
        together = pictures(painter.paint(canvases, Unwatched()))
        for one, found in zip(canvases, together, strict=True):
            (alone,) = pictures(painter.paint([one], Unwatched()))
            assert np.abs(alone.astype(int) - found).max() <= 2

    @pytest.mark.parametrize(("width_px", "height_px"), [(64, 64), (128, 64)])
    def test_pixels_have_the_shape_of_the_canvas(self, painter: Painter, width_px: int, height_px: int) -> None:
        """Height, width, and three bytes of colour."""
        (found,) = pictures(painter.paint([canvas(1, width_px=width_px, height_px=height_px)], Unwatched()))
        assert found.shape == (height_px, width_px, 3)
        assert found.dtype == np.uint8

    def test_a_seed_names_a_picture(self, painter: Painter) -> None:
        """The same canvas again gives the same bytes, another seed others."""
        first, again, other = (bytes_of(painter.paint([canvas(seed)], Unwatched())) for seed in (1, 1, 2))
        assert first == again
        assert first != other

    def test_without_guidance_a_negative_prompt_is_not_read(self, painter: Painter) -> None:
        """Whatever it says."""
        found = [
            bytes_of(painter.paint([canvas(1, guidance=1.0, negative_prompt=text)], Unwatched()))
            for text in ("", "blurry")
        ]
        assert found[0] == found[1]

    def test_a_start_is_only_read(self, painter: Painter) -> None:
        """Each canvas has its own, and both are as before."""
        starts = [NOISE.copy(), 255 - NOISE]
        canvases = [canvas(1, start=start, strength=0.25) for start in starts]
        found = pictures(painter.paint(canvases, Unwatched()))
        assert np.abs(found[0].astype(int) - found[1]).mean() > 2
        assert np.array_equal(starts[0], NOISE)
        assert np.array_equal(starts[1], 255 - NOISE)

    @pytest.mark.parametrize(("choices", "n_steps"), [({}, 4), ({"start": NOISE, "strength": 0.6}, 2)])
    def test_every_step_is_reported(self, painter: Painter, choices: dict[str, Any], n_steps: int) -> None:
        """Those that are run, from 1, of each canvas, on the thread that paints, and asked for a preview before."""
        watch = NotingWatch()
        painter.paint([canvas(1, **choices), canvas(2, **choices)], watch)
        for place in (0, 1):
            assert [step for index, step in watch.heard if index == place] == list(range(1, n_steps + 1))
        assert watch.asked == watch.heard
        assert watch.n_steps == {n_steps}
        assert watch.threads == {threading.get_ident()}

    @pytest.mark.parametrize("stops", [{1: 1}, {0: 2, 2: 3}, {0: 1, 1: 1}])
    def test_stopping_one_canvas_leaves_the_bytes_of_the_others(self, painter: Painter, stops: dict[int, int]) -> None:
        """It ends with the very error that the watch raised, and is not reported again."""
        canvases = [canvas(1), canvas(2), canvas(3)]
        whole = bytes_of(painter.paint(canvases, Unwatched()))
        watch = NotingWatch(stops)
        found = painter.paint(canvases, watch)
        for place, one in enumerate(found):
            assert one is watch.raised[place] if place in stops else isinstance(one, Painted)
        assert bytes_of(found) == [None if place in stops else whole[place] for place in range(3)]
        assert all(step <= stops.get(place, 4) for place, step in watch.heard)

    def test_a_batch_that_nobody_wants_ends_at_once(self, painter: Painter) -> None:
        """No step is run after the last canvas was stopped."""
        watch = NotingWatch({0: 2, 1: 1})
        assert all(isinstance(one, Cancelled) for one in painter.paint([canvas(1), canvas(2)], watch))
        assert sorted(watch.heard) == [(0, 1), (0, 2), (1, 1)]

    def test_previews_are_of_what_is_looked_at_and_change_nothing(self, painter: Painter) -> None:
        """At most one a step, no larger than the canvas, in its proportions."""
        canvases = [canvas(seed, width_px=128) for seed in (1, 2)]
        watch = NotingWatch(looking_at={1})
        watched = bytes_of(painter.paint(canvases, watch))
        assert set(watch.shown) == {1}
        assert len(watch.shown[1]) <= 4
        for height_px, width_px, n_channels in watch.shown[1]:
            assert n_channels == 3
            assert width_px <= 128
            assert width_px == 2 * height_px
        assert watched == bytes_of(painter.paint(canvases, Unwatched()))

    def test_stages_are_told_of_the_whole_batch(self, painter: Painter) -> None:
        """The same for each canvas, by names that can be labels."""
        first, second = painter.paint([canvas(1), canvas(2)], Unwatched())
        assert isinstance(first, Painted)
        assert isinstance(second, Painted)
        assert first.stage_seconds == second.stage_seconds
        assert all(name.isidentifier() and seconds >= 0 for name, seconds in first.stage_seconds.items())

    def test_a_device_that_fails_is_an_error_of_the_batch(
        self, painter: Painter, break_device: Callable[[], None]
    ) -> None:
        """It is raised, not returned."""
        break_device()
        with pytest.raises(EngineError):
            painter.paint([canvas(1), canvas(2)], Unwatched())

    def test_an_error_that_nobody_expects_is_not_swallowed(self, painter: Painter) -> None:
        """Such as one of the watch's own."""

        class Broken(Unwatched):
            """Divides by zero."""

            def report(self, index: int, progress: Progress) -> None:
                """Fail."""
                raise ZeroDivisionError(index, progress)

        with pytest.raises(ZeroDivisionError):
            painter.paint([canvas(1)], Broken())

    def test_words_that_would_be_cut_are_refused(self, painter: Painter) -> None:
        """With what would be lost."""
        with pytest.raises(PromptTooLong) as caught:
            painter.prompt(parse_recipe(LONG).recipe)
        assert caught.value.lost
        painter.check_negative("blurry")
        with pytest.raises(PromptTooLong):
            painter.check_negative("red " * 80)

    def test_words_are_told_to_any_thread_while_it_paints(self, painter: Painter) -> None:
        """The same words, and the picture is the same too."""
        recipe = parse_recipe("60% red, 40% black").recipe
        prompt, alone = painter.prompt(recipe), bytes_of(painter.paint([canvas(1)], Unwatched()))

        def ask(_: int) -> tuple[str, str, int]:
            painter.check_negative("blurry")
            return painter.prompt(recipe), painter.name, painter.defaults.steps

        with ThreadPoolExecutor(4) as pool:
            asked = pool.map(ask, range(40))
            painted = bytes_of(painter.paint([canvas(1)], Unwatched()))
            assert set(asked) == {(prompt, painter.name, painter.defaults.steps)}
        assert painted == alone

    def test_warming_up_and_freeing_change_no_byte(self, painter: Painter) -> None:
        """Of what is painted afterwards."""
        before = bytes_of(painter.paint([canvas(1)], Unwatched()))
        painter.warm_up([Size(width_px=64, height_px=64), Size(width_px=128, height_px=64)])
        painter.free()
        assert bytes_of(painter.paint([canvas(1)], Unwatched())) == before

    def test_outcomes_can_cross_to_another_process(self, painter: Painter) -> None:
        """Pictures, stops, and the canvases that they came of."""
        canvases = pickle.loads(pickle.dumps([canvas(1), canvas(2)]))  # noqa: S301  (our own)
        found = painter.paint(canvases, NotingWatch({1: 1}))
        again = pickle.loads(pickle.dumps(found))  # noqa: S301  (our own)
        assert bytes_of(again) == bytes_of(found)
        assert isinstance(again[1], Cancelled)

    def test_memory_is_told_in_bytes(self, painter: Painter) -> None:
        """By names that can be labels."""
        assert all(kind.isidentifier() and n_bytes >= 0 for kind, n_bytes in painter.memory_bytes().items())
