"""Words of specifications."""

import re

from plitka.core.language import specifications


def test_falls_and_standards() -> None:
    """With a length or a number of their own, which no percent is."""
    for text in ("fall height 1.5 m", "max. fall height: 2 m", "высота свободного падения 1,8 м"):
        assert re.fullmatch(specifications.FALL_HEIGHT, text)
    for text in ("en 1177", "bs en 1177:2018", "гост р ен 1177"):
        assert re.fullmatch(specifications.STANDARD, text)
    assert re.search(specifications.FALL_HEIGHT, "fall height as usual") is None
    assert re.search(specifications.STANDARD, "en 50%") is None
