"""A granule map with a scene on it: colours dealt to granules by quotas, and the picture to start from.

Decisions:
* The picture is almost flat: each chip in one colour, the mean of how a lit tile shows it, with a hint of relief, and
  darker along two of its sides, so that neighbours of one colour stay apart. The rest of light, shade and matter is
  the network's to add.
* Percent means visible area, so quotas are dealt by the area that is seen of each chip.
* Chips, their tones and the noise depend on the seed alone: from attempt to attempt only a few chips change
  their colour, so that the picture answers to the quotas and to nothing else.
"""

from typing import TYPE_CHECKING, NoReturn

import numpy as np

from plitka.core.colour.arrays import encode_srgb8, lit_colours
from plitka.core.scene import Granules, Surface, naming_zone
from plitka.core.tile.bands import compute_bands, row_bands
from plitka.core.tile.granule_map import GranuleMap, GuideConfig, flat_exposure
from plitka.core.tile.masks import zone_labels
from plitka.core.tile.shading import vary_chips, wetted_albedo
from plitka.core.tile.surfaces import configure_light
from plitka.core.tile.zones import ZonedChips, asked_shares, part_at_edges, zone_mixes
from plitka.errors import FieldName, InputError

if TYPE_CHECKING:
    import numpy.typing as npt

    from plitka.core.generation import ColourIndex, CompleteRequest, RgbImage, ZoneIndex
    from plitka.core.tile.granules import FloatMap
    from plitka.core.tile.zones import ColourOfChip, ZoneRecipes

_CHILD_OF_TONES = 2
"""Number of the seed's generator of tones where dealing does not always draw as often."""


def check_guide(request: "CompleteRequest") -> None:
    """Refuse choices that a map from outside has made already.

    Raises:
        InputError: sizes of granules, a surface or a scale, beside a guide.
    """
    scene = request.scene
    if request.guide is not None and (
        scene.granules != Granules() or scene.surface is not Surface.PRESSED or scene.field_mm is not None
    ):
        raise InputError(
            "a guide brings its own granules: leave out {granules}, {size}, {coarse}, {fine}, {surface} and {field}, "
            "or {guide}",
            granules=FieldName("granules"),
            size=FieldName("granule_mm"),
            coarse=FieldName("coarse"),
            fine=FieldName("fine"),
            surface=FieldName("surface"),
            field=FieldName("field_mm"),
            guide=FieldName("guide"),
        )


