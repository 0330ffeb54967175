"""Maps of seeds that nobody has asked for yet."""

import multiprocessing
import time
from collections.abc import Iterator
from dataclasses import replace
from multiprocessing.process import BaseProcess

import pytest
from tests.core.flat_painter import FEW_SHAPES
from tests.core.tile.test_map_pool import same, spec_of

from plitka.core.generation import RANDOM_SEED_LIMIT
from plitka.core.scene import Lighting
from plitka.core.tile.granule_map import MapSpec, lay_map
from plitka.core.tile.spare_maps import SpareMaps

PLAIN = spec_of()
SUNNY = replace(PLAIN, light=Lighting.SUN)
WET = replace(PLAIN, wet=True)


@pytest.fixture
def n_processors() -> int:
    """As many as take nothing away."""
    return 8


@pytest.fixture
def spares(monkeypatch: pytest.MonkeyPatch, n_processors: int) -> Iterator[SpareMaps]:
    """On a machine of so many processors."""
    monkeypatch.setattr("os.cpu_count", lambda: n_processors)
    one = SpareMaps(FEW_SHAPES)
    yield one
    one.close()


def await_thread(spares: SpareMaps) -> None:
    """Until nothing is laid any more."""
    if (thread := spares._thread) is not None:
        thread.join()


def rest(spares: SpareMaps) -> None:
    """Until all is laid that may be."""
    spares.rest()
    await_thread(spares)


def process_of(spares: SpareMaps) -> BaseProcess:
    """The one that lays maps, once it is there."""
    while (process := spares._process) is None:
        assert spares.is_laying
        time.sleep(0.001)
    return process


def given(spares: SpareMaps, spec: MapSpec) -> list[int]:
    """All seeds that there are of a kind."""
    return list(iter(lambda: spares.give_seed(spec), None))


def test_each_seed_is_given_once_and_has_the_map_that_it_always_has(spares: SpareMaps) -> None:
    """A few, of the range that random seeds have; the map is there until it is taken."""
    spares.want(PLAIN)
    rest(spares)
    seeds = given(spares, PLAIN)
    assert len(set(seeds)) == len(seeds) == 4
    for seed in seeds:
        spec = replace(PLAIN, seed=seed)
        assert 0 <= seed < RANDOM_SEED_LIMIT
        assert spec in spares
        laid = spares.take(spec)
        assert laid is not None
        assert same(laid, lay_map(spec, FEW_SHAPES))
        assert spares.take(spec) is None
    rest(spares)
    assert not {*given(spares, PLAIN)} & {*seeds}


def test_who_names_a_spares_seed_has_its_map(spares: SpareMaps) -> None:
    """And nobody else is given that seed."""
    spares.want(PLAIN)
    rest(spares)
    spec = next(iter(spares._spare))
    assert spares.take(spec) is not None
    assert spec.seed not in given(spares, PLAIN)


def test_nothing_is_laid_unless_it_rests_and_something_is_of_use(spares: SpareMaps) -> None:
    """No process is started before; once something is asked for, at most what was begun is laid."""
    rest(spares)
    assert spares.give_seed(PLAIN) is None
    assert not spares.is_laying
    spares.rest()
    spares.wake()
    await_thread(spares)
    assert len(spares._spare) <= 1


@pytest.mark.parametrize(("n_processors", "n_spares"), [(1, 0), (2, 1), (3, 4)])
def test_as_many_as_the_machine_has_room_for(spares: SpareMaps, n_processors: int, n_spares: int) -> None:
    """None where a processor would be taken from what is asked for."""
    spares.want(PLAIN)
    rest(spares)
    assert len(given(spares, PLAIN)) == n_spares, n_processors


def test_the_last_two_kinds_share_the_room(spares: SpareMaps) -> None:
    """A third one takes the first one's; a look is another kind, as a size is."""
    spares.want(PLAIN)
    rest(spares)
    spares.want(SUNNY)
    rest(spares)
    assert [sum(one.light is light for one in spares._spare) for light in (PLAIN.light, SUNNY.light)] == [2, 2]
    assert spares.give_seed(WET) is None
    rest(spares)
    assert [len(given(spares, one)) for one in (WET, SUNNY)] == [2, 2]
    assert spares.give_seed(PLAIN) is None


def test_a_map_that_is_not_taken_makes_room(spares: SpareMaps) -> None:
    """An order may be refused once its seed is settled: never are there more than four."""
    spares.want(PLAIN)
    for _ in range(3):
        rest(spares)
        assert len(spares._spare) + len(spares._given) == 4
        assert spares.give_seed(PLAIN) is not None


def test_a_process_that_was_ended_is_started_again(spares: SpareMaps) -> None:
    """When it next rests."""
    spares.want(PLAIN)
    spares.rest()
    process_of(spares).kill()
    await_thread(spares)
    rest(spares)
    assert spares.give_seed(PLAIN) is not None


@pytest.mark.parametrize("is_begun", [True, False])
def test_no_process_outlives_it(spares: SpareMaps, *, is_begun: bool) -> None:
    """Closed twice, while it lays a map or while it starts to; nothing is laid any more."""
    before = set(multiprocessing.active_children())
    spares.want(replace(PLAIN, width_px=2048, height_px=2048, field_mm=600))
    spares.rest()
    if is_begun:
        process_of(spares)
    spares.close()
    spares.close()
    rest(spares)
    assert set(multiprocessing.active_children()) <= before
    assert not spares._spare


def test_no_process_stays_when_all_is_laid(spares: SpareMaps) -> None:
    """It would only hold memory."""
    before = set(multiprocessing.active_children())
    spares.want(PLAIN)
    rest(spares)
    assert set(multiprocessing.active_children()) <= before
