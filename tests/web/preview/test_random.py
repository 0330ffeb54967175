"""The stream of numpy, in a browser."""

import numpy as np
import pytest
from tests.web.preview.conftest import Tab

from plitka.core.tile.blanks import _words_of


@pytest.mark.parametrize("seed", [0, 7, 2**32 - 1])
def test_the_same_numbers_are_drawn(tab: Tab, seed: int) -> None:
    """And the same again from the beginning."""
    stream = np.random.default_rng([seed, 1])
    words = _words_of(stream)
    drawn = tab.run(
        """const stream = new Stream(...given[0]);
        const draw = () => Array.from({ length: 1001 }, () => stream.next32());
        const first = draw();
        stream.restart();
        return [first, draw()];""",
        words,
    )
    wanted = stream.integers(2**32, size=1001, dtype=np.uint32).tolist()
    assert drawn == [wanted, wanted]


@pytest.mark.parametrize("n", [0, 1, 2, 3, 64, 65, 5000])
def test_the_same_order_is_shuffled(tab: Tab, n: int) -> None:
    """Of a part of an array, one part after another."""
    stream = np.random.default_rng(n)
    shuffled = tab.run(
        """const [words, n] = given;
        const stream = new Stream(...words);
        const values = Int32Array.from({ length: n + 12 }, (_, k) => k);
        stream.shuffle(values, 0, n);
        stream.shuffle(values, n, n + 10);
        return [...values];""",
        _words_of(stream),
        n,
    )
    parts = stream.permutation(np.arange(n)), stream.permutation(np.arange(n, n + 10)), [n + 10, n + 11]
    assert shuffled == [value for part in parts for value in np.asarray(part).tolist()]
