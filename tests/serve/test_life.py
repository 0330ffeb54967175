"""The state of a service of several workers."""

from hypothesis import given, settings
from hypothesis import strategies as st

from plitka.serve.life import Life, Lives

STATES = st.sampled_from([Life.STARTING, Life.READY, Life.FAILED])


def test_nothing_has_started() -> None:
    """Before a worker says anything, it is starting."""
    assert Lives().overall is Life.STARTING


@settings(deadline=None)
@given(states=st.lists(STATES, min_size=1, max_size=4))
def test_one_ready_worker_is_enough(states: list[Life]) -> None:
    """Ready with any of them, failed only with all."""
    lives = Lives()
    for number, state in enumerate(states):
        lives.set(f"engine {number}", state)
    if Life.READY in states:
        assert lives.overall is Life.READY
    else:
        assert (lives.overall is Life.FAILED) == (set(states) == {Life.FAILED})


@settings(deadline=None)
@given(states=st.lists(STATES, min_size=1, max_size=4))
def test_a_stop_is_not_taken_back(states: list[Life]) -> None:
    """Whatever a worker says after it, until all have ended."""
    lives = Lives()
    lives.set("first", Life.READY)
    lives.drain()
    for state in states:
        lives.set("second", state)
        assert lives.overall is Life.DRAINING
    lives.set("second", Life.STOPPED)
    lives.set("first", Life.STOPPED)
    assert lives.overall is Life.STOPPED
    assert lives.overall.is_ending
