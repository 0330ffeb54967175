"""What every test starts from."""

from collections.abc import Iterator

import pytest
import structlog


@pytest.fixture(autouse=True)
def _logs_as_nobody_configured_them() -> Iterator[None]:
    """The command line configures logging for its process, which tests share."""
    yield
    structlog.reset_defaults()
