"""The binary of a geometry, read in a browser."""

import base64
from typing import Any

import numpy as np
import pytest
from tests.web.preview.conftest import SIDE_PX, Tab
from tests.web.preview.test_dealing import lay

from plitka.core.tile.blanks import Blank

ORDER = {
    "recipe": "80% black, 20% red",
    "coarse": ["red"],
    "zones": [{"mask": "border:15%", "recipe": "white"}],
    "width_px": SIDE_PX,
    "height_px": SIDE_PX,
    "seed": 7,
}


@pytest.fixture(scope="module")
def read(tab: Tab) -> dict[str, Any]:
    """What the browser read."""
    found: dict[str, Any] = tab.run(
        """const geometry = decodeGeometry(await geometryOf(given[0]));
        const bytes = (array) => toText(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
        return Object.fromEntries(Object.entries(geometry).filter(([name]) => name !== "streams").map(([name, value]) =>
          [name, ArrayBuffer.isView(value) ? bytes(value) : value]));""",
        ORDER,
    )
    return found


@pytest.fixture(scope="module")
def blank(tab: Tab) -> Blank:
    """What was sent."""
    request = tab.request(ORDER)
    return Blank.of(lay(request), request.scene, request.seed)


def array(text: str, kind: str) -> np.ndarray[Any, np.dtype[Any]]:
    """A typed array of the browser's."""
    return np.frombuffer(base64.b64decode(text), kind)


def test_it_is_what_was_sent(read: dict[str, Any], blank: Blank) -> None:
    """Chips, zones, sizes and tones."""
    geometry = blank.layer.geometry
    assert (read["sidePx"], read["nChips"], read["nZones"]) == (SIDE_PX, geometry.areas.size, 2)
    assert array(read["areas"], "<i4").tolist() == geometry.areas.tolist()
    assert array(read["zones"], "u1").tolist() == blank.zone_of_chip.tolist()
    assert array(read["coarseness"], "u1").tolist() == geometry.coarseness.tolist()
    assert array(read["radii"], "<f4").tolist() == geometry.radius_mm.tolist()
    assert array(read["drawn"], "<f4").reshape(-1, 5) == pytest.approx(blank.drawn.T, abs=0.016)


def test_its_light_is_near_enough(read: dict[str, Any], blank: Blank) -> None:
    """Within half a step of 127 of its root."""
    levels = array(read["lightBytes"], "u1").reshape(SIDE_PX, SIDE_PX, 4) / 255
    light = blank.layer.pixel_light
    for place, sent in enumerate((light.lamp, light.sky, light.sheen)):
        scale = read["lightScales"][place]
        off = np.abs(levels[..., place] * np.sqrt(scale) - np.sqrt(np.clip(sent, 0, None)))
        assert off.max() < 0.51 / 127 * np.sqrt(sent.max())


def test_a_pixel_has_the_chips_of_its_cells(read: dict[str, Any], blank: Blank) -> None:
    """The one that has most of it, and by which part another; of three or four at least those two are right."""
    pairs = array(read["pixels"], "<u4").reshape(-1, 2)
    most, few, part = pairs[:, 0] & 0xFFFFFF, pairs[:, 1], (pairs[:, 0] >> 24) / 255
    blocks = blank.layer.geometry.ids.reshape(SIDE_PX, 2, SIDE_PX, 2).swapaxes(1, 2).reshape(-1, 4)
    of_most, of_few = ((blocks == chips[:, None]).mean(1) for chips in (most, few))
    of_any = (blocks[:, :, None] == blocks[:, None]).mean(1)
    assert (of_most == of_any.max(1)).all()
    assert (of_few > 0).all()
    assert 1 - part == pytest.approx(of_most, abs=0.003)
    assert (of_most + np.where(most == few, 0, of_few))[(of_most < 1)].mean() > 0.95


@pytest.mark.parametrize("content", ["''", "'PLITKA'", "'PLITKAG1aaaabbbbbbbbbbbb'", '\'{"error": "no key"}\''])
def test_what_is_none_is_refused(tab: Tab, content: str) -> None:
    """With what to do."""
    told = tab.run(
        f"""try {{ decodeGeometry(new TextEncoder().encode({content}).buffer); return ""; }}
        catch (error) {{ return `${{error.name}}: ${{error.message}}`; }}"""
    )
    assert told.startswith("TypeError: these bytes are no geometry")
