"""Connections to the database, and who owns it."""

from contextlib import ExitStack
from pathlib import Path

import pytest

from plitka.errors import InputError
from plitka.serve.settings import Settings
from plitka.serve.store import open_store


def test_a_link_to_a_database_has_the_same_owner(tmp_path: Path) -> None:
    """However a second service names the file, it is refused while the first one runs."""
    first = Settings(data=tmp_path / "first")
    second = Settings(data=tmp_path / "second")
    with ExitStack() as held:
        held.callback(open_store(first, own=True).close)
        second.data.mkdir(mode=0o700)
        (second.data / "plitka.sqlite").symlink_to(first.data / "plitka.sqlite")
        with pytest.raises(InputError, match="another service"):
            open_store(second, own=True)
