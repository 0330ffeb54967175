"""Layers of a tile."""

import pytest

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.layers import take_layers
from plitka.core.recipes.scanner import scan
from plitka.core.recipes.source import Source


@pytest.mark.parametrize(
    ("text", "seen", "hidden"),
    [
        ("верх красный, низ чёрный", ["RED"], ["низ чёрный"]),
        ("red top, black bottom", ["RED"], ["black bottom"]),
        ("top layer red and white, 10 mm; base layer SBR, 30 mm", ["RED", "WHITE"], ["base layer SBR, 30 mm"]),
        ("red over black base layer", ["RED"], ["over black base layer"]),
        ("подложка чёрная, красный и белый", ["RED", "WHITE"], ["подложка чёрная"]),
        ("top red, black", ["RED", "BLACK"], []),
        ("base layer grey, red flecks", ["GRAY", "RED"], []),
        ("red, black", ["RED", "BLACK"], []),
    ],
)
def test_the_layer_on_top_is_seen(text: str, seen: list[str], hidden: list[str]) -> None:
    """What lies below is left out and told; the ground of a fleck is none."""
    source = Source(text)
    layers = take_layers(source, scan(source, default_palette()))
    assert [token.colour.code for token in layers.tokens if token.colour is not None] == seen
    assert [remark.values["words"] for remark in layers.remarks] == hidden
    assert len(layers.errors) == len(hidden)
