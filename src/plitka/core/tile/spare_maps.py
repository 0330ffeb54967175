"""Granule maps of seeds that nobody has asked for yet: a picture whose seed is left open can have one of them.

Decisions:
* Only whole maps are given: one that is half laid might be waited for longer than a new one.
* They are laid while nothing is asked for, one at a time, by a process of their own. It takes what others leave of the
  processors, so that a map which is half laid when a picture is begun holds up nothing, and ends when all are laid.
* A kind is what a map depends on but for its seed. Those of the last kinds whose seed was left open are laid: who names
  seeds gains nothing by others.
"""

import multiprocessing
import os
import secrets
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess

from plitka.core.generation import RANDOM_SEED_LIMIT
from plitka.core.tile.child_process import follow_parent, interrupts_ignored
from plitka.core.tile.granule_map import GranuleMap, GuideConfig, MapSpec, lay_map

_SPARES, _KINDS = 4, 2
"""Maps altogether, and kinds of them. By count: each has some 30 MB at 1024 px, 120 MB where pictures are largest."""
_NICENESS = 19


class SpareMaps:
    """A few maps, each with a seed of its own; safe on any thread."""

    def __init__(self, config: GuideConfig) -> None:
        """Prepare; nothing is laid."""
        self._config = config
        n_processors = os.cpu_count() or 1
        self._limit = _SPARES if n_processors > 2 else n_processors - 1  # of two, the first is for what is asked for
        self._lock = threading.Lock()
        self._kinds: list[MapSpec] = []
        """With the seed 0, the last one at the end."""
        self._spare: dict[MapSpec, GranuleMap] = {}
        self._given: dict[MapSpec, GranuleMap] = {}
        """Whose seed was given, and which are not yet taken."""
        self._is_resting = False
        self._thread: threading.Thread | None = None
        self._process: BaseProcess | None = None

    def want(self, spec: MapSpec) -> None:
        """Maps of this kind are of use, whatever its seed."""
        with self._lock:
            self._want(_kind_of(spec))

    def give_seed(self, spec: MapSpec) -> int | None:
        """A seed of which a map of this kind is laid, which nobody else is given; None: there is none."""
        kind = _kind_of(spec)
        with self._lock:
            self._want(kind)
            found = next((one for one in self._spare if _kind_of(one) == kind), None)
            if found is None:
                return None
            self._given[found] = self._spare.pop(found)
            return found.seed

    def __contains__(self, spec: MapSpec) -> bool:
        with self._lock:
            return spec in self._given or spec in self._spare

    def take(self, spec: MapSpec) -> GranuleMap | None:
        """The map, where it is laid; it is no spare any more."""
        with self._lock:
            return self._given.pop(spec, None) or self._spare.pop(spec, None)

    def rest(self) -> None:
        """Nothing is asked for: lay what is wanted, until `wake`."""
        with self._lock:
            self._is_resting = True
            if self._thread is None and self._find_kind() is not None:
                self._thread = threading.Thread(target=self._lay, name="spare-maps", daemon=True)
                self._thread.start()

    def wake(self) -> None:
        """Something is asked for: begin no other map."""
        with self._lock:
            self._is_resting = False

    @property
    def is_laying(self) -> bool:
        """Whether a map is being laid."""
        return self._thread is not None

    def close(self) -> None:
        """End the process at once; all maps are discarded, and none is laid any more."""
        with self._lock:
            self._limit = 0
            self._spare.clear()
            self._given.clear()
            thread = self._thread
            if self._process is not None:
                self._process.kill()
        if thread is not None:
            thread.join()

    # With the lock held

    def _want(self, kind: MapSpec) -> None:
        self._kinds = [*(one for one in self._kinds if one != kind), kind][-min(_KINDS, max(1, self._limit)) :]
        self._spare = {spec: granules for spec, granules in self._spare.items() if _kind_of(spec) in self._kinds}

    def _find_kind(self) -> MapSpec | None:
        """Of which a map is to be laid next: the last kind that has not as many as any other may have."""
        n_laid = Counter(map(_kind_of, self._spare))
        share = self._limit // max(1, len(self._kinds))
        return next((kind for kind in reversed(self._kinds) if n_laid[kind] < share), None)

    def _make_room(self) -> None:
        """For one more: given ones whose picture did not come go first, then those of a kind that has most."""
        while len(self._spare) + len(self._given) >= self._limit:
            if self._given:
                del self._given[next(iter(self._given))]
                continue
            most, _ = Counter(map(_kind_of, self._spare)).most_common(1)[0]
            del self._spare[next(spec for spec in self._spare if _kind_of(spec) == most)]

    # The thread

    def _lay(self) -> None:
        """Have one map after another laid, while all rests."""
        while self._goes_on():
            try:
                with self._process_of_its_own() as process:
                    while (spec := self._next()) is not None:
                        process.send(spec)
                        self._put(spec, process.recv())
            except (EOFError, OSError):  # somebody has ended it, or there is no room for it
                self.wake()

    def _goes_on(self) -> bool:
        with self._lock:
            if self._is_resting and self._find_kind() is not None:
                return True
            self._thread = None
            return False

    def _next(self) -> MapSpec | None:
        """The map to be laid now; None: there is none."""
        with self._lock:
            kind = self._find_kind() if self._is_resting else None
            if kind is None:
                return None
            self._make_room()
            return replace(kind, seed=secrets.randbelow(RANDOM_SEED_LIMIT))

    def _put(self, spec: MapSpec, granules: GranuleMap) -> None:
        with self._lock:
            if self._limit and _kind_of(spec) in self._kinds:
                self._spare[spec] = granules

    @contextmanager
    def _process_of_its_own(self) -> Iterator[Connection]:
        """Where specs are sent to, and maps come from."""
        # A forked process would inherit locks of threads that it does not have.
        fresh = multiprocessing.get_context("spawn")
        ours, its = fresh.Pipe()
        process = fresh.Process(target=_lay_what_comes, args=(its, self._config), daemon=True)
        with ours:
            with its, interrupts_ignored():
                process.start()
            self._process = process
            try:
                yield ours
            finally:
                with self._lock:  # whoever ends it meanwhile must not end another of its number
                    self._process = None
                process.kill()
                process.join()


def _kind_of(spec: MapSpec) -> MapSpec:
    return replace(spec, seed=0)


def _lay_what_comes(specs: Connection, config: GuideConfig) -> None:
    """The process: a map for each spec, until the other end closes."""
    follow_parent()
    if hasattr(os, "nice"):
        os.nice(_NICENESS)
    with suppress(EOFError, OSError):
        while True:
            specs.send(lay_map(specs.recv(), config))
