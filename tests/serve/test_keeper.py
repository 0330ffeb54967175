"""The thread that writes while its giver goes on."""

import threading
from collections.abc import Callable

import pytest
import structlog

from plitka.serve.keeper import Keeper

PATIENCE_S = 60


def test_its_giver_goes_on_and_what_is_given_next_waits() -> None:
    """One thing at a time, in the order in which they were given; the end waits for the last of them."""
    may_end, done = threading.Event(), []

    def first() -> None:
        assert may_end.wait(PATIENCE_S)
        done.append(1)

    with Keeper("keeper") as keeper:
        keeper.give(first)
        assert not done
        may_end.set()
        keeper.give(lambda: done.append(2))
        assert done[:1] == [1]
    assert done == [1, 2]


def broken() -> None:
    """Raises."""
    raise ZeroDivisionError


def nothing() -> None:
    """Does not."""


@pytest.mark.parametrize("ask", [Keeper.wait, lambda keeper: keeper.give(nothing)])
def test_what_broke_is_told_once_to_who_comes_next(ask: Callable[[Keeper], None]) -> None:
    """And it does not break what comes after it."""
    with Keeper("keeper") as keeper:
        keeper.give(broken)
        with pytest.raises(ZeroDivisionError):
            ask(keeper)
        keeper.give(nothing)


def test_what_broke_last_is_told_at_the_end() -> None:
    """So that it is not lost."""
    with pytest.raises(ZeroDivisionError), Keeper("keeper") as keeper:
        keeper.give(broken)


def test_log_lines_name_what_the_giver_names() -> None:
    """The job, for one."""
    seen: list[object] = []
    with Keeper("keeper") as keeper, structlog.contextvars.bound_contextvars(job_id="one"):
        keeper.give(lambda: seen.append(structlog.contextvars.get_contextvars()["job_id"]))
    assert seen == ["one"]
