"""What every test starts from."""

import gc
from collections.abc import Generator, Iterator

import pytest
import structlog
from hypothesis import settings

# No test fails because the machine is busy.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None]:
    """All tests and what they import stay to the end: the garbage collector need not go through them again and again.

    A million objects are half a second a round, and each service that a test starts goes some rounds.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture(scope="module", autouse=True)
def _little_to_collect() -> Iterator[None]:
    """What a file's tests gave back to the collector, which is everything, is set apart again for those that follow."""
    yield
    if gc.get_freeze_count() == 0:
        gc.collect()
        gc.freeze()


@pytest.fixture(autouse=True)
def _logs_as_nobody_configured_them() -> Iterator[None]:
    """The command line configures logging for its process, which tests share."""
    yield
    structlog.reset_defaults()
