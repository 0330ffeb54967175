"""What each light is made of."""

import pytest

from plitka.core.scene import Lighting
from plitka.core.tile.lighting import LIGHTS, LightConfig, wetted


def test_every_light_of_a_scene_has_its_lamps() -> None:
    """The usual one is that of the photographs."""
    assert set(LIGHTS) == set(Lighting)
    assert LIGHTS[Lighting.STUDIO] == LightConfig()


@pytest.mark.parametrize("light", Lighting)
def test_water_makes_a_sharp_gloss_and_deep_colours(light: Lighting) -> None:
    """And leaves lamp and sky where they are."""
    dry, wet = LIGHTS[light], wetted(LIGHTS[light])
    assert wet.highlight > wet.sheen > dry.sheen == dry.highlight
    assert wet.sheen_exponent > dry.sheen_exponent
    assert wet.film_relief_px < dry.film_relief_px
    assert wet.albedo_exponent > dry.albedo_exponent == 1
    assert wet.albedo_gain < dry.albedo_gain == 1
    assert (wet.lamp, wet.sky, wet.lamp_rgb) == (dry.lamp, dry.sky, dry.lamp_rgb)


@pytest.mark.parametrize("warmth", [-2.5, 0.0, 2.5])
def test_a_warm_lamp_is_red_and_a_cold_one_blue(warmth: float) -> None:
    """A lamp without warmth is white."""
    red, green, blue = LightConfig(warmth=warmth).lamp_rgb
    assert green == 1
    assert (red > 1 > blue) if warmth > 0 else (red <= 1 <= blue)
