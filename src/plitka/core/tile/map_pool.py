"""Granule maps that another process lays ahead of need, while this one loads networks or paints.

Laying a map is mostly Python, so threads of one process cannot share it with the work beside it.
"""

import multiprocessing
import os
import threading
from collections.abc import Collection
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool

from plitka.core.tile.child_process import follow_parent, interrupts_ignored
from plitka.core.tile.granule_map import GranuleMap, GuideConfig, MapSpec, lay_map
from plitka.core.tile.spare_maps import SpareMaps

_MAX_AHEAD = 4
"""Maps that are laid and not yet taken, where fewer processes lay them: each has some 30 MB at 1024 px."""
_KEPT = 4
"""Maps kept after they were taken: another recipe with the same seed lies on the same granules."""
_PROCESSORS_PER_PROCESS, _MOST_PROCESSES = 2, 8
"""A fast painter takes a map every 0.4 s, and one process lays one in 1 to 2.5 s. Each is started when it is needed."""


class MapPool:
    """Processes that lay maps; none is started before the first map is asked for."""

    def __init__(self, config: GuideConfig, n_processes: int | None = None) -> None:
        """Prepare; no process is started.

        Args:
            config: how maps are laid.
            n_processes: at once; None: one, or more where there are many processors.
        """
        self.config = config
        self.spares = SpareMaps(config)
        usual = max(1, min((os.cpu_count() or 1) // _PROCESSORS_PER_PROCESS, _MOST_PROCESSES))
        self._n_processes = n_processes or usual
        self._max_ahead = max(_MAX_AHEAD, self._n_processes)
        self._kept: dict[MapSpec, GranuleMap] = {}
        self._lock = threading.Lock()  # what is laid ahead and what is taken may be told by two threads
        self._executor: ProcessPoolExecutor | None = None
        self._ahead: dict[MapSpec, Future[GranuleMap]] = {}
        self._endings: list[threading.Thread] = []

    def lay_ahead(self, spec: MapSpec) -> None:
        """Have a map laid that will be taken; nothing happens where there is no second processor for it."""
        self.spares.wake()
        with self._lock:
            if self._is_known(spec) or len(self._ahead) >= self._max_ahead or (os.cpu_count() or 1) == 1:
                return
            if self._executor is None:
                # A forked process would inherit locks of threads that it does not have.
                fresh = multiprocessing.get_context("spawn")
                self._executor = ProcessPoolExecutor(self._n_processes, mp_context=fresh, initializer=follow_parent)
            try:
                with interrupts_ignored():
                    self._ahead[spec] = self._executor.submit(lay_map, spec, self.config)
            except BrokenProcessPool:
                self._executor = None

    def keep(self, specs: Collection[MapSpec]) -> None:
        """Discard the maps laid ahead that are none of these: nobody will take them any more."""
        with self._lock:
            for spec in [spec for spec in self._ahead if spec not in specs]:
                self._ahead.pop(spec).cancel()

    def take(self, spec: MapSpec) -> GranuleMap:
        """The map: one that was laid before, else laid here and now. It is not to be written to."""
        self.spares.wake()
        with self._lock:
            granules, ahead = self._kept.pop(spec, None), self._ahead.pop(spec, None)
        granules = granules or self.spares.take(spec) or self._laid(spec, ahead)
        with self._lock:
            while len(self._kept) >= _KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[spec] = granules
            if ahead is not None and not self._ahead and self._n_processes == 1:
                self._end()  # an idle process would only hold memory
        return granules

    def _is_known(self, spec: MapSpec) -> bool:
        return spec in self._ahead or spec in self._kept or spec in self.spares

    def _laid(self, spec: MapSpec, ahead: Future[GranuleMap] | None) -> GranuleMap:
        """The map, from where it is laid already, else from here."""
        if ahead is None:
            return lay_map(spec, self.config)
        try:
            return ahead.result()
        except BrokenProcessPool:
            with self._lock:
                self._executor = None
            return lay_map(spec, self.config)

    def close(self) -> None:
        """End the processes and wait for it; all maps are discarded."""
        self.spares.close()
        self._ahead.clear()
        self._kept.clear()
        self._end()
        for ending in self._endings:
            ending.join()

    def _end(self) -> None:
        """Have the processes end, without waiting for it."""
        if self._executor is None:
            return
        ending = threading.Thread(target=self._executor.shutdown, kwargs={"cancel_futures": True}, daemon=True)
        ending.start()
        self._endings = [one for one in self._endings if one.is_alive()] + [ending]
        self._executor = None
