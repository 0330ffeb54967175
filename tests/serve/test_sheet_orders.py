"""The body of a request for a sheet."""

import pytest
from pydantic import ValidationError

from plitka.core.sheet.assumptions import ASSUMED
from plitka.serve.sheet_orders import SheetBody

FLOOR = {"recipe": "60% red, 40% black", "area_m2": 120}


def test_every_assumption_can_be_given() -> None:
    """With the range of its owner, and told with its usual value."""
    told = SheetBody.model_json_schema()["properties"]
    for name, one in ASSUMED.items():
        number = next(kind for kind in told[name]["anyOf"] if kind["type"] == "number")
        assert (number["minimum"], number["maximum"]) == (one.low, one.high)
        assert f"{float(one.usual):g}" in told[name]["description"]
        with pytest.raises(ValidationError):
            SheetBody.model_validate(FLOOR | {name: one.high + 1})


def test_what_a_body_asks_for_is_on_the_sheet() -> None:
    """The look's words too; the language of the body wins."""
    body = SheetBody.model_validate(FLOOR | {"waste_percent": 3, "edge": "puzzle", "wet": True, "language": "ru"})
    document = body.document("en")
    assert document.language == "ru"
    assert document.sheet.assumptions.own == {"waste_percent"}
    assert document.sheet.assumptions.edge_waste_percent == 5
    assert document.sheet.scene.wet


def test_notes_on_the_recipe_are_on_the_sheet() -> None:
    """What was settled for the writer."""
    body = SheetBody.model_validate(FLOOR | {"recipe": "60% red, 35% black"})
    assert "scaled to 100" in str(body.document("en").sheet.notices[0])


@pytest.mark.parametrize(
    "wrong", [{"maker": "a\nb"}, {"maker": "\u202eb"}, {"link": "ftp://x"}, {"logo": "http://x/a.png"}, {"job_id": "7"}]
)
def test_what_does_not_fit_is_refused(wrong: dict[str, str]) -> None:
    """Before anything is read."""
    with pytest.raises(ValidationError):
        SheetBody.model_validate(FLOOR | wrong)
