"""Steps that are told when the device has done them, while it already works on the next, so that it never waits.

A device is given work far faster than it does it. Told as they are given, all steps of a picture would be over at once,
and none of them could be stopped.
"""

from collections import deque
from collections.abc import Iterable, Iterator

import torch

from plitka.model.sampler import Step

_AHEAD = 1
"""Steps that the device has been given beyond the one that is waited for."""


def paced(steps: Iterable[Step], device: torch.device) -> Iterator[Step]:
    """The same steps, each once it is done."""
    if device.type != "cuda":
        yield from steps
        return
    given: deque[tuple[Step, torch.cuda.Event]] = deque()
    for step in steps:
        event = torch.cuda.Event(blocking=True)  # type: ignore[no-untyped-call]
        event.record()
        given.append((step, event))
        if len(given) > _AHEAD:
            yield _done(given)
    while given:
        yield _done(given)


def _done(given: deque[tuple[Step, torch.cuda.Event]]) -> Step:
    step, event = given.popleft()
    event.synchronize()
    return step
