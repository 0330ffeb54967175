"""A granule map that another process lays, while this one imports the libraries and loads the networks.

Both take seconds of one processor each, and neither can be shared between threads: most of it is Python.
"""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection

from plitka.core.generation import Defaults, Mode, Request
from plitka.model.guide import GranuleMap, GuideConfig, lay_map

Asked = tuple[int, int, int, GuideConfig]
"""What `lay_map` is given."""


class MapAhead:
    """One map, laid by a process that ends with it or with this one."""

    def __init__(self, *asked: *Asked) -> None:
        self._asked = asked
        # A forked process would inherit locks of threads that it does not have.
        context = get_context("spawn")
        self._answer, there = context.Pipe(duplex=False)
        self.process = context.Process(target=_lay, args=(there, asked), daemon=True)
        with _interrupts_ignored():
            self.process.start()
        there.close()

    def take(self, *asked: *Asked) -> GranuleMap | None:
        """The map, as `lay_map` would lay it; None for another one, or if the process was ended."""
        if asked != self._asked:
            return None
        try:
            granules: GranuleMap = self._answer.recv()
        except (EOFError, OSError):
            return None
        return granules


def lay_ahead(first: Request, defaults: Defaults, config: GuideConfig) -> MapAhead | None:
    """The map of a request that will come first, where there is one and a second processor to lay it on."""
    if first.mode is not Mode.GUIDED or first.guide is not None or (os.cpu_count() or 1) == 1:
        return None
    first = defaults.complete(first)
    assert first.width_px is not None
    assert first.height_px is not None
    return MapAhead(first.width_px, first.height_px, first.seed, config)


def _lay(answer: Connection, asked: Asked) -> None:
    answer.send(lay_map(*asked))


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """What is started here leaves Ctrl-C to this process, which ends it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    usual = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, usual)
