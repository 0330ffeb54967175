"""Turns: one at a time, and the keys in turn."""

import asyncio

from plitka.serve.turns import Turns


def test_keys_take_turns() -> None:
    """However many of one key wait, the next of another key comes after one of them."""

    async def run() -> list[str]:
        turns, done = Turns(), []

        async def decode(name: str) -> None:
            async with turns.hold(name[0]):
                await asyncio.sleep(0)
                done.append(name)

        names = ["a1", "a2", "a3", "a4", "b1", "c1"]
        await asyncio.gather(*(decode(name) for name in names))
        return done

    assert asyncio.run(run()) == ["a1", "a2", "b1", "c1", "a3", "a4"]


def test_who_leaves_while_waiting_holds_nobody_up() -> None:
    """Before the turn came, and in the moment in which it did."""

    async def run() -> None:
        turns, release = Turns(), asyncio.Event()

        async def decode(name: str) -> None:
            async with turns.hold(name):
                await release.wait()

        tasks = [asyncio.create_task(decode(name)) for name in "abcd"]
        await asyncio.sleep(0)
        tasks[1].cancel()
        await asyncio.sleep(0)
        release.set()
        await asyncio.sleep(0)  # the turn is c's now, which has not run since
        tasks[2].cancel()
        async with asyncio.timeout(20):
            await asyncio.gather(*tasks, return_exceptions=True)
            async with turns.hold("e"):
                pass

    asyncio.run(run())
