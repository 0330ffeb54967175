"""What is told to clients of the web UI that asked for more than there is."""

from typing import Any

import pytest
from tests.serve.web_ui import USUAL

from plitka.serve.a1111_bodies import TextToImage
from plitka.serve.a1111_remarks import other_checkpoint, remarks_of


def remarks(**asked: Any) -> list[str]:  # noqa: ANN401
    """Those of a request."""
    return [str(one) for one in remarks_of(TextToImage(**{"prompt": "60% red, 40% black"} | asked))]


def test_what_asks_for_nothing_is_not_told() -> None:
    """Front ends send every field that there is."""
    assert remarks(**USUAL) == []
    assert remarks(styles=[], script_name=None, seed_resize_from_w=-1, hr_scale=2, hr_upscaler="Latent", eta=1.0) == []
    assert remarks(override_settings={"CLIP_stop_at_last_layers": 1, "sd_vae": "Automatic"}) == []
    assert remarks(sampler_name="DPM++ 2M", scheduler="karras", sampler_index="Automatic") == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("enable_hr", True),
        ("script_name", "X/Y/Z plot"),
        ("alwayson_scripts", {"ControlNet": {"args": [1]}}),
        ("subseed_strength", 0.3),
        ("styles", ["cinematic"]),
        ("tiling", True),
        ("restore_faces", True),
        ("sampler_name", "Euler a"),
        ("sampler_index", "Euler"),
        ("scheduler", "Exponential"),
        ("override_settings", {"CLIP_stop_at_last_layers": 2}),
    ],
)
def test_what_is_not_obeyed_is_named(name: str, value: object) -> None:
    """By the name of its field alone."""
    assert remarks(**{name: value}) == [f"not obeyed, since no picture here depends on it: {name}"]


def test_a_second_pass_is_told_as_what_it_is() -> None:
    """One pass in its size; without sides nobody knows which that is."""
    assert remarks(enable_hr=True, width=256, height=256) == ["painted once, in the size of the second pass: 512 x 512"]
    assert remarks(enable_hr=True) == ["not obeyed, since no picture here depends on it: enable_hr"]


def test_names_that_nobody_knows_are_counted() -> None:
    """They may be anything."""
    assert remarks(first=1, second="a", third=None) == ["fields that are not known here, and were left out: 2"]


def test_sides_and_seeds_that_became_others_are_told() -> None:
    """With what they became."""
    assert remarks(width=100, height=128) == ["sides are multiples of 64 px: 100 -> 128"]
    assert remarks(seed=2**32 + 7) == ["seeds go up to 4294967295; this one stands for 7"]


def test_files_and_weights_in_a_prompt_are_told() -> None:
    """With their own words, since they are the client's prompt."""
    (told,) = remarks(prompt="<lora:tile:0.8>, 60% (red:1.2), 40% black", negative_prompt="(blurry:1.4)")
    assert all(part in told for part in ("<lora:tile:0.8>", "(red:1.2)", "(blurry:1.4)"))


def test_the_name_of_another_checkpoint_is_short() -> None:
    """However long it was."""
    assert len(str(other_checkpoint("a" * 10_000, "fast@0"))) < 200
