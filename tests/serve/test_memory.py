"""Memory that the system gets back."""

import sys

import psutil
import pytest

from plitka.serve.memory import give_memory_back

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
