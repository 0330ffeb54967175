"""Tiles before their colours: what is in the binary, and that no colour is."""

import json
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from tests.core.tile.test_renderer import MIXED, THREE, ask, scene_of

from plitka.core.colour.arrays import lit_colours
from plitka.core.scene import Scene, Surface
from plitka.core.tile.blanks import MAGIC, Blank
from plitka.core.tile.dealing import deal_colours
from plitka.core.tile.finishes import Finishes
from plitka.core.tile.granule_map import MapSpec
from plitka.core.tile.painting import Illumination, LightFactors, make_chips, take_picture, vary_tones
from plitka.core.tile.renderer import LitLayer, lay_layer, paint_layer, zone_layer
from plitka.core.tile.shading import LightMaps
from plitka.core.tile.zones import asked_shares

SEED = 7
SCENES = {
    "plain": scene_of(THREE),
    "wet and cut": replace(scene_of(THREE), surface=Surface.CUT, wet=True),
    "zones": scene_of(THREE, 192, ("border:15%", "50% blue, 50% white")),
    "fleck": replace(scene_of(THREE), granules=MIXED),
}


def lay(scene: Scene) -> LitLayer:
    """The lit layer of a scene."""
    return lay_layer(MapSpec.of(ask(scene, SEED)))


@pytest.fixture(scope="module", params=SCENES)
def scene(request: pytest.FixtureRequest) -> Scene:
    """Each kind of scene."""
    return SCENES[request.param]


@pytest.fixture(scope="module")
def layer(scene: Scene) -> LitLayer:
    """Its layer."""
    return lay(scene)


def unpack(binary: bytes) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The header and the sections, by the format as it is told."""
    assert binary[:8] == MAGIC
    begin = 12 + int.from_bytes(binary[8:12], "little")
    assert begin % 4 == 0
    told = json.loads(binary[12:begin])
    places = told["sections"]
    assert all(offset % 4 == 0 for offset, _ in places.values())
    return told, {name: binary[begin + offset :][:size] for name, (offset, size) in places.items()}


def read_ids(codes: bytes, named: bytes, side: int) -> npt.NDArray[np.int64]:
    """The chips, cell by cell."""
    names, ids = iter(np.frombuffer(named, "<u4").tolist()), np.zeros((side, side), np.int64)
    for cell, code in enumerate(codes):
        row, column = divmod(cell, side)
        ids[row, column] = next(names) if code == 2 else ids[row, column - 1] if code == 0 else ids[row - 1, column]
    return ids


def read_light(content: bytes, side: int) -> npt.NDArray[np.int64]:
    """(3, side, side) levels."""
    coded = np.frombuffer(content, np.uint8).reshape(3, side, side)
    levels = np.zeros((3, side + 1, side + 1), np.int64)
    for row in range(side):
        for column in range(side):
            foretold = (levels[:, row + 1, column] + levels[:, row, column + 1]) // 2
            levels[:, row + 1, column + 1] = (coded[:, row, column] + foretold) % 256
    return levels[:, 1:, 1:]


def test_the_granules_are_those_of_the_layer(scene: Scene, layer: LitLayer) -> None:
    """Each cell's, with their zones and sizes."""
    told, sections = unpack(Blank.of(layer, scene, SEED).encode())
    parted, zoned = zone_layer(layer, scene)
    geometry = parted.geometry
    assert (read_ids(sections["codes"], sections["named"], 2 * told["side_px"]) == geometry.ids).all()
    assert told["n_chips"] == geometry.areas.size
    assert sections["zones"] == zoned.zone_of_chip.tobytes()
    assert sections["coarseness"] == geometry.coarseness.astype(np.uint8).tobytes()
    assert np.frombuffer(sections["radii"], "<f4").size == (geometry.areas.size if scene.granules == MIXED else 0)


def test_the_streams_deal_what_the_renderer_deals(scene: Scene, layer: LitLayer) -> None:
    """Chips that are dealt from them get the colours that they have on the renderer's picture."""
    told, _ = unpack(Blank.of(layer, scene, SEED).encode())
    first, *others = (stream_of(*words) for words in told["streams"])
    parted, zoned = zone_layer(layer, scene)
    assert len(others) == len(scene.zones) - 1

    class Known(np.random.Generator):
        def spawn(self, n: int) -> list[np.random.Generator]:
            return others[:n]

    dealt = zoned.deal(asked_shares(scene), Known(first.bit_generator), plain=deal_colours)
    laid = paint_layer(layer, scene, SEED).laid
    assert (dealt[parted.geometry.ids[::2, ::2]] == laid).all()


def stream_of(state: list[int], increment: list[int]) -> np.random.Generator:
    """A generator from the words of the header."""
    numbers: Any = {"state": number_of(state), "inc": number_of(increment)}
    stream = np.random.PCG64()
    stream.state = {"bit_generator": "PCG64", "state": numbers, "has_uint32": 0, "uinteger": 0}
    return np.random.Generator(stream)


def number_of(words: list[int]) -> int:
    """The number of 128 bits of four words, the lowest first."""
    return sum(word << 32 * place for place, word in enumerate(words))


@pytest.mark.parametrize("name", ["plain", "wet and cut"])
def test_its_light_and_chance_are_those_of_the_picture(name: str) -> None:
    """Painted by the renderer's formula from what was sent, the picture comes out within two levels of 255."""
    scene = SCENES[name]
    layer = lay(scene)
    told, sections = unpack(Blank.of(layer, scene, SEED).encode())
    levels = read_light(sections["light"], told["side_px"]) / told["light_levels"]
    light = LightMaps(*(levels**2 * np.array(told["light_scales"])[:, None, None]).astype(np.float32))
    drawn = np.frombuffer(sections["drawn"], np.int8).reshape(5, -1) / np.float32(127) * told["drawn_range"]
    table = told["finishes"]
    sent = Finishes(*(np.array(table[part], np.float32) for part in ("lit", "rows", "mix")))
    rendering = paint_layer(layer, scene, SEED)
    rows = sent.of(scene.colours)
    camera, rows = (
        sent.camera(rows, scene.recipe.shares),
        sent.mixed(rows, scene.recipe.shares, lit_colours(scene.colours)),
    )
    illumination = Illumination.of(layer.light_config, camera)
    assert told["light"] == {**asdict(LightFactors.of(layer.light_config)), "cast": [0, 0, 0]}
    albedo = np.zeros((drawn.shape[1], 3), np.float32)
    finishes = np.zeros((drawn.shape[1], rows.shape[1]), np.float32)
    chips, first = layer.geometry.ids[::2, ::2].ravel(), rendering.laid.ravel()
    finishes[chips] = rows[first]
    albedo[chips] = vary_tones(lit_colours(scene.colours)[first], rows[first], drawn[:, chips])
    paint = make_chips(albedo, finishes, drawn, illumination)
    again = take_picture(layer.pixel_chips, light, paint, illumination, camera)
    off = np.abs(again.astype(int) - rendering.pixels)
    assert np.quantile(off, 0.95) <= 3
    assert off.mean() < 1


def test_no_colour_and_no_share_is_in_it() -> None:
    """Another recipe of as many zones has the same bytes; another seed has others."""
    one, other = scene_of(THREE), scene_of("90% blue, 10% yellow")
    layer = lay(one)
    assert Blank.of(layer, one, SEED).encode() == Blank.of(layer, other, SEED).encode()
    assert Blank.of(layer, one, SEED).encode() != Blank.of(layer, one, SEED + 1).encode()
