"""Work in several processes."""

import math

import pytest

from plitka.core.dataset.processes import work_off


@pytest.mark.parametrize("jobs", [1, 2])
def test_every_piece_is_worked_off(jobs: int) -> None:
    """In whichever order it becomes ready."""
    assert sorted(work_off(math.isqrt, [1, 4, 9, 16], jobs)) == [1, 2, 3, 4]


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_goes_wrong_is_raised_here(jobs: int) -> None:
    """And nobody waits for the rest."""
    with pytest.raises(ValueError, match="nonnegative"):
        list(work_off(math.isqrt, [-1, 4], jobs))
