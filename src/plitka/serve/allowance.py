"""Rate limits of keys and addresses, counted by the `limits` library in this process or in Redis.

No count goes by this machine's clock on the wall, which can be set: in this process it is the monotonic clock, in Redis
the time that a counter has left there.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import structlog
from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerMinute
from limits.errors import ConfigurationError, StorageError
from limits.storage import Storage, storage_from_string
from limits.strategies import FixedWindowRateLimiter, MovingWindowRateLimiter

from plitka.errors import InputError, TooMany
from plitka.serve import day_uses
from plitka.serve.counters import Counters
from plitka.serve.keys import Caller
from plitka.serve.settings import Settings
from plitka.serve.store import Store

log = structlog.get_logger(__name__)

_PAUSE_S = 5.0
"""After Redis did not answer it is left alone for so long; then one request finds out whether it is back."""
_MINUTE, _DAY = "make", "day"
"""Names of the counters."""
_SLACK_S = 2
"""By which a time that is left may be rounded up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """What is left of a rate limit."""

    limit: int
    remaining: int
    reset_s: int
    """Until the oldest use no longer counts."""

    @property
    def headers(self) -> dict[str, str]:
        """As the answer tells it."""
        return {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.reset_s),
        }


class Allowance:
    """The counters of all rate limits."""

    def __init__(self, settings: Settings, store: Store | None = None) -> None:
        """Open them.

        Args:
            settings: how many of what.
            store: keeps what is used up of a day, where this process counts it; None: nothing does.

        Raises:
            InputError: the URL of Redis is none, or its package is not installed.
        """
        self._settings = settings
        self._own = Counters()
        self._store = store
        self._days = threading.Lock()
        self._known_days: set[str] = set()
        """Keys whose day was read from the store."""
        try:
            self._shared: Storage = self._own
            if settings.redis_url:
                self._shared = _redis(settings.redis_url, settings.redis_timeout_s)
        except ImportError as error:
            raise InputError("Redis needs a further package; run: pip install 'plitka[redis]'") from error
        except (ConfigurationError, ValueError) as error:
            raise InputError("the URL of Redis cannot be read; write redis://host:port/number") from error
        self._breaker = threading.Lock()
        self._is_away = False
        self._ask_at = 0.0
        """When Redis may be asked again, by the monotonic clock."""

    def spend(self, caller: Caller, costs: Sequence[int] = (1,)) -> Rate:
        """Use up pictures or measurements, all or none.

        Args:
            caller: whose they are.
            costs: of each, in usual pictures; one that costs more than all that the key may have takes that.

        Raises:
            InputError: all together cost more than the key may ever have at once.
            TooMany: the key has none left; `retry_after_s` says when.
        """
        minute, day = self._limits(caller)
        for limit in (minute, day):
            if limit is not None and _sum(costs, limit) > limit.amount:
                raise InputError(
                    "these {n} pictures cost {cost} usual ones, and this key may ask for {limit} in {seconds} s; "
                    "ask for fewer, smaller or with fewer steps",
                    n=len(costs), cost=_sum(costs, limit), limit=limit.amount, seconds=limit.get_expiry(),
                )  # fmt: skip
        if day is not None:
            self._use(day, _DAY, caller.key_id, _sum(costs, day), moving=False)
        try:
            return self._use(minute, _MINUTE, caller.key_id, _sum(costs, minute), moving=True)
        except TooMany:
            if day is not None:
                self._give_back(day, _DAY, caller.key_id, _sum(costs, day))
            raise

    def give_back(self, caller: Caller, costs: Sequence[int] = (1,)) -> Rate:
        """What was used up for something that was refused is there again."""
        minute, day = self._limits(caller)
        if day is not None:
            self._give_back(day, _DAY, caller.key_id, _sum(costs, day))
        self._give_back(minute, _MINUTE, caller.key_id, _sum(costs, minute))
        return self._use(minute, _MINUTE, caller.key_id, 0, moving=True)

    def _limits(self, caller: Caller) -> tuple[RateLimitItem, RateLimitItem | None]:
        """Of a key's minute and of its day, where that has one."""
        minute = RateLimitItemPerMinute(caller.per_minute or self._settings.per_minute)
        return minute, None if caller.daily is None else RateLimitItemPerDay(caller.daily)

    def preview(self, caller: Caller) -> Rate:
        """Use up one quick render or geometry; they take no pictures from a day's.

        Raises:
            TooMany: the key has none left.
        """
        minute = RateLimitItemPerMinute(self._settings.previews_per_minute)
        return self._use(minute, "preview", caller.key_id, 1, moving=True)

    def read(self, caller: Caller) -> None:
        """Use up one request of any kind.

        Raises:
            TooMany: the key asks all the time.
        """
        self._use(RateLimitItemPerMinute(self._settings.reads_per_minute), "read", caller.key_id, 1, moving=False)

    def count_refusal(self, address: str) -> None:
        """Count a bad key from an address.

        Raises:
            TooMany: this address has tried too many.
        """
        item = RateLimitItemPerMinute(self._settings.refusals_per_minute)
        self._use(item, "refuse", address, 1, moving=False)

    def _use(self, item: RateLimitItem, kind: str, whose: str, n: int, *, moving: bool) -> Rate:
        if self._shared is not self._own and self._may_ask():
            try:
                rate = self._count(self._shared, item, kind, whose, n, moving=moving)
            except StorageError as error:
                self._note(is_away=True, error=type(error).__name__)
            except TooMany:
                self._note(is_away=False)
                raise
            else:
                self._note(is_away=False)
                return rate
        return self._count_own(item, kind, whose, n, moving=moving)

    def _give_back(self, item: RateLimitItem, kind: str, whose: str, n: int) -> None:
        """Count less where it was counted; a Redis that is away keeps it until its window ends."""
        key = item.key_for(kind, whose)
        if self._shared is not self._own and self._may_ask():
            try:
                if self._shared.get(key) >= n:
                    self._shared.incr(key, item.get_expiry(), -n)
            except StorageError as error:
                self._note(is_away=True, error=type(error).__name__)
        self._own.give_back(key, n)
        if kind == _DAY:
            self._keep_day(key, whose)

    def _count_own(self, item: RateLimitItem, kind: str, whose: str, n: int, *, moving: bool) -> Rate:
        """In this process; of a day also in the database, where that is."""
        if kind != _DAY or self._store is None:
            return self._count(self._own, item, kind, whose, n, moving=moving)
        with self._days:
            key = item.key_for(kind, whose)
            if key not in self._known_days:
                used, left_s = day_uses.find(self._store, whose)
                if left_s > 0:
                    self._own.restore(key, used, left_s)
                self._known_days.add(key)
            rate = self._count(self._own, item, kind, whose, n, moving=moving)
            self._keep_day(key, whose)
            return rate

    def _keep_day(self, key: str, whose: str) -> None:
        if self._store is not None:
            used, left_s = self._own.left(key)
            day_uses.keep(self._store, whose, used, left_s)

    def _may_ask(self) -> bool:
        """Whether to count in Redis; after a failure of it, one request at a time finds out whether it is back."""
        with self._breaker:
            now = time.monotonic()
            if self._is_away and now < self._ask_at:
                return False
            self._ask_at = now + _PAUSE_S
            return True

    def _note(self, *, is_away: bool, **told: str) -> None:
        with self._breaker:
            was_away, self._is_away = self._is_away, is_away
            self._ask_at = time.monotonic() + _PAUSE_S
        if is_away and not was_away:
            log.warning("redis_away", **told)
        elif was_away and not is_away:
            log.info("redis_back")

    def _count(self, storage: Storage, item: RateLimitItem, kind: str, whose: str, n: int, *, moving: bool) -> Rate:
        # In Redis a moving window would be one of the clocks on the walls of all services.
        is_moving = moving and storage is self._own
        counter = MovingWindowRateLimiter(storage) if is_moving else FixedWindowRateLimiter(storage)
        is_allowed = counter.hit(item, kind, whose, cost=n)
        window = counter.get_window_stats(item, kind, whose)
        reset_s = max(1, round(window.reset_time - time.time()))
        if reset_s > item.get_expiry() + _SLACK_S:  # the clock of Redis's own machine was set back
            counter.clear(item, kind, whose)
            return self._count(self._own, item, kind, whose, n, moving=moving)
        if not is_allowed:
            if not is_moving:  # which has counted what it refuses
                storage.incr(item.key_for(kind, whose), item.get_expiry(), -n)
            raise _too_many(item, n, reset_s)
        return Rate(limit=item.amount, remaining=window.remaining, reset_s=reset_s)


