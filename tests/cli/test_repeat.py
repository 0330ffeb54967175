"""What `--like` takes from a picture."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.cli.conftest import Run
from tests.cli.patch_engine import PatchEngine

from plitka.core.files.picture import encode_png, read_fields

RECIPE = "60% red, 40% black"


def test_like_repeats_a_picture(run: Run) -> None:
    """A picture made like another has its very bytes."""
    words = ("--seed", "11", "--steps", "6", "--guidance", "4.5", "--size", "128", "--negative", "мох", "-o", "a.png")
    assert run("generate", RECIPE, *words) == 0
    assert run("generate", "--like", "a.png", "-o", "b.png") == 0
    assert Path("a.png").read_bytes() == Path("b.png").read_bytes()


def test_like_repeats_a_guided_picture_in_its_mode(run: Run, engine: PatchEngine) -> None:
    """Strength and tolerance come along; in text mode they fall away."""
    assert run("generate", RECIPE, "--strength", "0.45", "--tolerance", "2", "-o", "a.png") == 0
    assert run("generate", "--like", "a.png", "-o", "b.png") == 0
    assert Path("a.png").read_bytes() == Path("b.png").read_bytes()
    assert run("generate", "--like", "a.png", "--mode", "text", "-o", "c.png") == 0
    guided, text = engine.requests[1:]
    assert (guided.mode, guided.strength, guided.tolerance) == ("guided", 0.45, 2.0)
    assert (text.mode, text.strength, text.tolerance) == ("text", 1.0, 3.0)
    assert "strength" not in read_fields(Path("c.png"))


def test_the_quality_is_repeated(run: Run, engine: PatchEngine) -> None:
    """An exact picture says nothing of it."""
    assert run("generate", RECIPE, "--quality", "fast", "-o", "a.png") == 0
    assert run("generate", "--like", "a.png", "-o", "b.png") == 0
    assert run("generate", "--like", "a.png", "--quality", "exact", "-o", "c.png") == 0
    assert [request.quality for request in engine.requests] == ["fast", "fast", "exact"]
    assert read_fields(Path("a.png"))["quality"] == "fast"
    assert "quality" not in read_fields(Path("c.png"))


def test_a_picture_in_text_mode_is_repeated_in_text_mode(run: Run, engine: PatchEngine) -> None:
    """Also one from before there was another mode."""
    assert run("generate", RECIPE, "--mode", "text", "-o", "a.png") == 0
    assert run("generate", "--like", "a.png", "-o", "b.png") == 0
    assert engine.requests[1].mode == "text"
    assert Path("a.png").read_bytes() == Path("b.png").read_bytes()


def test_granules_from_outside_reach_the_engine(run: Run, engine: PatchEngine, tmp_path: Path) -> None:
    """A picture over them is repeated with the same file, and with no other."""
    ids = np.arange(64, dtype=np.uint8).reshape(8, 8)
    Image.fromarray(ids).save(tmp_path / "ids.png")
    Image.fromarray(ids.T.copy()).save(tmp_path / "other.png")
    assert run("generate", RECIPE, "--guide", "ids.png", "-o", "a.png") == 0
    np.testing.assert_array_equal(engine.requests[0].guide, ids)
    assert run("generate", "--like", "a.png", "--guide", "ids.png", "-o", "b.png") == 0
    assert Path("a.png").read_bytes() == Path("b.png").read_bytes()
    assert run("generate", "--like", "a.png") == 2
    assert run("generate", "--like", "a.png", "--guide", "other.png") == 2
    assert len(engine.requests) == 2


def test_colours_of_a_palette_are_repeated_with_that_palette(
    run: Run, engine: PatchEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its names may stand for other colours elsewhere; where none of them is left it does not matter."""
    Path("own.csv").write_text("code,name,hex\nMINE,red,#00FF00\n")
    Path("other.csv").write_text("code,name,hex\nMINE,red,#00FFFF\n")
    assert run("generate", "red", "--palette", "own.csv", "--seed", "1", "-o", "a.png") == 0
    assert run("generate", "--like", "a.png", "--palette", "own.csv", "-o", "b.png") == 0
    assert Path("a.png").read_bytes() == Path("b.png").read_bytes()
    capsys.readouterr()
    for words in ((), ("--palette", "other.csv")):
        assert run("generate", "--like", "a.png", *words) == 2
        assert "a.png was made with another red (#00FF00); give the same file with --palette" in capsys.readouterr().err
    assert run("generate", "red", "--like", "a.png") == 0
    assert run("generate", "black", "--palette", "own.csv", "--zone", "circle=red", "-o", "c.png") == 0
    assert run("generate", "black", "--like", "c.png") == 2
    assert run("generate", "--like", "c.png", "--zone", "circle=white") == 0
    assert len(engine.requests) == 5


