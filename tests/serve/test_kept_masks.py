"""Masks that are pictures, apart from the words of an order."""

from typing import Any

from plitka.serve.kept_masks import put_masks, take_masks

MASK = "data:image/png;base64," + 1000 * "A"


def test_what_was_taken_is_put_back() -> None:
    """Shapes in words stay where they are; a picture stands once, however often it is named."""
    zones: list[dict[str, Any]] = [
        {"mask": None, "recipe": "red"},
        {"mask": "border:8%", "recipe": "blue"},
        {"mask": MASK, "recipe": MASK},
    ]
    kept = {"recipe": "red", "zones": zones, "scene": {"zones": zones[1:]}, "seed": 7}
    short, masks = take_masks(kept)
    assert list(masks.values()) == [MASK]
    assert short["zones"][:2] == zones[:2]
    assert short["zones"][2] == {"mask": next(iter(masks)), "recipe": MASK}
    assert short["scene"]["zones"][1]["mask"] in masks
    assert put_masks(short, masks) == kept
