"""What a painter has in memory; how it paints is seen in test_application.py."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.serve.fast_engine import FastEngine

from plitka.serve.leases import OfModel


@dataclass(slots=True)
class Closed(FastEngine):
    """Counts how often it is closed."""

    n_closed: int = 0

    def close(self) -> None:
        """Once more."""
        self.n_closed += 1


def test_an_engine_that_is_put_out_is_closed_once() -> None:
    """Though Ray and Python each say so."""
    from plitka.ray_app.painter import _Loaded

    engine = Closed()
    with ThreadPoolExecutor(1) as thread:
        loaded = _Loaded(engine, lambda one: thread.submit(one.close))
        loaded.__del__()
        loaded.__del__()
    assert engine.n_closed == 1
    assert loaded.engine is None


def test_tickets_for_the_same_are_the_same() -> None:
    """So that those which come together are made together."""
    from plitka.ray_app.painter import Ticket, most_in_work

    given = [Ticket(model=f"{name}@1", reference=name, only=OfModel(name)) for name in "aba"]
    assert len(set(given)) == 2
    assert most_in_work(4) > 4
