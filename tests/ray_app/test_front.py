"""The front without painters: what it serves, and whether it is well; the rest is seen in test_application.py."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.ray_app import fast_models

from plitka.errors import InputError, Unavailable
from plitka.serve.settings import Settings


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Any]:
    """One over a database of its own."""
    from plitka.ray_app.front import Front

    settings = Settings(data=tmp_path / "data", workers=0)
    one = Front(settings, "tests.ray_app.fast_models:FastModels", "0", None)
    yield one
    one._service.store.close()


def test_models_are_exchanged_whole_or_not_at_all(front: Any, tmp_path: Path) -> None:  # noqa: ANN401  (a class of Ray's room)
    """What cannot be read leaves what is served as it was."""
    paths = [fast_models.write(tmp_path / f"{name}.json", name, "1" * 12) for name in ("one", "two")]
    front.reconfigure({"models": paths[:1]})
    assert front._service.engine.name == f"one@{'1' * 12}"
    for wrong in ([], [*paths, paths[0]], [str(tmp_path / "nowhere")]):
        with pytest.raises((InputError, OSError)):
            front.reconfigure({"models": wrong})
    assert front._service.engine.name == f"one@{'1' * 12}"
    front.reconfigure({"models": paths[::-1]})
    assert front._service.engine.name == f"two@{'1' * 12}"


def test_who_was_drained_is_replaced(front: Any) -> None:  # noqa: ANN401  (as above)
    """Ray asks whether it is well."""
    (foreman,) = front._service.workers
    foreman.start()
    front.check_health()
    front._service.jobs.drain()
    front.check_health()
    front._service.jobs.on_stop()
    with pytest.raises(Unavailable):
        front.check_health()
    foreman.join()
