"""What a model may be called, and which names are another's."""

import pytest
from tests.serve.fast_engine import FastEngine

from plitka.errors import NotFound
from plitka.serve.served_model import is_same_model, is_served, settle_model

ENGINE = FastEngine(name="fast@0123456789ab")


@pytest.mark.parametrize(
    ("asked", "settled"),
    [
        (None, None),
        ("fast", "fast"),
        ("any/fast", "fast"),
        ("0123456789ab", "fast@0123456789ab"),
        ("fast@0123456789ab", "fast@0123456789ab"),
        ("any/fast:0123456789ab", "fast@0123456789ab"),
    ],
)
def test_names_of_the_served_model(asked: str | None, settled: str | None) -> None:
    """One spelling for each meaning; what is kept means the same again."""
    assert settle_model(asked, ENGINE) == settled
    assert settle_model(settled, ENGINE) == settled


@pytest.mark.parametrize("asked", ["", "slow", "fast@", "fast:0123", "0123", "fast@0123456789ac", "fast@x@y", "fast/"])
def test_names_of_others(asked: str) -> None:
    """A part of a name is another name."""
    with pytest.raises(NotFound):
        settle_model(asked, ENGINE)
    assert not is_served(asked, ENGINE)


def test_while_no_model_is_loaded_any_may_be_asked_for() -> None:
    """It is compared when the job's turn comes."""
    assert settle_model("any/slow:0123", None) == "slow@0123"
    assert not is_served("slow@0123", ENGINE)


@pytest.mark.parametrize("asked", [None, "any/fast", "0123456789ab", "fast:0123456789ab"])
def test_a_model_is_the_same_asked_for_before_and_after_it_is_loaded(asked: str | None) -> None:
    """Whichever came first."""
    before, after = settle_model(asked, None), settle_model(asked, ENGINE)
    assert is_same_model(before, after)
    assert is_same_model(after, before)


@pytest.mark.parametrize(
    ("one", "other"),
    [("fast", None), ("fast", "fast@0123456789ab"), ("fast", ""), ("0123456789ab", "fast@ba9876543210")],
)
def test_a_version_is_not_any_version(one: str | None, other: str | None) -> None:
    """Whether a version was asked for makes another order."""
    assert not is_same_model(one, other)
    assert not is_same_model(other, one)
