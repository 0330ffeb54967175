"""`plitka sheet`."""

import json
from contextlib import closing
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image
from tests.cli.conftest import Run, RunJson

from plitka.core.language.figures import figure

RECIPE = "60% red, 30% black, 10% white"


def picture(name: str, colour: tuple[int, int, int]) -> str:
    """A file of one colour."""
    Image.fromarray(np.full((64, 128, 3), colour, np.uint8)).save(name)
    return name


def words(path: str) -> str:
    """The text of a PDF's pages."""
    with closing(pdfium.PdfDocument(path)) as pdf:
        return " ".join(" ".join(page.get_textpage().get_text_range() for page in pdf).split())


def test_a_table_is_the_usual_answer(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Data on stdout, the notice on stderr; in Russian with a decimal comma."""
    assert run("sheet", RECIPE, "--area", "120", "--thickness", "30mm") == 0
    told = capsys.readouterr()
    assert "669.6" in told.out
    assert "Order a sample" in told.err
    assert run("sheet", RECIPE, "--area", "120 м2", "--language", "ru") == 0
    assert "669,6" in capsys.readouterr().out


def test_sizes_that_the_sheet_uses_are_not_said_to_change_nothing(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """The floor and its tile beside the recipe make its kilograms; another size is of no use to it."""
    assert run("sheet", f"{RECIPE}, 120 m2, 500x500x30 mm") == 0
    assert "taken as a size" not in capsys.readouterr().err
    assert run("sheet", f"{RECIPE}, 120 m2, 90 m2", "--area", "50") == 0
    assert "'90 m2' is taken as a size; it changes nothing" in capsys.readouterr().err


def test_every_figure_can_be_given(run_json: RunJson) -> None:
    """With its unit in its name or without, as numbers or with units of theirs."""
    figures = ("--waste", "12,5%", "--bag-kg", "20", "--wear", "1cm", "--tile", "500x1000", "--edge", "bevelled")
    more = ("--bevel", "3", "--density", "red=1.5", "--wear-fill-percent", "65")
    found = run_json("sheet", RECIPE, "--area", "12", *figures, *more)
    given = {one["name"]: one["value"] for one in found["assumptions"] if one["origin"] == "own"}
    assert given == {
        "waste_percent": 12.5, "bag_kg": 20, "wear_mm": 10, "tile_width_mm": 500, "tile_length_mm": 1000,
        "bevel_mm": 3, "wear_fill_percent": 65,
    }  # fmt: skip
    assert found["materials"][0]["density_source"] == "given"


def test_help_shows_each_figure_by_one_name(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """The name with its unit, which JSON has, is read as well."""
    assert run("sheet", "--help") == 0
    told = capsys.readouterr().out
    assert "--area M2" in told
    assert not [name for name in ("--area-m2", "--waste-percent", "--prices", "--densities") if name in told]
    assert run("sheet", RECIPE, "--area-m2", "12", "--densities", "red=1.5", "--density", "white=1.5") == 0


def test_prices_are_given_or_of_the_palette(run_json: RunJson) -> None:
    """What is given wins."""
    Path("mine.csv").write_text("code,name,hex,density_g_cm3,price_per_kg\nM1,signal,#C1121C,1.4,2.50\n", "utf-8")
    found = run_json("sheet", "50% M1, 50% black", "--area", "10", "--palette", "mine.csv", "--price", "black=0,5")
    prices = {one["code"]: one["price_per_kg"] for one in found["materials"]}
    assert prices == {"M1": 2.5, "BLACK": 0.5, "SBR": None, "BINDER": None}
    assert found["materials"][0]["density_source"] == "as the palette says"
    found = run_json("sheet", "M1, 10 m2", "--palette", "mine.csv", "--price", "signal=3", "--currency", "EUR")
    assert found["materials"][0]["price_per_kg"] == 3
    assert found["totals"]["currency"] == "EUR"


def test_masses_come_back(run_json: RunJson) -> None:
    """Of a recipe in kilograms the sheet has the same ratio."""
    found = run_json("sheet", "7.5 kg red, 2.5 kg black SBR", "--area", "100")
    kg = {one["code"]: one["kg"] for one in found["materials"]}
    assert kg["RED"] / kg["BLACK"] == pytest.approx(3, rel=0.005)


def test_zones_are_summed(run_json: RunJson) -> None:
    """By the areas of their masks; crumb of tyres in a zone too."""
    found = run_json("sheet", "red", "--area", "10", "--zone", "stripes:2=black SBR")
    assert [zone["area_percent"] for zone in found["zones"]] == pytest.approx([50, 50], abs=0.2)
    assert found["materials"][1]["density_g_cm3"] == 1.15


def test_a_second_mix_has_its_part_of_the_floor(
    run_json: RunJson, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each mix has its area and kilograms, and the sum has both; a price may be of a colour of either."""
    mix = ("--second", "black SBR", "--second-zone", "stripes:2=white")
    second = (*mix, "--second-area", "4 m2", "--second-name", "Border")
    found = run_json("sheet", "red", "--area", "10", *second, "--price", "white=2")
    tile, border = found["designs"]
    assert [tile["area_m2"], border["area_m2"], border["name"]] == [6, 4, "Border"]
    sums = {one["code"]: one["kg"] for one in found["materials"]}
    assert sums["RED"] == pytest.approx(tile["materials"][0]["kg"])
    assert sums["WHITE"] / sums["RED"] == pytest.approx(2 / 6, rel=0.01)
    assert {one["code"]: one["price_per_kg"] for one in found["materials"]}["WHITE"] == 2
    assert run("sheet", "red", "--area", "10", *second) == 0
    assert "Border" in capsys.readouterr().out


def test_a_pdf_has_the_numbers_of_the_json(run_json: RunJson) -> None:
    """With the files and names that were given; nothing is rendered where a picture is."""
    tile, logo = picture("tile.png", (200, 60, 50)), picture("logo.png", (0, 0, 90))
    more = ("--picture", tile, "--logo", logo, "--maker", "Мягкие площадки", "--link", "https://x.example/1")
    found = run_json("sheet", RECIPE, "--area", "36", "-o", "a.pdf", "--language", "ru", *more)
    assert found["path"] == "a.pdf"
    for one in found["materials"]:
        assert figure(one["kg"], 1, "ru").replace("\u00a0", " ") in words("a.pdf")
    assert "Мягкие площадки" in words("a.pdf")


def test_a_pdf_without_a_picture_gets_a_render(run: Run) -> None:
    """Of its scene."""
    assert run("sheet", RECIPE, "--area", "35.5", "-o", "b.pdf") == 0
    assert "a piece of 73 mm" in words("b.pdf")


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_other_files(run: Run, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    """The name is told on stdout."""
    assert run("sheet", RECIPE, "--area", "10", "-o", f"a.{kind}") == 0
    assert capsys.readouterr().out == f"a.{kind}\n"
    assert Path(f"a.{kind}").stat().st_size > 500
    if kind == "json":
        assert json.loads(Path("a.json").read_text("utf-8"))["area_m2"] == 10


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ((), "how large is the floor? give --area,"),
        (("--area", "much"), "--area"),
        (("--area", "10", "--second", "green"), "--second needs --second-area as well"),
        (("--area", "10", "--second-name", "Border"), "--second-name needs --second as well"),
        (("--area", "10", "--second", "green", "--second-area", "much"), "--second-area: 'much' is no area"),
        (("--area", "10", "--second", "green", "--second-area", "10"), "less than the floor"),
        (("--area", "10", "-o", "a.docx"), ".pdf"),
        (("--area", "10", "-o", "nowhere/a.pdf"), "cannot write"),
        (("--area", "10", "--price", "210"), "COLOUR=NUMBER"),
        (("--area", "10", "--price", "green=1"), "not in the recipe"),
        (("--area", "10", "--waste", "200"), "--waste must lie in 0..100, not 200"),
        (("--area", "0"), "--area must lie in 0.01..1000000, not 0"),
        (("--area", "10", "--thickness", "thick"), "is no length"),
        (("--area", "10", "--logo", "no.png", "-o", "a.pdf"), "no.png"),
        (("--area", "10", "--maker", "地垫", "-o", "a.pdf"), "Latin or Cyrillic"),
        (("--area", "10", "--link", "x", "-o", "a.pdf"), "http://"),
    ],
)
def test_bad_input_is_an_answer(run: Run, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], said: str) -> None:
    """With what to do, and no file."""
    assert run("sheet", RECIPE, *more) == 2
    assert said in capsys.readouterr().err
    assert not Path("a.pdf").exists()


def test_help_has_every_assumption(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """With its usual value, in Russian too."""
    assert run("sheet", "--help", "--language", "ru") == 0
    told = " ".join(capsys.readouterr().out.split())
    for text in ("--wear-binder N", "отходы (по умолчанию 10 %)", "фаска (по умолчанию 5 мм)", "1,15 г/см³", "25 кг"):
        assert text in told


@pytest.mark.parametrize(
    ("output", "unused"),
    [
        ((), "--logo, --maker"),
        (("-o", "a.json"), "--logo, --maker"),
        (("-o", "a.csv"), "--logo"),
        (("-o", "a.pdf"), ""),
    ],
)
def test_what_another_kind_of_sheet_shows_is_told(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str], output: tuple[str, ...], unused: str
) -> None:
    """Not passed over in silence."""
    logo = str(tmp_path / "logo.png")
    Image.new("RGB", (60, 20), "red").save(logo)
    assert run("sheet", RECIPE, "--area", "10", "--maker", "ACME", "--logo", logo, *output) == 0
    assert (f"not used here: {unused};" in (told := capsys.readouterr().err)) is bool(unused)
    assert ("not used here" in told) is bool(unused)
