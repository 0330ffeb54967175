"""Work that is shared by processes, each piece without regard to the others."""

import multiprocessing
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from typing import TypeVar

from plitka.core.tile.child_process import follow_parent

Piece = TypeVar("Piece")
Done = TypeVar("Done")


def work_off(work: Callable[[Piece], Done], pieces: Iterable[Piece], jobs: int) -> Iterator[Done]:
    """What becomes of each piece, as it becomes ready.

    Args:
        work: a function that can be sent to another process, as a module's own or a `functools.partial` of it.
        pieces: what it takes.
        jobs: processes at work; 1 works in this one.
    """
    if jobs == 1:
        yield from map(work, pieces)
        return
    # A forked child would inherit locks that are held by threads which it does not have.
    fresh = multiprocessing.get_context("spawn")
    others = set(multiprocessing.active_children())
    with ProcessPoolExecutor(jobs, mp_context=fresh, initializer=follow_parent) as pool:
        made: list[Future[Done]] = [pool.submit(work, piece) for piece in pieces]
        try:
            for future in as_completed(made):
                yield future.result()
        except BaseException:
            # A piece may take long, and nobody waits for it any more.
            for worker in set(multiprocessing.active_children()) - others:
                worker.terminate()
            raise
