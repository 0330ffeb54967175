"""Scenes for property tests."""

from decimal import Decimal
from itertools import pairwise

from hypothesis import strategies as st

from plitka.core.colour.palette import default_palette
from plitka.core.recipes.recipe import Part, Recipe
from plitka.core.scene import FRACTIONS_MM, Granules, Lighting, Scene, Size, Surface, Zone

COLOURS = default_palette().catalogue
MASKS = ("border:8%", "stripes:4", "rows:10-20%", "circle", "text:СТАРТ", "data:image/png;base64,AAAA")


@st.composite
def recipes(draw: st.DrawFn) -> Recipe:
    """Mixes of 1 to 8 of the photographed colours, to a hundredth of a percent."""
    colours = draw(st.lists(st.sampled_from(COLOURS), min_size=1, max_size=8, unique=True))
    cuts = draw(st.sets(st.integers(1, 9999), min_size=len(colours) - 1, max_size=len(colours) - 1))
    edges = [0, *sorted(cuts), 10_000]
    percents = [Decimal(after - before) / 100 for before, after in pairwise(edges)]
    return Recipe(tuple(Part(colour, percent) for colour, percent in zip(colours, percents, strict=True)))


def sizes() -> st.SearchStrategy[Size]:
    """Pictures of any proportions."""
    sides = st.integers(1, 32).map(lambda n: 64 * n)
    return st.builds(Size, width_px=sides, height_px=sides)


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Any scene with up to 3 zones beside the ground."""
    zones = [Zone(draw(recipes()))]
    zones += [Zone(draw(recipes()), mask) for mask in draw(st.lists(st.sampled_from(MASKS), max_size=3))]
    codes = list({colour.code: None for zone in zones for colour in zone.recipe.colours})
    chosen = draw(st.lists(st.sampled_from(codes), max_size=4, unique=True))
    n_coarse = draw(st.integers(0, len(chosen)))
    own_mm = st.tuples(st.floats(0.2, 20), st.floats(0.2, 20)).map(lambda pair: (min(pair), max(pair)))
    granules = Granules(
        size_mm=draw(st.sampled_from([*FRACTIONS_MM.values()]) | own_mm),
        coarse=tuple(chosen[:n_coarse]),
        fine=tuple(chosen[n_coarse:]),
    )
    return Scene(
        zones=tuple(zones),
        granules=granules,
        surface=draw(st.sampled_from(Surface)),
        light=draw(st.sampled_from(Lighting)),
        wet=draw(st.booleans()),
        size=draw(sizes()),
        field_mm=draw(st.none() | st.floats(1, 2000, allow_nan=False)),
        words=tuple(draw(st.lists(st.sampled_from(["matte finish", "матовая", "8k"]), max_size=2))),
    )
