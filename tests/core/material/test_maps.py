"""The maps of a material."""

import io

import numpy as np
import pytest
from PIL import Image
from tests.core.material.surfaces import SIDE_PX, material_of

from plitka.core.colour.arrays import decode_srgb8, lit_colours
from plitka.core.colour.palette import default_palette
from plitka.core.material.maps import Channel, encode_map, to_8_bits


def test_a_material_has_every_map_and_its_lengths() -> None:
    """Of one size, and of the relief of the layer."""
    material = material_of()
    assert set(material.maps) == set(Channel)
    assert {levels.shape[:2] for levels in material.maps.values()} == {(SIDE_PX, SIDE_PX)}
    assert material.side_m == pytest.approx(SIDE_PX / 7000, rel=0.02)
    assert 0.0005 < material.height_m < 0.008
    assert material.title == "60% red, 40% white"


def test_the_base_colour_is_that_of_the_mix() -> None:
    """On the mean, in linear light: each colour by its share."""
    found = decode_srgb8(to_8_bits(material_of().maps[Channel.BASE_COLOUR])).mean((0, 1))
    colours = [colour for colour in default_palette().colours if colour.code in {"RED", "WHITE"}]
    shares = np.array([{"RED": 0.6, "WHITE": 0.4}[colour.code] for colour in colours])
    assert found == pytest.approx(shares @ lit_colours(colours), abs=0.03)


def test_water_darkens_the_base_colour() -> None:
    """And makes it smooth."""
    dry, wet = material_of().maps, material_of(wet=True).maps
    for channel in (Channel.BASE_COLOUR, Channel.ROUGHNESS):
        assert wet[channel].mean() < 0.95 * dry[channel].mean()


@pytest.mark.parametrize(("bits", "mode"), [(8, "L"), (16, "I;16")])
def test_a_map_is_read_back(bits: int, mode: str) -> None:
    """To the level of so many bits."""
    levels = material_of().maps[Channel.ROUGHNESS]
    with Image.open(io.BytesIO(encode_map(levels, bits))) as image:
        assert image.mode == mode
        found = np.asarray(image).astype(float) * (257 if bits == 8 else 1)
    assert np.abs(found - levels).max() <= (129 if bits == 8 else 0)
