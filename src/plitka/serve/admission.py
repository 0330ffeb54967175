"""Whether new work is taken now: by the state of the service, by the room in its queue, and by the operator's caps."""

from plitka.errors import InputError, TooMany, Unavailable
from plitka.serve.keys import Caller
from plitka.serve.life import Life
from plitka.serve.orders import Order
from plitka.serve.settings import Settings

_RETRY_S = 10.0
_PAUSED_RETRY_S = 60.0
_LARGEST_PART = 4
"""At most every fourth place of a queue is kept for quiet keys."""


def check_life(life: Life, settings: Settings, *, is_paused: bool = False) -> None:
    """Raise Unavailable where the service stops, has failed, or is paused."""
    if life.is_ending:
        raise Unavailable("the service is stopping; ask again in a moment", retry_after_s=settings.drain_s)
    if life is Life.FAILED:
        raise Unavailable("the service has failed; its operator must look at it", retry_after_s=60.0)
    if is_paused:
        raise Unavailable("the operator has paused the service; ask again later", retry_after_s=_PAUSED_RETRY_S)


def check_queue(settings: Settings, n_jobs: int, *, n_waiting: int, n_own: int) -> None:
    """Find out whether some more jobs of a key can wait.

    Args:
        settings: how many may.
        n_jobs: how many more.
        n_waiting: of all keys.
        n_own: of this key.

    Raises:
        Unavailable: the queue is full, or what is left of it is for keys that have no job waiting.
        TooMany: the key has enough jobs waiting.
    """
    limit, of_key = settings.queue_limit, settings.key_queue_limit
    if n_waiting + n_jobs > limit:
        raise Unavailable(
            "{limit} pictures are waiting, and no more can; ask again later", limit=limit, retry_after_s=_RETRY_S
        )
    if n_own + n_jobs > of_key:
        raise TooMany(
            "{limit} pictures of this key are waiting, and no more can; wait for one of them",
            limit=of_key,
            retry_after_s=_RETRY_S,
        )
    if n_own and n_waiting + n_jobs > limit - quiet_places(settings):
        raise Unavailable(
            "the last places of the queue are for keys that have none in it; wait for one of your pictures",
            retry_after_s=_RETRY_S,
        )


def check_concurrency(caller: Caller, n_jobs: int, n_open: int) -> None:
    """Raise TooMany where a key would have more jobs open, made or waiting, than it may."""
    if caller.concurrency is not None and n_open + n_jobs > caller.concurrency:
        raise TooMany(
            "this key may have {limit} pictures made or waiting at once; wait for one of them",
            limit=caller.concurrency,
            retry_after_s=_RETRY_S,
        )


def quiet_places(settings: Settings) -> int:
    """How many places of the queue are kept for keys that have no job waiting."""
    return min(settings.quiet_places, settings.queue_limit // _LARGEST_PART)


def check_caps(order: Order, settings: Settings) -> None:
    """Raise InputError for an order that names more than the operator allows."""
    side_px = max(order.width_px or 0, order.height_px or 0)
    for name, asked, most in (("steps", order.steps or 0, settings.max_steps), ("size", side_px, settings.max_side_px)):
        if most and asked > most:
            raise InputError("{name} may be at most {most} here, not {asked}", name=name, most=most, asked=asked)
    if order.tolerance is not None and order.tolerance < settings.min_tolerance:
        raise InputError(
            "{name} may be at least {least:g} here, not {asked:g}",
            name="tolerance",
            least=settings.min_tolerance,
            asked=order.tolerance,
        )
