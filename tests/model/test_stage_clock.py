"""How long stages take."""

import pytest
import structlog
import torch

from plitka.model.stage_clock import StageClock


def test_a_stage_is_logged_and_its_time_added_up() -> None:
    """Two passes of one stage count together, and a restart forgets them."""
    clock = StageClock(torch.device("cpu"))
    with structlog.testing.capture_logs() as events:
        for _ in range(2):
            with clock.stage("decode"):
                pass
    assert list(clock.seconds) == ["decode"]
    assert clock.seconds["decode"] > 0
    assert [event["stage"] for event in events] == ["decode", "decode"]
    assert all(event["rss_bytes"] > 0 for event in events)
    clock.restart()
    assert clock.seconds == {}


def test_a_stage_that_fails_is_not_counted() -> None:
    """Its error goes through."""
    clock = StageClock(torch.device("cpu"))
    with pytest.raises(ZeroDivisionError), clock.stage("denoise"):
        raise ZeroDivisionError
    assert clock.seconds == {}
