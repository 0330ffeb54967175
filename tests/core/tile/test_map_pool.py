"""Maps that another process lays."""

import multiprocessing

import numpy as np
import pytest

from plitka.core.generation import Defaults, Request
from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene import Scene, Size
from plitka.core.tile.granule_map import GranuleMap, GuideConfig, MapSpec, lay_map
from plitka.core.tile.map_pool import MapPool

CONFIG = GuideConfig()


def spec_of(seed: int = 7) -> MapSpec:
    """A small map."""
    scene = Scene.of(parse_recipe("100% red").recipe, Size(width_px=128, height_px=64))
    return MapSpec.of(Defaults().complete(Request(scene=scene, seed=seed)))


@pytest.fixture
def pool(monkeypatch: pytest.MonkeyPatch) -> MapPool:
    """One that has a second processor, wherever the test runs."""
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    return MapPool(CONFIG)


def same(one: GranuleMap, other: GranuleMap) -> bool:
    """Granules and the light on them, to the bit."""
    assert one.light is not None
    assert other.light is not None
    return np.array_equal(one.ids, other.ids) and all(map(np.array_equal, one.light, other.light))


def test_it_is_the_map_that_would_be_laid_here(pool: MapPool) -> None:
    """Whether it was asked for ahead or not, and a second time too."""
    expected = lay_map(spec_of(), CONFIG)
    pool.lay_ahead(spec_of())
    assert same(pool.take(spec_of()), expected)
    assert same(pool.take(spec_of()), expected)
    pool.close()


def test_a_map_is_kept_for_its_seed(pool: MapPool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Until a few others were taken; it is not laid again, here or ahead."""
    first = pool.take(spec_of(1))
    laid: list[MapSpec] = []

    def note(spec: MapSpec, config: GuideConfig) -> GranuleMap:
        laid.append(spec)
        return lay_map(spec, config)

    monkeypatch.setattr("plitka.core.tile.map_pool.lay_map", note)
    pool.lay_ahead(spec_of(1))
    assert pool.take(spec_of(1)) is first
    assert not laid
    for seed in (2, 3, 4, 5, 1):
        pool.take(spec_of(seed))
    assert [spec.seed for spec in laid] == [2, 3, 4, 5, 1]


def test_processes_are_kept_where_there_are_many_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    """They lay the next maps without being started again, until the pool is closed."""
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    pool = MapPool(CONFIG)
    for seed in (1, 2):
        pool.lay_ahead(spec_of(seed))
        pool.take(spec_of(seed))
    assert pool._executor is not None
    before = set(pool._executor._processes)
    pool.close()
    assert not before & {process.pid for process in multiprocessing.active_children()}


def test_another_map_is_laid_while_one_waits(pool: MapPool) -> None:
    """The one that was asked for is still there."""
    pool.lay_ahead(spec_of(7))
    assert same(pool.take(spec_of(8)), lay_map(spec_of(8), CONFIG))
    assert same(pool.take(spec_of(7)), lay_map(spec_of(7), CONFIG))
    pool.close()


def test_a_pool_whose_process_was_ended_lays_the_map_itself(pool: MapPool) -> None:
    """And the next one again in a process."""
    pool.lay_ahead(spec_of())
    assert pool._executor is not None
    for process in list(pool._executor._processes.values()):
        process.kill()
        process.join()
    assert same(pool.take(spec_of()), lay_map(spec_of(), CONFIG))
    pool.lay_ahead(spec_of(8))
    assert same(pool.take(spec_of(8)), lay_map(spec_of(8), CONFIG))
    pool.close()


def test_maps_that_nobody_will_take_are_discarded(pool: MapPool) -> None:
    """So that they are no reason to lay no others."""
    for seed in (1, 2, 3, 4):
        pool.lay_ahead(spec_of(seed))
    pool.keep({spec_of(2)})
    pool.lay_ahead(spec_of(5))
    assert set(pool._ahead) == {spec_of(2), spec_of(5)}
    assert same(pool.take(spec_of(5)), lay_map(spec_of(5), CONFIG))
    pool.close()


def test_what_is_asked_for_goes_before_spares(pool: MapPool) -> None:
    """Once a map is asked for no spare is begun; one that is there is taken, and not laid again."""
    pool.spares.want(spec_of())
    for ask_for in (pool.lay_ahead, pool.take):
        pool.spares.rest()
        ask_for(spec_of(9))
        assert not pool.spares._is_resting
    pool.spares.rest()
    assert pool.spares._thread is not None
    pool.spares._thread.join()
    seed = pool.spares.give_seed(spec_of())
    assert seed is not None
    pool.keep(set())
    pool.lay_ahead(spec_of(seed))
    assert not pool._ahead
    assert same(pool.take(spec_of(seed)), lay_map(spec_of(seed), CONFIG))
    pool.close()


def test_only_a_few_maps_wait(pool: MapPool) -> None:
    """Each takes memory."""
    for seed in range(20):
        pool.lay_ahead(spec_of(seed))
    assert len(pool._ahead) == 4
    pool.close()


@pytest.mark.parametrize("seeds", [(1,), (1, 2)], ids=["it waits", "it lays a map"])
def test_no_process_outlives_the_pool(pool: MapPool, seeds: tuple[int, ...]) -> None:
    """Closed twice, whether it lays a map or has just been told that it is not needed."""
    before = set(multiprocessing.active_children())
    for seed in seeds:
        pool.lay_ahead(spec_of(seed))
    pool.take(spec_of(1))
    pool.close()
    pool.close()
    assert set(multiprocessing.active_children()) <= before


def test_no_process_where_it_would_gain_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """On one processor."""
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    pool = MapPool(CONFIG)
    pool.lay_ahead(spec_of())
    assert pool._executor is None
