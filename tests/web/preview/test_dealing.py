"""Colours dealt in a browser, beside those that the renderer deals: chip by chip."""

import base64

import numpy as np
import numpy.typing as npt
import pytest
from tests.web.preview.conftest import SIDE_PX, Colours, Order, Tab, colours_of

from plitka.core.generation import CompleteRequest
from plitka.core.tile.dealing import deal_colours
from plitka.core.tile.granule_map import MapSpec
from plitka.core.tile.renderer import LitLayer, lay_geometry, light_layer, painting_stream, zone_layer
from plitka.core.tile.zones import ZonedChips, asked_shares

BORDER = {"mask": "border:15%", "recipe": "50% blue, 30% white, 20% grey"}
SMALL = {"width_px": SIDE_PX, "height_px": SIDE_PX, "seed": 7}
DEAL = """const [order, zones] = given;
const kinds = { fine: 0, usual: 1, coarse: 2 };
const geometry = decodeGeometry(await geometryOf(order));
const dealt = new Uint8Array(geometry.nChips);
const shares = zones.map((colours, zone) => {
  const hand = new Hand(geometry, zone, dealt);
  const own = Float64Array.from(colours, ({ share }) => share);
  for (const turn of [0, 1]) {  // what was dealt before leaves no trace
    const wished = turn ? own : own.map((_, k) => own[own.length - 1 - k]);
    hand.deal(wished, Uint8Array.from(colours, ({ coarseness }) => kinds[coarseness]), colours.length);
  }
  return [...hand.shares.subarray(0, colours.length)];
});
return [toText(dealt), [...geometry.areas], shares];"""


def lay(request: CompleteRequest) -> LitLayer:
    """The layer that a request is painted on."""
    spec = MapSpec.of(request)
    return light_layer(lay_geometry(spec), spec)


def places_in_zones(zoned: ZonedChips, dealt: npt.NDArray[np.int32]) -> list[int]:
    """The place of each chip's colour in the recipe of its zone."""
    codes = [colour.code for colour in zoned.scene.colours]
    own = [[colour.code for colour in zone.recipe.colours] for zone in zoned.scene.zones]
    return [own[zone].index(codes[colour]) for zone, colour in zip(zoned.zone_of_chip, dealt, strict=True)]


@pytest.mark.parametrize(
    "order",
    [
        {"recipe": "60% red, 30% black, 10% white"},
        {"recipe": "100% red"},
        {"recipe": "99.9% black, 0.1% white"},
        {"recipe": "13% red, 12% blue, 11% white, 14% grey, 9% yellow, 21% black, 7% green, 13% beige"},
        {"recipe": "60% red, 40% black", "granules": "2-4"},
        {"recipe": "60% red, 40% black", "zones": [BORDER]},
        {"recipe": "60% red, 40% black", "zones": [BORDER, {"mask": "circle:30%", "recipe": "98% yellow, 2% red"}]},
        {"recipe": "80% black, 15% red, 5% white", "coarse": ["red"], "fine": ["white"]},
        {"recipe": "50% black, 30% red, 20% white", "fine": ["white", "red"]},
        {"recipe": "60% red, 40% black", "coarse": ["red", "black"]},
        {"recipe": "80% black, 20% red", "coarse": ["red"], "zones": [BORDER]},
        {"recipe": "55% black, 45% red", "fine": ["red"], "zones": [BORDER | {"recipe": "55% white, 45% red"}]},
    ],
)
def test_each_chip_gets_the_colour_that_the_renderer_gives_it(tab: Tab, order: Order) -> None:
    """For any recipe, with zones, coarse and fine granules; and the shares are exact to 0.1 points."""
    request = tab.request(SMALL | order)
    zones: list[Colours] = colours_of(request.scene)
    text, areas, shares = tab.run(DEAL, SMALL | order, zones)
    dealt = np.frombuffer(base64.b64decode(text), np.uint8)
    layer, zoned = zone_layer(lay(request), request.scene)
    assert areas == layer.geometry.areas.tolist()
    wanted = zoned.deal(asked_shares(request.scene), painting_stream(request.seed), plain=deal_colours)
    assert dealt.tolist() == places_in_zones(zoned, wanted)
    assert shares == [pytest.approx(exact, abs=1e-12) for exact in zoned.shares(wanted)]
    if layer.geometry.areas.size > 600 and len(zones) == 1:
        assert shares[0] == pytest.approx([colour["share"] for colour in zones[0]], abs=0.001)