def test_a_lost_palette_is_asked_for(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Where its names are nobody else's, or are read as general ones, in the ground and in a zone."""
    Path("own.csv").write_text("code,name,hex\nMINE-1,farm green,#00FF00\nMINE-2,qwrt,#FF00FF\n")
    words = ("--palette", "own.csv", "--seed", "1", "--size", "256")
    for name, told in (
        ("farm green", "a.png was made with another farm green (#00FF00); give the same file with --palette"),
        ("qwrt", "a.png has colours of a palette file; give the same file with --palette"),
    ):
        for recipe, *zone in ((name,), ("black", "--zone", f"half:left={name}")):
            assert run("render", recipe, *zone, *words, "-o", "a.png") == 0
            capsys.readouterr()
            for command in ("generate", "render"):
                assert run(command, "--like", "a.png") == 2
                assert told in capsys.readouterr().err


def test_options_win_over_the_picture_to_repeat(run: Run, engine: PatchEngine) -> None:
    """What is said on the command line replaces that one thing."""
    assert run("generate", RECIPE, "--seed", "11", "--steps", "6", "-o", "a.png") == 0
    assert run("generate", "50% red, 50% white", "--like", "a.png", "--seed", "12") == 0
    request = engine.requests[1]
    assert (request.seed, request.steps) == (12, 6)
    assert request.scene.recipe.percents == {"RED": 50.0, "WHITE": 50.0}


def test_another_model_is_remarked_when_repeating(
    run: Run, engine: PatchEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    """A picture of another model cannot be repeated exactly, and this is said."""
    assert run("generate", RECIPE, "-o", "a.png") == 0
    engine.name = "other@111111111111"
    assert run("generate", "--like", "a.png") == 0
    assert "patches@000000000000" in capsys.readouterr().err


def test_a_tolerance_is_repeated_with_its_picture(run: Run, engine: PatchEngine) -> None:
    """A guided picture answers for what it was asked for, also when it is made again."""
    engine.off_by = 4.0
    assert run("generate", RECIPE, "--tolerance", "4.5", "-o", "a.png") == 0
    assert run("generate", "--like", "a.png") == 0
    assert run("generate", "--like", "a.png", "--tolerance", "3.5") == 5


SCENE = (
    "--zone", "circle=50% white, 50% red", "--zone", "text:СТАРТ=blue", "--granule-mm", "1.5", "3", "--fine", "blue",
    "--surface", "cut", "--light", "sun", "--wet", "--size", "256", "--field-mm", "40",
)  # fmt: skip


def test_a_whole_scene_is_repeated_to_the_byte(run: Run, engine: PatchEngine) -> None:
    """Nothing but the picture is needed, not even the mask's file."""
    Image.fromarray(np.eye(64, dtype=np.uint8) * 255).save("mask.png")
    assert run("generate", RECIPE, *SCENE, "--zone", "mask.png=black", "-o", "a.png") == 0
    Path("mask.png").unlink()
    assert run("generate", "--like", "a.png", "-o", "b.png") == 0
    assert Path("a.png").read_bytes() == Path("b.png").read_bytes()
    assert engine.requests[0] == engine.requests[1]


def test_each_option_of_a_scene_wins_alone(run: Run, engine: PatchEngine) -> None:
    """One zone replaces all zones; the size of granules has two forms but is one choice."""
    assert run("generate", RECIPE, *SCENE, "-o", "a.png") == 0
    words = ("--zone", "border:8%=blue", "--granules", "2-4", "--light", "cold", "--no-wet")
    assert run("generate", "--like", "a.png", *words) == 0
    then, now = (request.scene for request in engine.requests)
    assert [zone.mask for zone in now.zones] == [None, "border:8%"]
    assert (now.granules.size_mm, now.light, now.wet) == ((2, 4), "cold", False)
    assert (now.surface, now.granules.fine, now.size) == (then.surface, then.granules.fine, then.size)


def test_text_mode_repeats_the_words_alone(run: Run, engine: PatchEngine) -> None:
    """The scene is left out; one that is asked for is refused."""
    assert run("generate", RECIPE, *SCENE, "-o", "a.png") == 0
    assert run("generate", "--like", "a.png", "--mode", "text") == 0
    assert engine.requests[1].scene.is_plain
    assert run("generate", "--like", "a.png", "--mode", "text", "--wet") == 2


@pytest.mark.parametrize(
    ("name", "text"),
    [("seed", "many"), ("size", "64"), ("size", "100x100"), ("mode", "wild"), ("scene", "{"), ("scene", "[]"),
     ("scene", '{"lamp": 1}'), ("scene", '{"zones": [{"mask": "circle"}]}'), ("strength", ""),
     ("scene", '{"zones":' + "[" * 100_000), ("scene", '{"zones":' + "[" * 900 + "]" * 900 + "}"),
     ("scene", '{"granule_mm": [1]}'), ("scene", '{"granule_mm": [NaN, 3]}'), ("scene", '{"field_mm": 1e999}'),
     ("scene", '{"field_mm": 1' + "0" * 400 + "}"), ("seed", "9" * 5000), ("guidance", "nan"), ("seed", ""),
     ("palette", "["), ("palette", "[1]"),
     ("palette", '{"red": 1}'),
     ("scene", '{"zones": [{"mask": "data:image/svg+xml,<svg/>", "recipe": "red"}]}')],
)  # fmt: skip
def test_a_field_that_was_changed_is_refused(
    run: Run, capsys: pytest.CaptureFixture[str], name: str, text: str
) -> None:
    """With exit code 2 and before any model is loaded."""
    assert run("generate", RECIPE, "-o", "a.png") == 0
    fields = read_fields(Path("a.png")) | {name: text}
    Path("b.png").write_bytes(encode_png(np.zeros((64, 64, 3), np.uint8), fields))
    capsys.readouterr()
    assert run("generate", "--like", "b.png") == 2
    told = capsys.readouterr().err
    assert told.startswith("error: ")
    assert len(told) < 400
    for words in ("unpack", "convert", "literal", "is not a valid", "Exceeds", "KeyError", "Warning", "recursion"):
        assert words not in told
    if name == "size" or (name == "scene" and "granule" not in text):
        assert "b.png" in told


def test_a_scene_that_has_a_drawing_is_repeated_by_its_picture(run: Run, engine: PatchEngine) -> None:
    """Another program may write an SVG; what is made of it carries a PNG."""
    assert run("generate", RECIPE, "--zone", "circle=white", "-o", "a.png") == 0
    svg = "<svg viewBox='0 0 2 2'><path d='M0 0H1V2H0z'/></svg>"
    scene = json.dumps({"zones": [{"mask": f"data:image/svg+xml,{svg}", "recipe": "white"}]})
    fields = read_fields(Path("a.png")) | {"scene": scene}
    Path("b.png").write_bytes(encode_png(np.zeros((64, 64, 3), np.uint8), fields))
    assert run("generate", "--like", "b.png", "-o", "c.png") == 0
    assert str(engine.requests[-1].scene.zones[1].mask).startswith("data:image/png;base64,")
    assert run("generate", "--like", "c.png", "-o", "d.png") == 0
    assert Path("c.png").read_bytes() == Path("d.png").read_bytes()


def test_what_was_chosen_for_another_model_is_not_repeated(
    run: Run, engine: PatchEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    """A render's one step ruins a network's picture; what an option says stays."""
    assert run("render", RECIPE, "--seed", "5", "--size", "128", "--surface", "cut", "-o", "a.png") == 0
    assert run("generate", "--like", "a.png", "-o", "b.png") == 0
    assert run("generate", "--like", "a.png", "--steps", "7", "-o", "c.png") == 0
    first, second = engine.requests
    assert (first.seed, first.size.width_px, first.scene.surface) == (5, 128, "cut")
    assert (first.steps, first.guidance) == (engine.defaults.steps, engine.defaults.guidance)
    assert first.negative_prompt == engine.defaults.negative_prompt
    assert second.steps == 7
    assert "as usual for patches@000000000000" in capsys.readouterr().err


def test_a_render_is_repeated(run: Run) -> None:
    """With all that it shows, to the byte; an option wins."""
    look = ("--surface", "cut", "--field-mm", "30", "--light", "sun", "--wet", "--whole-tile", "--seed", "9")
    assert run("render", RECIPE, "--size", "128", *look, "-o", "a.png") == 0
    assert run("render", "--like", "a.png", "-o", "b.png") == 0
    assert Path("a.png").read_bytes() == Path("b.png").read_bytes()
    assert run("render", "--like", "a.png", "--no-whole-tile", "--seed", "10", "-o", "c.png") == 0
    fields = read_fields(Path("c.png"))
    assert (fields["seed"], "whole_tile" in fields) == ("10", False)
    assert fields["scene"] == read_fields(Path("a.png"))["scene"]
    assert run("render") == 2
