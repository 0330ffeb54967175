"""A sheet in the OpenAPI document."""

from typing import Any

from tests.core.sheet.floors import sheet_of

from plitka.core.sheet.report import report_sheet
from plitka.serve.sheet_answers import SheetAnswer


def names(value: Any) -> Any:  # noqa: ANN401
    """The names of all that is in an answer."""
    if isinstance(value, dict):
        return {name: names(one) for name, one in value.items()}
    return [names(one) for one in value] if isinstance(value, list) else None


def test_the_document_says_what_is_sent() -> None:
    """No name more or less, and each of its kind."""
    told = report_sheet(sheet_of(mask=("circle", "white"), prices={"red": 2}, currency="EUR"))
    answer = SheetAnswer.model_validate(told).model_dump(mode="json")
    assert names(answer) == names(told)
