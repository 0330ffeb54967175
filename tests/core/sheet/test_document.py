"""What stands around a sheet."""

import pytest
from tests.core.sheet.floors import sheet_of

from plitka.core.sheet.document import Document
from plitka.errors import InputError


@pytest.mark.parametrize(
    "choice",
    [
        {"maker": "x" * 101},
        {"maker": "two\nlines"},
        {"project": "\ud800"},
        {"link": "javascript:alert(1)"},
        {"link": "https://a b"},
        {"link": "https://" + "a" * 9000},
    ],
)
def test_what_cannot_be_printed_is_refused(choice: dict[str, str]) -> None:
    """Names of one line, links of the web."""
    with pytest.raises(InputError):
        Document(sheet=sheet_of("red"), **choice)  # type: ignore[arg-type]
