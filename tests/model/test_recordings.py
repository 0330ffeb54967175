"""What is recorded of networks, where there is nothing to capture it."""

import pytest
import torch

from plitka.model import recordings as module
from plitka.model.recordings import Recordings

HERE = torch.device("cpu")


def fail(_: object) -> str:
    """As a capture does."""
    raise RuntimeError("operation not permitted when stream is capturing")


def test_each_kind_of_each_part_is_recorded_once() -> None:
    """Another part with the same kind is another recording."""
    made: list[str] = []

    def record(_: object) -> str:
        made.append("one")
        return f"recording {len(made)}"

    recordings = Recordings(HERE)
    assert recordings.of("encode", (8, 8), record) == "recording 1"
    assert recordings.of("decode", (8, 8), record) == "recording 2"
    assert recordings.of("encode", (8, 8), record) == "recording 1"


def test_what_fails_is_not_tried_again() -> None:
    """Nor does it hinder another kind."""
    recordings = Recordings(HERE)
    assert recordings.of("denoise", 1, fail) is None
    assert recordings.of("denoise", 1, lambda _: "made") is None
    assert recordings.of("denoise", 2, lambda _: "made") == "made"


def test_the_one_that_was_not_used_for_longest_makes_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sizes that are asked for once do not fill the memory."""
    monkeypatch.setattr(module, "_KEPT", 2)
    recordings = Recordings(HERE)
    for kind in (1, 2, 1, 3):
        recordings.of("denoise", kind, lambda _: "first")
    assert recordings.of("denoise", 1, fail) == "first"
    assert recordings.of("denoise", 2, lambda _: "again") == "again"


def test_given_up_recordings_stay_so() -> None:
    """Their memory is needed."""
    recordings = Recordings(HERE)
    recordings.of("denoise", 1, lambda _: "made")
    recordings.give_up()
    assert recordings.of("denoise", 1, lambda _: "made") is None


def test_those_of_another_device_are_given_up_as_well() -> None:
    """What is recorded there has a count and a room of its own until then."""
    recordings = Recordings(HERE)
    there = recordings.elsewhere(HERE)
    assert recordings.of("denoise", 1, lambda _: "here") == "here"
    assert there.of("denoise", 1, lambda _: "there") == "there"
    assert len(recordings) == 2
    recordings.give_up()
    assert len(recordings) == 0
    assert there.of("denoise", 1, lambda _: "there") is None
