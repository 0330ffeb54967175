"""What a painter has recorded of its networks, by part and kind, and what happens where that fails.

A kind whose recording fails runs module by module from then on, with one warning. Where memory runs out, all recordings
are given up.
"""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar

import structlog
import torch

from plitka.model.capture import new_pool

log = structlog.get_logger(__name__)

_R = TypeVar("_R")
_KEPT = 24
"""Recordings at most: of each size that is asked for there are some, and the oldest makes way."""


class Recordings:
    """Recordings of one painter, which share their memory: one piece of work runs at a time."""

    def __init__(self, device: torch.device) -> None:
        self._pool = new_pool(device)
        self._made: dict[tuple[str, Hashable], Any] = {}
        self._is_given_up = False
        self._elsewhere: list[Recordings] = []

    def elsewhere(self, device: torch.device) -> "Recordings":
        """Recordings of the same painter on another device, given up with these."""
        self._elsewhere.append(Recordings(device))
        return self._elsewhere[-1]

    def of(self, part: str, kind: Hashable, record: Callable[[Any], _R]) -> _R | None:
        """The recording of one kind of work; None where the plain path has to do.

        Args:
            part: of the painter, for the log.
            kind: what sets it apart from the part's others.
            record: makes it in that pool of memory, if there is none yet.
        """
        if self._is_given_up:
            return None
        key = part, kind
        found: _R | None = self._made.pop(key) if key in self._made else self._tried(key, record)
        while len(self._made) >= _KEPT:
            del self._made[next(iter(self._made))]
        self._made[key] = found
        return found

    def _tried(self, key: tuple[str, Hashable], record: Callable[[Any], _R]) -> _R | None:
        try:
            return record(self._pool)
        except Exception as error:
            log.warning("fast_path_failed", part=key[0], kind=key[1], reason=str(error), error=type(error).__name__)
            return None

    def __len__(self) -> int:
        """How many kinds of work have been asked for, those that failed included."""
        return len(self._made) + sum(map(len, self._elsewhere))

    def give_up(self) -> None:
        """Forget them, and make no more: their memory is needed."""
        self._is_given_up = True
        self._made.clear()
        for one in self._elsewhere:
            one.give_up()
