"""A granule map with a scene on it: colours dealt to granules by quotas, and the picture to start from.

Decisions:
* The picture is painted as a render is: what it does not show of light and matter a network that makes few steps does
  not add.
* Percent means visible area, so quotas are dealt by the area that is seen of each chip.
* Chips, their tones, the camera and the noise do not depend on the quotas: from attempt to attempt only a few chips
  change their colour, so that the picture answers to the quotas and to nothing else.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NoReturn

import numpy as np

from plitka.core.colour.arrays import lit_colours
from plitka.core.scene import Granules, Surface, naming_zone
from plitka.core.tile.granule_map import light_outlines
from plitka.core.tile.masks import zone_labels
from plitka.core.tile.painting import PixelChips, finishes_of, paint_dealt
from plitka.core.tile.surfaces import configure_light
from plitka.core.tile.zones import ZonedChips, asked_shares, part_at_edges, zone_mixes
from plitka.errors import FieldName, InputError

if TYPE_CHECKING:
    from plitka.core.generation import ColourIndex, CompleteRequest, RgbImage, ZoneIndex
    from plitka.core.tile.granule_map import GranuleMap, GuideConfig
    from plitka.core.tile.lighting import LightConfig
    from plitka.core.tile.shading import LightMaps
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


@dataclass(frozen=True, slots=True)
class _LitMap:
    pixel_chips: PixelChips
    pixel_light: "LightMaps"
    light_config: "LightConfig"


class Layout:
    """A request's scene on a granule map.

    Raises:
        InputError: masks that cannot be used on this picture, or a guide beside choices of granules.
    """

    def __init__(self, request: "CompleteRequest", granules: "GranuleMap", config: "GuideConfig") -> None:
        check_guide(request)
        labels = _label_cells(request, granules) if len(request.scene.zones) > 1 else None
        if labels is not None and request.guide is None:
            granules = granules.numbered_anew(*part_at_edges(granules.cells, labels, len(request.scene.zones)))
        self._request, self._granules, self._config = request, granules, config
        self._zoned = ZonedChips.of(request.scene, granules.chips, granules.cells, labels)

    @property
    def granules(self) -> "GranuleMap":
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
        return self._zoned.zone_of_chip[self._granules.ids]

    def deal(self, quotas: "ZoneRecipes") -> "ColourOfChip":
        """(n,) place of each granule's colour among the scene's."""
        return self._zoned.deal(quotas, self._rng())

    def shares(self, quotas: "ZoneRecipes") -> tuple[tuple[float, ...], ...]:
        """For each zone the share of its area, 0..1, that is laid in each colour of its recipe."""
        return self._zoned.shares(self.deal(quotas))

    def lay(self, quotas: "ZoneRecipes") -> "ColourIndex":
        """(H, W) place among the scene's colours of the one that `paint` lays at each pixel."""
        return self.deal(quotas).astype(np.uint8)[self._granules.ids]

    def paint(self, quotas: "ZoneRecipes") -> "RgbImage":
        """The picture to start from: (H, W, 3), no two chips of a colour alike."""
        scene, rng = self._request.scene, self._rng()
        dealt = self._zoned.deal(quotas, rng)
        if len(scene.zones) > 1 or zone_mixes(scene):
            rng = np.random.default_rng([self._request.seed, _CHILD_OF_TONES])
        finishes, camera = finishes_of(scene, self.areas)
        pixels, _ = paint_dealt(self._lit, lit_colours(scene.colours), finishes, dealt, camera, rng)
        return pixels

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

    @cached_property
    def _lit(self) -> _LitMap:
        granules, scene = self._granules, self._request.scene
        light = granules.light or light_outlines(granules, scene, self._config)
        return _LitMap(PixelChips.of(granules.cells, granules.oversample), light, configure_light(scene))

    def _rng(self) -> np.random.Generator:
        return np.random.default_rng([self._request.seed, 1])


def _label_cells(request: "CompleteRequest", granules: "GranuleMap") -> "ZoneIndex":
    """(H k, W k) zone of the scene at each cell of the map."""
    labels = zone_labels(request.scene, request.size.width_px, request.size.height_px)
    return labels.repeat(granules.oversample, 0).repeat(granules.oversample, 1)
