"""The pages of a PDF."""

from contextlib import closing

import pytest
from tests.core.sheet.floors import document_of

from plitka.core.sheet.paper import Paper
from plitka.errors import InputError


def test_letters_that_the_font_lacks_are_refused() -> None:
    """Those of Russian, Kazakh and Western Europe it has."""
    with closing(Paper(document_of("ru"))) as paper:
        assert paper.checked("Әлия & Søren, 12 м² × 5 ₽ № 7") == "Әлия & Søren, 12 м² × 5 ₽ № 7"
        with pytest.raises(InputError, match="Latin or Cyrillic"):
            paper.checked("地垫")
