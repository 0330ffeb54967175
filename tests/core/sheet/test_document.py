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


def test_the_name_of_a_file_ends_with_a_word() -> None:
    """However long its project's is; a word that is too long by itself is cut."""
    whole = Document(sheet=sheet_of("red"), project="Playground").stem("en")
    assert whole == "material-sheet-playground-100-red"
    long = Document(sheet=sheet_of("red"), project="courtyard " * 9).stem("en")
    assert long == "material-sheet" + "-courtyard" * 6
    word = Document(sheet=sheet_of("red"), project="x" * 100).stem("en")
    assert word == "material-sheet"
