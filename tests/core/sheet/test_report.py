"""A sheet as JSON."""

import json

import pytest
from tests.core.sheet.floors import sheet_of, two_mixes

from plitka.core.sheet.report import report_sheet


def test_a_report_says_all() -> None:
    """It is JSON, its parts add up, and what is unknown is null."""
    found = json.loads(json.dumps(report_sheet(sheet_of(mask=("circle", "blue"), prices={"red": 2.5}, currency="EUR"))))
    materials = found["materials"]
    assert [one["code"] for one in materials] == ["RED", "BLACK", "WHITE", "BLUE", "SBR", "BINDER"]
    assert found["totals"]["kg"] == pytest.approx(sum(one["kg"] for one in materials), abs=0.01)
    assert found["totals"]["bags"] == sum(one["bags"] or 0 for one in materials)
    assert sum(zone["area_m2"] for zone in found["zones"]) == pytest.approx(120, abs=0.01)
    assert [one["cost"] for one in materials[1:]] == [None] * 5
    assert found["totals"]["cost"] == pytest.approx(materials[0]["kg"] * 2.5, abs=0.01)
    assert found["totals"]["without_price"] == ["BLACK", "WHITE", "BLUE", "SBR", "BINDER"]
    assert {one["origin"] for one in found["assumptions"]} == {"usual"}


def test_a_report_tells_each_mix() -> None:
    """With its area, its masses and whose zones are whose; together they are the floor."""
    found = json.loads(json.dumps(report_sheet(two_mixes())))
    ground, border = found["designs"]
    assert (ground["name"], border["name"]) == (None, "Border")
    assert (ground["area_m2"], border["area_m2"], border["area_percent"]) == (100, 20, pytest.approx(16.667))
    assert ground["kg"] + border["kg"] == pytest.approx(found["totals"]["kg"], abs=0.01)
    assert border["kg"] == pytest.approx(sum(one["kg"] for one in border["materials"]), abs=0.01)
    assert [zone["design"] for zone in found["zones"]] == [0, 1, 1]
