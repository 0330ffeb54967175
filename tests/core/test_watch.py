"""How far one picture has come, told and stopped."""

import pytest
from tests.cli.patch_engine import PatchEngine

from plitka.core.generation import Request, generate_one
from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene import Scene
from plitka.core.watch import FollowOne, Progress, Unwatched
from plitka.errors import Cancelled


def test_one_picture_is_followed_and_stopped() -> None:
    """Steps reach the callback; what it raises reaches the caller."""
    engine, told = PatchEngine(), list[Progress]()
    request = engine.complete(Request(scene=Scene.of(parse_recipe("red").recipe), seed=7))
    assert generate_one(engine, request, told.append).request == request
    assert [progress.step for progress in told] == [1, 2, 3, 4]

    def stop(_progress: Progress) -> None:
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        generate_one(engine, request, stop)
    assert not FollowOne(stop).wants_preview(0, 1)


def test_nobody_follows() -> None:
    """Nothing is shown and nothing stops."""
    assert not Unwatched().wants_preview(0, 1)
    Unwatched().report(0, Progress(step=1, n_steps=4))