class Layout:
    """A request's scene on a granule map.

    Raises:
        InputError: masks that cannot be used on this picture, or a guide beside choices of granules.
    """

    def __init__(self, request: "CompleteRequest", granules: GranuleMap, config: GuideConfig) -> None:
        check_guide(request)
        height, width = granules.ids.shape
        labels = zone_labels(request.scene, width, height) if len(request.scene.zones) > 1 else None
        if labels is not None and request.guide is None:
            granules = granules.numbered_anew(*part_at_edges(granules.ids, labels, len(request.scene.zones)))
        self._request, self._granules, self._config = request, granules, config
        self._zoned = ZonedChips.of(request.scene, granules.chips, granules.ids, labels)

    @property
    def granules(self) -> GranuleMap:
        """The map, with the granules that two zones at the tile's edges tear apart as two."""
        return self._granules

    @property
    def areas(self) -> tuple[float, ...]:
        """Part of the tile that each zone covers, 0..1."""
        return self._zoned.areas

    @property
    def n_granules(self) -> tuple[int, ...]:
        """How many granules each zone is made of."""
        return self._zoned.n_granules

    @property
    def zone_index(self) -> "ZoneIndex":
        """(H, W) zone of the granule at each pixel."""
        return self._to_pixels(self._zoned.zone_of_chip[self._granules.ids])

    def deal(self, quotas: "ZoneRecipes") -> "ColourOfChip":
        """(n,) place of each granule's colour among the scene's."""
        return self._zoned.deal(quotas, self._rng())

    def shares(self, quotas: "ZoneRecipes") -> tuple[tuple[float, ...], ...]:
        """For each zone the share of its area, 0..1, that is laid in each colour of its recipe."""
        return self._zoned.shares(self.deal(quotas))

    def lay(self, quotas: "ZoneRecipes") -> "ColourIndex":
        """(H, W) place among the scene's colours of the one that `paint` lays at each pixel."""
        return self._to_pixels(self.deal(quotas).astype(np.uint8)[self._granules.ids])

    def paint(self, quotas: "ZoneRecipes") -> "RgbImage":
        """The picture to start from: (H, W, 3), no two chips of a colour alike."""
        granules, config, relief = self._granules, self._config, self._granules.relief
        colours, veil_gain = self._chip_colours(quotas)
        seams, veil = granules.seams, np.float32(config.veil * veil_gain)

        def painted(rows: slice) -> "npt.NDArray[np.uint8]":
            shown = np.where(seams[rows], np.float32(config.seam), np.float32(1))
            flat = colours[granules.ids[rows]]
            if relief is None:
                return encode_srgb8(flat * shown[..., None] + veil)
            shown *= 1 + config.relief * (relief.light[rows] - 1)
            return encode_srgb8(flat * shown[..., None] + veil * relief.sheen[rows, :, None])

        return self._to_pixels(compute_bands(row_bands(len(granules.ids)), painted))

    def check(self, tolerance: float) -> None:
        """Refuse granules that cannot be dealt within the tolerance.

        Raises:
            InputError: with how far off a share would be, in points.
        """
        asked = asked_shares(self._request.scene)
        reached, n_granules = self.shares(asked), self.n_granules
        for zone, (wanted, got) in enumerate(zip(asked, reached, strict=True)):
            points = 100 * float(np.abs(np.subtract(wanted, got)).max())
            if points > tolerance:
                self._refuse_granules(zone, n_granules[zone], points, tolerance)

    def _refuse_granules(self, zone: int, n_granules: int, points: float, tolerance: float) -> NoReturn:
        zones = self._request.scene.zones
        if self._request.guide is not None and len(zones) == 1:
            raise InputError(
                "the {n} granules of the guide are too few or too large for this recipe: dealt by it, a share is "
                "{points:.1f} points off and {tolerance} are allowed; give smaller granules or a larger tolerance",
                n=n_granules,
                points=points,
                tolerance=tolerance,
            )
        with naming_zone(zone, zones[zone].title):
            raise InputError(
                "its {n} granules are too few or too large for its recipe: dealt by it, a share is {points:.1f} points "
                "off and {tolerance} are allowed; give smaller granules, a larger zone or a larger tolerance",
                n=n_granules,
                points=points,
                tolerance=tolerance,
            )

    def _chip_colours(self, quotas: "ZoneRecipes") -> "tuple[FloatMap, float]":
        """(n, 3) linear light of each chip, on the mean of its facets, and the gain of the veil over them."""
        scene, rng = self._request.scene, self._rng()
        dealt = self._zoned.deal(quotas, rng)
        if len(scene.zones) > 1 or zone_mixes(scene):
            rng = np.random.default_rng([self._request.seed, _CHILD_OF_TONES])
        config, relief = configure_light(scene), self._granules.relief
        albedo = vary_chips(lit_colours(scene.colours), dealt, rng, config)
        exposure = flat_exposure(config) if relief is None else relief.exposure
        lit = self._config.mean_of_lit * wetted_albedo(albedo, config) * np.array(exposure.gain, np.float32)
        return lit, exposure.veil_gain

    def _rng(self) -> np.random.Generator:
        return np.random.default_rng([self._request.seed, 1])

    def _to_pixels(self, cells: "npt.NDArray[np.uint8]") -> "npt.NDArray[np.uint8]":
        side = self._config.px_per_cell
        return cells.repeat(side, 0).repeat(side, 1)
