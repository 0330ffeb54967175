"""A ticket for each open job, however many are lost."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable

from plitka.core.generation import Defaults
from plitka.ray_app.bundles import Served
from plitka.ray_app.tickets import Tickets
from plitka.serve.leases import OfModel

ONE, TWO = (Served(name, f"{name}@1", Defaults()) for name in ("one", "two"))


class Painters:
    """Make a job for each ticket, after having lost the first few."""

    def __init__(self, open_jobs: Counter[str | None], n_lost: int = 0) -> None:
        self.open_jobs = open_jobs
        self.n_lost = n_lost
        self.sent: list[tuple[str, OfModel]] = []

    async def send(self, one: Served, only: OfModel) -> int:
        """As Ray would."""
        self.sent.append((one.name, only))
        await asyncio.sleep(0.01)
        if self.n_lost:
            self.n_lost -= 1
            raise ConnectionError
        for name in (one.plain_name, *((None, "gone") if only.others is not None else ())):
            if self.open_jobs[name]:
                self.open_jobs[name] -= 1
                return 1
        return 0


def tickets_of(painters: Painters) -> Tickets:
    """Over two models."""
    send: Callable[[Served, OfModel], Awaitable[int]] = painters.send
    return Tickets(lambda: painters.open_jobs, lambda: (ONE, TWO), send)


def run(painters: Painters) -> Tickets:
    """Until nothing is open any more."""
    tickets = tickets_of(painters)

    async def until_made() -> None:
        tickets.start()
        async with asyncio.timeout(30):
            while painters.open_jobs.total() or tickets.n_out:
                await asyncio.sleep(0.01)
        await tickets.stop()

    asyncio.run(until_made())
    return tickets


def test_each_job_has_one_of_its_model() -> None:
    """What names no model, or one that is not there any more, is the first one's."""
    painters = Painters(Counter({"one": 2, "two": 3, None: 1, "gone": 1}))
    run(painters)
    sent = Counter(painters.sent)
    assert sent[TWO.name, OfModel("two")] == 3
    assert sent[ONE.name, OfModel("one", ("two",))] == 4
    assert sent.total() == 7


def test_what_is_lost_is_sent_again() -> None:
    """As long as its job is open."""
    painters = Painters(Counter({"two": 4}), n_lost=3)
    run(painters)
    assert len(painters.sent) == 7


def test_a_new_job_is_told_of_at_once() -> None:
    """From any thread, and not before it starts; a stop leaves nothing behind."""
    painters = Painters(Counter())
    tickets = tickets_of(painters)
    tickets.soon()

    async def tell() -> None:
        tickets.start()
        await asyncio.sleep(0.02)
        painters.open_jobs["one"] = 1
        await asyncio.to_thread(tickets.soon)
        async with asyncio.timeout(0.2):
            while not painters.sent:
                await asyncio.sleep(0.001)
        await tickets.stop()

    asyncio.run(tell())
    assert tickets.n_out == 0
