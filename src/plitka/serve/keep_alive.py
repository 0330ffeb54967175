"""Signs of life in a stream that has nothing to tell: proxies close what is silent, often after a minute or less."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import TypeVar

SIGN_EVERY_S = 10.0
_T = TypeVar("_T")


async def with_signs(items: AsyncIterator[_T], sign: _T, every_s: float = SIGN_EVERY_S) -> AsyncIterator[_T]:
    """The items as they come, and the sign whenever none has come for so long.

    Who ends it early ends the iterator as well, by cancelling what it waits for.
    """
    coming: asyncio.Future[_T] | None = None
    try:
        while True:
            coming = coming or asyncio.ensure_future(_next(items))
            if not (await asyncio.wait({coming}, timeout=every_s))[0]:
                yield sign
                continue
            try:
                item = coming.result()
            except StopAsyncIteration:
                return
            coming = None
            yield item
    finally:
        if coming is not None and not coming.done():
            coming.cancel()
            with suppress(asyncio.CancelledError):
                await coming
        close = getattr(items, "aclose", None)
        if close is not None:
            await close()


async def _next(items: AsyncIterator[_T]) -> _T:
    return await anext(items)
