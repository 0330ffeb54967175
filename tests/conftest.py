"""What every test starts from."""

from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

# No test fails because the machine is busy.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def _logs_as_nobody_configured_them() -> Iterator[None]:
    """The command line configures logging for its process, which tests share."""
    yield
    structlog.reset_defaults()
