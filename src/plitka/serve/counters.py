"""The counters of rate limits within this process, by a clock that nobody can set.

`limits` has such a storage, which goes by the clock on the wall: set back by a day, a key that had used up its minute
is locked out for that day; set on, it may ask anew at once.
"""

import threading
import time
from collections import deque
from dataclasses import dataclass, field

from limits.storage import MovingWindowSupport, Storage

_TIDY_EVERY_S = 60.0


@dataclass(slots=True)
class _Window:
    """A count that begins with its first use and ends at a moment."""

    ends_at: float
    n: int


@dataclass(slots=True)
class _Uses:
    """Those of a key that count, the oldest first: when each ends, and how many."""

    each: deque[_Window] = field(default_factory=deque)
    n: int = 0

    def end(self, now: float) -> None:
        """Leave out what counts no longer."""
        while self.each and self.each[0].ends_at <= now:
            self.n -= self.each.popleft().n


class Counters(Storage, MovingWindowSupport):
    """`limits` calls it; safe to use from any thread."""

    STORAGE_SCHEME = None

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._fixed: dict[str, _Window] = {}
        self._moving: dict[str, _Uses] = {}
        self._tidied_at = time.monotonic()

    @property
    def base_exceptions(self) -> tuple[type[Exception], ...]:
        """What it raises of itself: nothing."""
        return ()

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count, in a window of `expiry` seconds from the first use; how many there are."""
        now = time.monotonic()
        with self._lock:
            self._tidy(now)
            window = self._fixed.get(key)
            if window is None or window.ends_at <= now:
                window = self._fixed[key] = _Window(now + expiry, 0)
            window.n += amount
            return window.n

    def left(self, key: str) -> tuple[int, float]:
        """How many there are in the window, and the seconds until its end; (0, 0) where there is none."""
        with self._lock:
            window = self._fixed.get(key)
            left_s = 0.0 if window is None else max(0.0, window.ends_at - time.monotonic())
            return (window.n, left_s) if window is not None and left_s else (0, 0.0)

    def restore(self, key: str, n: int, left_s: float) -> None:
        """Go on with a window that an earlier process has begun, unless there is one."""
        with self._lock:
            self._fixed.setdefault(key, _Window(time.monotonic() + left_s, n))

    def give_back(self, key: str, amount: int) -> None:
        """Count so many less, the newest first, in the window of either kind."""
        with self._lock:
            window, uses = self._fixed.get(key), self._moving.get(key)
            if window is not None:
                window.n = max(0, window.n - amount)
            while uses is not None and uses.each and amount > 0:
                newest = uses.each[-1]
                n = min(newest.n, amount)
                newest.n, uses.n, amount = newest.n - n, uses.n - n, amount - n
                if not newest.n:
                    uses.each.pop()

    def get(self, key: str) -> int:
        """How many there are in the window."""
        with self._lock:
            window = self._fixed.get(key)
            return window.n if window is not None and window.ends_at > time.monotonic() else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, in seconds since 1970 as the clock stands now."""
        with self._lock:
            window = self._fixed.get(key)
            return time.time() + max(0.0, window.ends_at - time.monotonic() if window is not None else 0.0)

    def acquire_entry(self, key: str, limit: int, expiry: int, amount: int = 1) -> bool:
        """Count, unless there were more than `limit` within the last `expiry` seconds."""
        now = time.monotonic()
        with self._lock:
            self._tidy(now)
            uses = self._moving.setdefault(key, _Uses())
            uses.end(now)
            if uses.n + amount > limit:
                return False
            if amount:
                uses.each.append(_Window(now + expiry, amount))
                uses.n += amount
            return True

    def get_moving_window(self, key: str, limit: int, expiry: int) -> tuple[float, int]:
        """When the oldest use was, in seconds since 1970 as the clock stands now, and how many there are."""
        del limit
        now = time.monotonic()
        with self._lock:
            uses = self._moving.get(key, _Uses())
            uses.end(now)
            age_s = now - (uses.each[0].ends_at - expiry) if uses.n else 0.0
            return time.time() - age_s, uses.n

    def check(self) -> bool:
        """It is always there."""
        return True

    def reset(self) -> int:
        """Forget everything; how many keys there were."""
        with self._lock:
            n_keys = len(self._fixed) + len(self._moving)
            self._fixed.clear()
            self._moving.clear()
            return n_keys

    def clear(self, key: str) -> None:
        """Forget a key."""
        with self._lock:
            self._fixed.pop(key, None)
            self._moving.pop(key, None)

    def _tidy(self, now: float) -> None:
        """Forget, now and then, whom nobody asks for any more: there are as many addresses as a flood has."""
        if now - self._tidied_at < _TIDY_EVERY_S:
            return
        self._tidied_at = now
        self._fixed = {key: window for key, window in self._fixed.items() if window.ends_at > now}
        for uses in self._moving.values():
            uses.end(now)
        self._moving = {key: uses for key, uses in self._moving.items() if uses.n}
