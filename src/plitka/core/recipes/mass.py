"""Mass and visible area: the trade weighs granules, a recipe's percents are of the area that is seen.

Granules of one size that are mixed well show area in the ratio of their volumes, so area is mass over density.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from plitka.core.recipes.recipe import Notice

EPDM_G_CM3 = Fraction("1.55")
"""Of coloured granules: 1.5 to 1.6 by the makers' data sheets."""
SBR_G_CM3 = Fraction("1.15")
"""Of crumb of recycled tyres."""


def areas_of_masses(masses: Sequence[Fraction], densities: Sequence[Fraction]) -> list[Fraction]:
    """Relative areas of granules of these masses.

    Args:
        masses: in one unit.
        densities: g/cm3.
    """
    return [mass / density for mass, density in zip(masses, densities, strict=True)]


def percents_by_mass(areas: Sequence[Fraction], densities: Sequence[Fraction]) -> list[Fraction]:
    """What each colour is of the mix's mass, 0..100, where these areas are seen of them."""
    masses = [area * density for area, density in zip(areas, densities, strict=True)]
    return [100 * mass / sum(masses) for mass in masses]


def tell_each(numbers: Mapping[str, float]) -> Notice:
    """Numbers by the codes of their colours, such as densities, with the decimal sign of whoever reads them."""
    (code, number), *others = numbers.items()
    told = Notice("{colour} {number:g}", {"colour": code, "number": number})
    for code, number in others:
        told = Notice("{others}; {colour} {number:g}", {"others": told, "colour": code, "number": number})
    return told
