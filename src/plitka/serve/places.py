"""How much of one kind may be open at once, of each key or address."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from plitka.errors import TooMany

_RETRY_AFTER_S = 1.0


class Places:
    """The places that each holder has; safe to use from any thread."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._taken: Counter[str] = Counter()

    @contextmanager
    def hold(self, whose: str, message: str) -> Iterator[None]:
        """Take a place of a key or an address until the end of the block.

        Args:
            whose: the key or the address.
            message: why it is refused where all are taken; `{limit}` stands for their number.

        Raises:
            TooMany: all are taken.
        """
        with self._lock:
            if self._taken[whose] >= self._limit:
                raise TooMany(message, limit=self._limit, retry_after_s=_RETRY_AFTER_S)
            self._taken[whose] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[whose] -= 1
                if not self._taken[whose]:
                    del self._taken[whose]
