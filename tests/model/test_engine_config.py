"""What the edges pass on to an engine."""

import pytest

from plitka.errors import InputError
from plitka.model.bundle import Bundle
from plitka.model.engine import AUTO, load_painter
from plitka.model.engine_config import EngineConfig


@pytest.mark.parametrize(
    ("choices", "name"), [({"max_batch": 0}, "batch"), ({"n_threads": 0}, "threads"), ({"batch_s": 0}, "batch_s")]
)
def test_a_number_below_one_is_refused(choices: dict[str, int], name: str) -> None:
    """By its name."""
    with pytest.raises(InputError, match=name):
        EngineConfig(**choices)  # type: ignore[arg-type]


def test_the_usual_network_is_known() -> None:
    """So that nobody has to choose."""
    assert EngineConfig().network == AUTO


def test_an_unknown_network_is_refused_before_anything_is_loaded(tiny_bundle: Bundle) -> None:
    """With those that are known."""
    with pytest.raises(InputError, match="'swift'; expected one of auto, eager, fast"):
        load_painter(tiny_bundle, EngineConfig(network="swift"))
