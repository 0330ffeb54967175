"""What goes in and out of the web UI's API."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from plitka.core.generation import MAX_SEED, Defaults
from plitka.serve.a1111_bodies import TextToImage, plain

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(alphabet=st.characters()),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(), children, max_size=3),
    max_leaves=20,
)


@settings(deadline=None)
@given(value=ANYTHING)
def test_whatever_was_sent_can_be_told_back(value: object) -> None:
    """As JSON in UTF-8."""
    assert json.dumps(plain(value), ensure_ascii=False, allow_nan=False).encode()


def test_endless_depth_ends() -> None:
    """And what is not deep stays as it was."""
    assert plain({"a": [1, {"b": "c"}]}) == {"a": [1, {"b": "c"}]}
    deep: list[object] = []
    for _ in range(500):
        deep = [deep]
    assert json.dumps(plain(deep)).count("[") == 20


def test_null_is_what_is_left_out() -> None:
    """A number of pictures is that of all calls of a batch."""
    asked = TextToImage(prompt="red", seed=None, batch_size=2, n_iter=3, override_settings=None)
    assert (asked.n_images, asked.used_seed, asked.checkpoint) == (6, None, None)
    assert asked.told_back(Defaults())["seed"] == -1


def test_numbers_may_stand_in_quotes() -> None:
    """As front ends send what was typed; true and false are no numbers."""
    asked = TextToImage.model_validate(
        {"prompt": "red", "steps": "20", "cfg_scale": "7.5", "width": "128", "seed": "7"}
    )
    assert (asked.steps, asked.cfg_scale, asked.width, asked.seed) == (20, 7.5, 128, 7)
    for name in ("seed", "steps", "cfg_scale", "width", "height", "batch_size", "n_iter"):
        with pytest.raises(ValidationError):
            TextToImage.model_validate({"prompt": "red", name: True})


def test_seeds_are_ours() -> None:
    """-1 stays what it is."""
    seeds = [TextToImage(prompt="red", seed=seed).used_seed for seed in (-1, 0, MAX_SEED, MAX_SEED + 1, 2**70 + 1)]
    assert seeds == [-1, 0, MAX_SEED, 0, 1]


@pytest.mark.parametrize(
    ("asked", "sides"),
    [
        ({"enable_hr": True}, (512, 256)),
        ({"enable_hr": True, "hr_scale": 1.5}, (384, 192)),
        ({"enable_hr": True, "hr_scale": "3"}, (768, 384)),
        ({"enable_hr": True, "hr_resize_x": 640, "hr_resize_y": 0}, (640, 320)),
        ({"enable_hr": True, "hr_resize_x": 640, "hr_resize_y": 512}, (640, 512)),
        ({"enable_hr": True, "hr_scale": 1e300}, (2048, 2048)),
        ({"enable_hr": True, "hr_scale": [2]}, (512, 256)),
        ({"enable_hr": False, "hr_scale": 2}, (256, 128)),
    ],
)
def test_a_picture_has_the_size_of_its_second_pass(asked: dict[str, Any], sides: tuple[int, int]) -> None:
    """Whatever a client says of it."""
    order = TextToImage(prompt="red", width=256, height=128, **asked).order()
    assert (order.width_px, order.height_px) == sides
