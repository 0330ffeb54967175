"""Mass and visible area."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from plitka.core.language.translations import localise
from plitka.core.recipes.mass import EPDM_G_CM3, SBR_G_CM3, areas_of_masses, percents_by_mass, tell_each

masses = st.lists(st.tuples(st.fractions(1, 1000), st.sampled_from([EPDM_G_CM3, SBR_G_CM3])), min_size=1, max_size=8)


@given(masses)
def test_mass_to_area_and_back(mix: list[tuple[Fraction, Fraction]]) -> None:
    """The areas of masses weigh what the masses weighed."""
    weighed, densities = [mass for mass, _ in mix], [density for _, density in mix]
    back = percents_by_mass(areas_of_masses(weighed, densities), densities)
    assert back == [100 * mass / sum(weighed) for mass in weighed]


@given(st.lists(st.fractions(1, 1000), min_size=1, max_size=8))
def test_of_one_density_mass_is_area(weighed: list[Fraction]) -> None:
    """Percent are the same."""
    densities = [EPDM_G_CM3] * len(weighed)
    areas = areas_of_masses(weighed, densities)
    assert [area / sum(areas) for area in areas] == [mass / sum(weighed) for mass in weighed]


def test_densities_are_told_with_the_decimal_sign_of_the_reader() -> None:
    """A comma in Russian, where something else then stands between two of them."""
    told = tell_each({"RED": 1.55, "BLACK": 1.15})
    assert str(told) == "RED 1.55; BLACK 1.15"
    assert localise(told, "ru") == "RED 1,55; BLACK 1,15"