def _too_many(item: RateLimitItem, n: int, wait_s: int) -> TooMany:
    """What a caller is told whose work counts as `n` and finds too little left."""
    if n > 1:
        return TooMany(
            "this key may ask {limit} times in {seconds} s, and this counts as {n}; ask again in {wait} s",
            limit=item.amount, seconds=item.get_expiry(), n=n, wait=wait_s, retry_after_s=float(wait_s),
        )  # fmt: skip
    return TooMany(
        "this key may ask {limit} times in {seconds} s; ask again in {wait} s",
        limit=item.amount, seconds=item.get_expiry(), wait=wait_s, retry_after_s=float(wait_s),
    )  # fmt: skip


def _sum(costs: Sequence[int], item: RateLimitItem) -> int:
    """What some works cost of a limit; no single one costs more than the whole."""
    return sum(min(cost, item.amount) for cost in costs)


def _redis(url: str, timeout_s: float) -> Storage:
    """The counters in Redis; each answer is waited for once and not for long."""
    options: dict[str, Any] = {"socket_timeout": timeout_s, "socket_connect_timeout": timeout_s}
    if url.startswith("redis"):
        from redis.backoff import NoBackoff  # noqa: PLC0415  (need not be installed)
        from redis.retry import Retry  # noqa: PLC0415  (as above)

        options["retry"] = Retry(NoBackoff(), 0)
    return cast("Storage", storage_from_string(url, wrap_exceptions=True, **options))
