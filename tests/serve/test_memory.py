"""Memory that the system gets back."""

import sys

import psutil
import pytest
from tests.serve.conftest import wait_until

from plitka.serve.memory import Tidier, give_memory_back

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
