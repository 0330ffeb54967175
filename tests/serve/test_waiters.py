"""How many wait for each job."""

from plitka.serve.waiters import Waiters


def test_the_last_one_is_told_from_the_others() -> None:
    """Of a job that was ordered for later, or has ended, nobody is the last."""
    waiters = Waiters()
    waiters.expect("a")
    waiters.join("a")
    assert [waiters.leave("a"), waiters.leave("a")] == [False, True]
    waiters.join("later")
    assert not waiters.leave("later")
    waiters.expect("b")
    waiters.keep("b")
    assert not waiters.leave("b")
    waiters.expect("c")
    waiters.forget("c")
    assert not waiters.leave("c")
