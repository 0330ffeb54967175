"""Tables of texts in one test: each row is checked, and those that fail are named."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest


def check_each(rows: Iterable[tuple[Any, ...]], check: Callable[..., None]) -> None:
    """Nothing where every row passes the check; else a failure that tells of each that does not.

    Args:
        rows: what the check takes, a text first.
        check: fails as a test does.
    """
    failed: list[str] = []
    for row in rows:
        try:
            check(*row)
        except (Exception, pytest.fail.Exception) as error:
            failed.append(f"{row[0]!r}: {type(error).__name__}: {error}")
    assert not failed, f"{len(failed)} texts:\n\n" + "\n\n".join(failed)
