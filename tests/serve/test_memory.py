"""Memory that the system gets back."""

import gc
import sys
import weakref

import psutil
import pytest
from tests.serve.conftest import wait_until

from plitka.serve.memory import Tidier, collect_everything, give_memory_back, leave_out_of_collection

CHUNK_BYTES, N_CHUNKS = 100_000, 1000
"""Each smaller than what glibc maps by itself."""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="of glibc")
def test_what_is_free_is_given_back() -> None:
    """Also below memory that is in use, where glibc by itself keeps it."""
    process = psutil.Process()
    chunks = [b"x" * CHUNK_BYTES for _ in range(N_CHUNKS)]
    del chunks[:-1]
    n_before = process.memory_info().rss
    give_memory_back()
    assert n_before - process.memory_info().rss > 0.8 * CHUNK_BYTES * N_CHUNKS
    assert len(chunks) == 1


def test_what_ends_together_is_tidied_once() -> None:
    """And again after what ends later."""
    given_back: list[int] = []
    tidier = Tidier(lambda: given_back.append(1))
    for _ in range(100):
        tidier.soon()
    wait_until(lambda: given_back)
    n_for_many = len(given_back)
    tidier.soon()
    wait_until(lambda: len(given_back) > n_for_many)
    assert n_for_many < 50


def test_what_ends_just_before_is_tidied_too() -> None:
    """It may hold its memory a little longer than the first time."""
    given_back: list[int] = []
    tidier = Tidier(lambda: given_back.append(1))
    tidier.soon()
    tidier.soon()
    wait_until(lambda: len(given_back) == 2)


def test_what_is_in_cycles_is_collected_before_memory_is_given_back() -> None:
    """As a connection and its transport are, long before the garbage collector would come to them."""

    class Cyclic:
        own: "Cyclic | None" = None

    one = Cyclic()
    one.own, left = one, weakref.ref(one)
    gc.collect(1)
    del one
    give_memory_back()
    assert left() is None


def test_what_comes_after_is_collected_soon() -> None:
    """What was there before does not put off the rounds through everything: they come by what is new."""
    kept = [[number] for number in range(500_000)]
    try:
        leave_out_of_collection()
        n_rounds = gc.get_stats()[2]["collections"]
        more = [[number] for number in range(100_000)]
        assert gc.get_stats()[2]["collections"] > n_rounds
        assert (len(kept), len(more)) == (500_000, 100_000)
    finally:
        collect_everything()
    assert gc.get_freeze_count() == 0
