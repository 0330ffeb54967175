"""Which zone each chip belongs to, and colours dealt to the chips of each zone by its own recipe.

Decisions:
* A chip belongs to the zone that holds most of its visible cells, so a logo's edge is made of whole granules.
* Zones are dealt one after another and each by itself: its shares are exact over its own chips.
* A chip that reaches over the tile's edge lies at the opposite edge as well. Where another zone lies there, it is cut:
  else a half of a tile would have specks of the other one along its outer edge.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from plitka.core.scene import Coarseness, Scene, naming_zone
from plitka.core.tile.dealing import Chips, Deal, coarseness_shares, deal_by_coarseness, deal_exactly
from plitka.core.tile.granules import CoarsenessShares, IdMap
from plitka.core.tile.masks import ZoneIndex
from plitka.errors import InputError

ZoneRecipes = Sequence[Sequence[float]]
"""For each zone the share of each colour of its recipe, 0..1, summing to 1."""
ColourOfChip = npt.NDArray[np.int32]
"""(n,) place of each chip's colour among the scene's."""


def zone_mixes(scene: Scene) -> tuple[CoarsenessShares, ...]:
    """How much of each zone chips of each coarseness shall show; one mix for all that are alike, none if all usual."""
    mixes = [coarseness_shares(zone.recipe.shares, scene.coarseness_of(zone.recipe)) for zone in scene.zones]
    if all(kind is Coarseness.USUAL for mix in mixes for kind, _ in mix):
        return ()
    return (mixes[0],) if all(mix == mixes[0] for mix in mixes) else tuple(mixes)


def asked_shares(scene: Scene) -> tuple[tuple[float, ...], ...]:
    """For each zone the share of each colour that its recipe asks for."""
    return tuple(tuple(zone.recipe.shares) for zone in scene.zones)


def zone_of_chips(ids: IdMap, labels: ZoneIndex, n_zones: int) -> npt.NDArray[np.uint8]:
    """(n,) zone that holds most of each chip's cells; of two that hold as many, the one further down.

    Args:
        ids: (h, w) chip of each cell, 0..n-1 without holes.
        labels: (h, w) zone of each cell.
        n_zones: of the scene.
    """
    n_chips = int(ids.max()) + 1
    pairs = np.bincount(ids.ravel() * np.int64(n_zones) + labels.ravel(), minlength=n_chips * n_zones)
    most: npt.NDArray[np.uint8] = pairs.reshape(n_chips, n_zones).argmax(1).astype(np.uint8)
    return most


def part_at_edges(ids: IdMap, labels: ZoneIndex, n_zones: int) -> tuple[npt.NDArray[np.intp], IdMap]:
    """Chips cut at the edges of a periodic layer, where their two parts belong to different zones.

    Args:
        ids: (h, w) chip of each cell, 0..n-1 without holes.
        labels: (h, w) zone of each cell.
        n_zones: of the scene.

    Returns:
        (m,) which chip each one was, m >= n, the first n being themselves; and (h, w) the chips, 0..m-1 without holes.
    """
    origin = np.arange(int(ids.max()) + 1)
    for axis in (0, 1):
        parted, ids = _part_along(axis, ids, labels, n_zones)
        origin = origin[parted]
    return origin, ids


def _part_along(axis: int, ids: IdMap, labels: ZoneIndex, n_zones: int) -> tuple[npt.NDArray[np.intp], IdMap]:
    n_chips, reach = int(ids.max()) + 1, max(1, ids.shape[axis] // 4)
    along = np.moveaxis(ids, axis, 0)
    lies_at = np.zeros((2, n_chips), bool)
    lies_at[0, along[:reach]] = lies_at[1, along[-reach:]] = True
    over = np.flatnonzero(lies_at.all(0))

    def cut(chips: npt.NDArray[np.intp]) -> IdMap:
        numbers, parted = np.arange(n_chips, dtype=ids.dtype), ids.copy()
        numbers[chips] = n_chips + np.arange(chips.size)
        np.moveaxis(parted, axis, 0)[-reach:] = numbers[along[-reach:]]
        return parted

    zones = zone_of_chips(cut(over), labels, n_zones)
    torn = over[zones[over] != zones[n_chips:]]
    return np.concatenate([np.arange(n_chips), torn]), cut(torn)


@dataclass(frozen=True, slots=True)
class ZonedChips:
    """The chips of a layer, by the zones of a scene."""

    scene: Scene
    chips: Chips
    zone_of_chip: npt.NDArray[np.uint8]
    """(n,)"""

    @classmethod
    def of(cls, scene: Scene, chips: Chips, ids: IdMap, labels: ZoneIndex | None) -> "ZonedChips":
        """Give each chip to its zone.

        Args:
            scene: with the zones.
            chips: of the layer.
            ids: (h, w) chip of each cell.
            labels: (h, w) zone of each cell; None: all is ground.

        Raises:
            InputError: a zone that no chip belongs to.
        """
        if labels is None:
            return cls(scene, chips, np.zeros(chips.areas.size, np.uint8))
        zone_of_chip = zone_of_chips(ids, labels, len(scene.zones))
        own = np.bincount(zone_of_chip[chips.areas > 0], minlength=len(scene.zones))
        for number in np.flatnonzero(own == 0).tolist():
            with naming_zone(number, scene.zones[number].title):
                raise InputError(
                    "it is too small for these granules: none lies in it for the most part; make it larger or the "
                    "granules smaller"
                )
        return cls(scene, chips, zone_of_chip)

    @property
    def areas(self) -> tuple[float, ...]:
        """Part of the tile that each zone covers, 0..1."""
        cells = np.bincount(self.zone_of_chip, self.chips.areas, minlength=len(self.scene.zones))
        return tuple((cells / cells.sum()).tolist())

    @property
    def n_granules(self) -> tuple[int, ...]:
        """How many chips are seen in each zone."""
        seen = self.zone_of_chip[self.chips.areas > 0]
        return tuple(np.bincount(seen, minlength=len(self.scene.zones)).tolist())

    def deal(self, quotas: ZoneRecipes, rng: np.random.Generator, plain: Deal = deal_exactly) -> ColourOfChip:
        """Give each chip a colour.

        Args:
            quotas: of each zone.
            rng: of the first zone; each further one has a child of it.
            plain: what deals a scene of one zone whose chips have one coarseness.
        """
        if len(self.scene.zones) == 1:
            coarseness = self.scene.coarseness_of(self.scene.recipe)
            return deal_by_coarseness(self.chips, quotas[0], coarseness, rng, plain)
        dealt = np.zeros(self.chips.areas.size, np.int32)
        rngs = [rng, *rng.spawn(len(quotas) - 1)]
        for zone, (quota, own_rng) in enumerate(zip(quotas, rngs, strict=True)):
            own = np.flatnonzero(self.zone_of_chip == zone)
            coarseness = self.scene.coarseness_of(self.scene.zones[zone].recipe)
            places = np.array(self._places(zone), np.int32)
            dealt[own] = places[deal_by_coarseness(self.chips.only(own), quota, coarseness, own_rng)]
        return dealt

    def shares(self, dealt: ColourOfChip) -> tuple[tuple[float, ...], ...]:
        """For each zone the share of its area, 0..1, that each colour of its recipe has."""
        return tuple(self._shares_of(zone, dealt) for zone in range(len(self.scene.zones)))

    def _shares_of(self, zone: int, dealt: ColourOfChip) -> tuple[float, ...]:
        own = self.zone_of_chip == zone
        cells = np.bincount(dealt[own], self.chips.areas[own], minlength=len(self.scene.colours))
        return tuple((cells / cells.sum())[self._places(zone)].tolist())

    def _places(self, zone: int) -> list[int]:
        """Places of the colours of a zone's recipe among the scene's."""
        codes = [colour.code for colour in self.scene.colours]
        return [codes.index(colour.code) for colour in self.scene.zones[zone].recipe.colours]
