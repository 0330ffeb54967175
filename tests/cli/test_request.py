"""What is asked of an engine."""

from pathlib import Path

import pytest
from tests.cli.conftest import Run, no_engine
from tests.cli.patch_engine import PatchEngine

from plitka.cli import main
from plitka.cli.request import square
from plitka.core.generation import RANDOM_SEED_LIMIT
from plitka.core.scene import Size

RECIPE = "60% red, 40% black"


def test_choices_reach_the_engine(run: Run, engine: PatchEngine) -> None:
    """Every option of a request is handed on."""
    words = ("--steps", "9", "--guidance", "5.5", "--size", "128", "--negative", "grass", "--mode", "text")
    assert run("generate", RECIPE, *words) == 0
    request = engine.requests[0]
    assert (request.steps, request.guidance, request.size) == (9, 5.5, square(128))
    assert (request.negative_prompt, request.mode) == ("grass", "text")


@pytest.mark.parametrize("typed", ["192x128", "192×128", "192х128"])
def test_a_size_may_be_a_width_and_a_height(run: Run, engine: PatchEngine, typed: str) -> None:
    """With an x of either alphabet, or the sign."""
    assert run("generate", RECIPE, "--size", typed) == 0
    assert engine.requests[0].size == Size(width_px=192, height_px=128)


@pytest.mark.parametrize("words", [(), ("--seed", "-1")])
def test_without_a_seed_a_random_one_is_told(
    run: Run, engine: PatchEngine, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    """The drawn seed is below the limit and is printed, so the picture can be repeated."""
    assert run("generate", RECIPE, *words) == 0
    seed = engine.requests[0].seed
    assert 0 <= seed < RANDOM_SEED_LIMIT
    assert str(seed) in capsys.readouterr().out


@pytest.mark.parametrize(
    "words",
    [
        ("60% teel, 40% black",),
        (RECIPE, "--steps", "0"),
        (RECIPE, "--steps", "many"),
        (RECIPE, "--size", "100"),
        (RECIPE, "--count", "65"),
        (RECIPE, "--count", "0"),
        (RECIPE, "--seed", "4294967296"),
        (RECIPE, "--seed", "-2"),
        (RECIPE, "--seed", "4294967295", "--count", "2"),
        (RECIPE, "--mode", "wild"),
        (RECIPE, "--mode", "text", "--strength", "0.5"),
        (RECIPE, "--mode", "text", "--guide", "none.png"),
        (RECIPE, "--mode", "text", "--zone", "circle=white"),
        (RECIPE, "--mode", "text", "--light", "sun"),
        (RECIPE, "--mode", "text", "--wet"),
        (RECIPE, "--mode", "text", "--field-mm", "60"),
        (RECIPE, "--field-mm", "0"),
        (RECIPE, "--zone", "circle"),
        (RECIPE, "--zone", "circle=80% teel, 20% black"),
        (RECIPE, "--zone", "none.png=white"),
        (RECIPE, "--coarse", "white"),
        (RECIPE, "--granules", "1-3", "--granule-mm", "1", "3"),
        (RECIPE, "--strength", "0.01"),
        (RECIPE, "--strength", "nan"),
        (RECIPE, "--guide", "none.png"),
        (RECIPE, "--tolerance", "-1"),
        (RECIPE, "--tolerance", "nan"),
        (RECIPE, "--guidance", "nan"),
        (RECIPE, "-o", "tile.bmp"),
        (RECIPE, "-o", "nowhere/tile.png"),
        (RECIPE, "--like", "none.png"),
        (RECIPE, "--unknown"),
        (),
    ],
)
def test_bad_input_is_refused_before_the_model_is_loaded(
    words: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 2, a reason on stderr, nothing on stdout and no file."""
    monkeypatch.chdir(tmp_path)
    try:
        code = main(("generate", *words), load_engine=no_engine)
    except SystemExit as stop:
        code = int(stop.code or 0)
    assert code == 2
    told = capsys.readouterr()
    assert told.err
    assert not told.out
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--seed", "-2"), "--seed must lie in"),
        (("--steps", "0"), "--steps must lie in"),
        (("--size", "100"), "--size must be a multiple of 64 px, not 100"),
        (("--size", "32"), "--size must lie in 64..2048"),
        (("--size", "128x100"), "--height must be a multiple of 64 px, not 100"),
        (("--size", "128x128x128"), "'128x128x128' is neither a side nor a width and a height"),
        (("--count", "0"), "--count must lie in"),
        (("--mode", "text", "--strength", "0.5"), "--strength belongs to the mode guided"),
        (("--coarse", "white"), "--coarse takes some of RED, BLACK"),
        (("--negative", "bad \udcff"), "the negative prompt: character 5 is damaged"),
    ],
)
def test_choices_are_named_as_they_were_given(
    run: Run, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], says: str
) -> None:
    """As options, not as fields of JSON."""
    assert run("generate", RECIPE, *words) == 2
    assert says in capsys.readouterr().err
