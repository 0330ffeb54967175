"""Judgements of a run; how they are made is tested with the runs."""

from plitka.model.train_judge import Judgement, best_of, is_overtrained


def judgement(step: int, learnt: float, held: float | None = None, points: float | None = None) -> Judgement:
    """One with some figures."""
    return Judgement(step=step, learnt_loss=learnt, held_loss=held, off_palette=points)


def test_the_best_is_that_with_the_best_pictures() -> None:
    """Or the least loss of what is held out, or of what is learnt."""
    assert best_of([judgement(1, 1.0, 1.0, 9.0), judgement(2, 2.0, 2.0, 5.0), judgement(3, 2.0, 2.0, 5.0)]).step == 2
    assert best_of([judgement(1, 1.0, 3.0), judgement(2, 2.0, 2.0)]).step == 2
    assert best_of([judgement(1, 1.0), judgement(2, 2.0)]).step == 1


def test_learning_by_heart_is_seen() -> None:
    """What is held out gets harder while what is learnt gets easier."""
    rising = [judgement(1, 1.0, 1.0), judgement(2, 0.8, 0.8), judgement(3, 0.6, 0.9)]
    assert is_overtrained(rising)
    assert not is_overtrained(rising[:2])
    assert not is_overtrained([judgement(1, 1.0, 1.0), judgement(2, 1.2, 1.2)])
    assert not is_overtrained([judgement(1, 1.0), judgement(2, 0.5)])


def test_what_was_not_looked_at_is_left_out() -> None:
    """Of its JSON, which makes the same one again."""
    told = judgement(1, 1.0, 2.0).to_json()
    assert told == {"step": 1, "learnt_loss": 1.0, "held_loss": 2.0}
    assert Judgement(**told) == judgement(1, 1.0, 2.0)
