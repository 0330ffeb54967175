"""The command line, with an engine that paints flat patches instead of a network."""

import argparse
import inspect
import io
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import plitka.cli
from plitka import errors
from plitka.cli import main
from plitka.cli.arguments import build_parser
from plitka.core.colour.palette import default_palette
from plitka.core.files.picture import read_fields
from plitka.core.generation import RANDOM_SEED_LIMIT, Defaults, OnProgress, Progress, Request, Result
from plitka.core.recipes.recipe import Recipe, format_colours

RECIPE = "60% red, 40% black"
Run = Callable[..., int]


class PatchEngine:
    """Paints vertical stripes in the asked shares, shifted by the seed."""

    name: str = "patches@000000000000"
    defaults = Defaults(steps=4, guidance=3.0, width_px=64, height_px=64)

    def __init__(self, off_by: float = 0.0) -> None:
        self.off_by = off_by
        self.requests: list[Request] = []
        self.n_attempts = 1
        self.after_step: Callable[[int], None] = lambda _step: None

    def prompt(self, recipe: Recipe) -> str:
        """The recipe alone."""
        return format_colours(recipe)

    def generate(self, request: Request, on_progress: OnProgress | None = None) -> Result:
        """Stripes, after the asked number of idle steps."""
        self.requests.append(request)
        chosen = self.defaults.complete(request)
        for attempt in range(1, self.n_attempts + 1):
            for step in range(1, (chosen.steps or 0) + 1):
                self.after_step(step)
                if on_progress:
                    on_progress(Progress(step=step, n_steps=chosen.steps or 0, attempt=attempt))
        codes = list(request.recipe.percents)
        measured = dict(request.recipe.percents)
        measured[codes[0]] -= self.off_by
        measured[codes[-1]] += self.off_by
        pixels = self.paint(list(measured.values()), chosen)
        return Result(
            pixels=pixels,
            request=chosen,
            prompt=self.prompt(request.recipe),
            engine=self.name,
            measured=measured,
            seconds=0.25,
        )

    @staticmethod
    def paint(percents: list[float], request: Request) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint8]]":
        """Stripe k in grey level 40 k."""
        width_px, height_px = request.width_px or 64, request.height_px or 64
        edges = np.cumsum(percents) / 100 * width_px
        row = np.searchsorted(edges, (np.arange(width_px) + request.seed) % width_px, side="right") * 40
        return np.broadcast_to(row[None, :, None], (height_px, width_px, 3)).astype(np.uint8)


@pytest.fixture
def engine() -> PatchEngine:
    """An engine without a network."""
    return PatchEngine()


@pytest.fixture
def run(engine: PatchEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command line in an empty folder, in English, with that engine."""
    monkeypatch.chdir(tmp_path)
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "LANGUAGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PLITKA_LANG", "en")

    def run(*words: str) -> int:
        try:
            return main(words, load_engine=lambda *_: engine)
        except SystemExit as stop:
            return int(stop.code or 0)

    return run


def no_engine(*_: object) -> PatchEngine:
    """Stands where no model may be loaded."""
    pytest.fail("the model was loaded")


def test_every_error_has_an_exit_code() -> None:
    """No class of errors.py falls through the table."""
    kinds = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.PlitkaError)]
    outside = [
        kind.__name__
        for kind in kinds
        if kind is not errors.PlitkaError and not any(base in plitka.cli.EXIT_CODES for base in kind.__mro__)
    ]
    assert not outside


def test_every_option_is_documented() -> None:
    """docs/overview.md names each option of each command."""
    overview = (Path(__file__).parent.parent / "docs/overview.md").read_text(encoding="utf-8")
    waiting = [build_parser(str, no_engine)]
    while waiting:
        for action in waiting.pop()._actions:
            assert all(f"`{word}" in overview or f"{word}`" in overview for word in action.option_strings[-1:])
            if isinstance(action, argparse._SubParsersAction):
                waiting.extend(action.choices.values())


def test_generate_writes_a_picture_that_carries_its_request(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """The file is named on stdout and its text fields say how it was made."""
    assert run("generate", RECIPE, "--seed", "42") == 0
    out = capsys.readouterr().out
    assert "tile.png" in out
    assert "RED" in out
    fields = read_fields(Path("tile.png"))
    assert (fields["seed"], fields["steps"], fields["size"]) == ("42", "4", "64x64")
    assert json.loads(fields["requested"]) == {"RED": 60.0, "BLACK": 40.0}


def test_generate_answers_a_machine_with_one_object(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """--json gives exactly the documented fields and nothing else on stdout."""
    assert run("generate", RECIPE, "--seed", "42", "--json", "-o", "red.png") == 0
    assert json.loads(capsys.readouterr().out) == {
        "images": [
            {
                "path": "red.png",
                "seed": 42,
                "requested": {"RED": 60.0, "BLACK": 40.0},
                "measured": {"RED": 60.0, "BLACK": 40.0},
                "max_error": 0.0,
                "mode": "guided",
                "attempts": 1,
                "seconds": 0.25,
            }
        ],
        "prompt": "60% red, 40% black",
        "model": "patches@000000000000",
    }


def test_the_same_command_gives_the_same_bytes(run: Run) -> None:
    """A seed repeats a picture down to the last byte of its file, whatever its name."""
    assert run("generate", RECIPE, "--seed", "42", "-o", "a.png") == 0
    assert run("generate", RECIPE, "--seed", "42", "-o", "b.png") == 0
    assert Path("a.png").read_bytes() == Path("b.png").read_bytes()


@pytest.mark.parametrize("words", [(), ("--seed", "-1")])
def test_without_a_seed_a_random_one_is_told(
    run: Run, engine: PatchEngine, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    """The drawn seed is below the limit and is printed, so the picture can be repeated."""
    assert run("generate", RECIPE, *words) == 0
    seed = engine.requests[0].seed
    assert 0 <= seed < RANDOM_SEED_LIMIT
    assert str(seed) in capsys.readouterr().out


def test_count_makes_consecutive_seeds_and_a_contact_sheet(run: Run, engine: PatchEngine) -> None:
    """Each picture is named by its seed, and one sheet shows all."""
    assert run("generate", RECIPE, "--seed", "7", "--count", "3", "-o", "set.png") == 0
    assert [request.seed for request in engine.requests] == [7, 8, 9]
    assert {path.name for path in Path().iterdir()} == {"set-7.png", "set-8.png", "set-9.png", "set-sheet.png"}


def test_a_second_picture_does_not_replace_the_first(run: Run) -> None:
    """Without a name the next free one is taken."""
    for _ in range(3):
        assert run("generate", RECIPE, "--seed", "1") == 0
    assert {path.name for path in Path().iterdir()} == {"tile.png", "tile-2.png", "tile-3.png"}


def test_a_folder_is_a_place_for_pictures(run: Run) -> None:
    """-o takes a folder as well."""
    Path("out").mkdir()
    assert run("generate", RECIPE, "-o", "out") == 0
    assert Path("out/tile.png").exists()


def test_choices_reach_the_engine(run: Run, engine: PatchEngine) -> None:
    """Every option of a request is handed on."""
    words = ("--steps", "9", "--guidance", "5.5", "--size", "128", "--negative", "grass", "--mode", "text")
    assert run("generate", RECIPE, *words) == 0
    request = engine.requests[0]
    assert (request.steps, request.guidance, request.width_px, request.height_px) == (9, 5.5, 128, 128)
    assert (request.negative_prompt, request.mode) == ("grass", "text")


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
    assert (text.mode, text.strength, text.tolerance) == ("text", None, None)
    assert "strength" not in read_fields(Path("c.png"))


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


def test_each_attempt_is_told(run: Run, engine: PatchEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line says which attempt is made, from the second on."""
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    engine.n_attempts = 2
    assert run("generate", RECIPE, "--seed", "3") == 0
    assert "seed 3  attempt 2" in screen.getvalue()
    assert "attempt 1" not in screen.getvalue()


def test_options_win_over_the_picture_to_repeat(run: Run, engine: PatchEngine) -> None:
    """What is said on the command line replaces that one thing."""
    assert run("generate", RECIPE, "--seed", "11", "--steps", "6", "-o", "a.png") == 0
    assert run("generate", "50% red, 50% white", "--like", "a.png", "--seed", "12") == 0
    request = engine.requests[1]
    assert (request.seed, request.steps) == (12, 6)
    assert request.recipe.percents == {"RED": 50.0, "WHITE": 50.0}


def test_another_model_is_remarked_when_repeating(
    run: Run, engine: PatchEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    """A picture of another model cannot be repeated exactly, and this is said."""
    assert run("generate", RECIPE, "-o", "a.png") == 0
    engine.name = "other@111111111111"
    assert run("generate", "--like", "a.png") == 0
    assert "patches@000000000000" in capsys.readouterr().err


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
        (RECIPE, "--strength", "0.01"),
        (RECIPE, "--strength", "nan"),
        (RECIPE, "--guide", "none.png"),
        (RECIPE, "--tolerance", "-1"),
        (RECIPE, "--tolerance", "nan"),
        (RECIPE, "--guidance", "nan"),
        (RECIPE, "-o", "tile.jpg"),
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


def test_a_recipe_error_points_at_the_place(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """The sentence is followed by the recipe and a caret under what is wrong."""
    assert run("parse", "60% red, 40% blak") == 2
    told = capsys.readouterr().err.splitlines()
    assert told[0].startswith("error: ")
    place = next(line for line in told if "60% red, 40% blak" in line).index("blak")
    assert any(line[place:].startswith(("^", "~")) for line in told if "^" in line)
    assert "black" in "\n".join(told)


def test_a_missed_tolerance_is_told_by_the_exit_code(run: Run, engine: PatchEngine) -> None:
    """5 if a share is further off than allowed: guided mode promises 3 points, text mode nothing of itself."""
    engine.off_by = 3.2
    assert run("generate", RECIPE) == 5
    assert run("generate", RECIPE, "--tolerance", "3.5") == 0
    assert run("generate", RECIPE, "--mode", "text") == 0
    assert run("generate", RECIPE, "--mode", "text", "--tolerance", "2.5") == 5
    assert [request.tolerance for request in engine.requests] == [None, 3.5, None, None]
    engine.off_by = 2.9
    assert run("generate", RECIPE) == 0


def test_a_tolerance_is_repeated_with_its_picture(run: Run, engine: PatchEngine) -> None:
    """A guided picture answers for what it was asked for, also when it is made again."""
    engine.off_by = 4.0
    assert run("generate", RECIPE, "--tolerance", "4.5", "-o", "a.png") == 0
    assert run("generate", "--like", "a.png") == 0
    assert run("generate", "--like", "a.png", "--tolerance", "3.5") == 5


def test_a_missing_model_is_a_file_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 4 for whatever is wrong with a model."""
    monkeypatch.chdir(tmp_path)

    def damaged(model: str, *_: object) -> PatchEngine:
        raise errors.MissingFile("{path} is not there; make it before the manifest", path=model)

    assert main(["generate", RECIPE, "--model", "ghost"], load_engine=damaged) == 4
    assert "ghost" in capsys.readouterr().err


def test_ctrl_c_stops_at_the_next_step(run: Run, engine: PatchEngine, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 130, finished pictures stay, the unfinished one leaves nothing."""

    def interrupt_second(step: int) -> None:
        if len(engine.requests) == 2 and step == 2:
            os.kill(os.getpid(), signal.SIGINT)

    engine.after_step = interrupt_second
    before = signal.getsignal(signal.SIGINT)
    assert run("generate", RECIPE, "--seed", "5", "--count", "3") == 130
    assert {path.name for path in Path().iterdir()} == {"tile-5.png"}
    assert "Ctrl-C" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is before


class Screen(io.StringIO):
    """A stderr that a person looks at."""

    def isatty(self) -> bool:
        """It says so."""
        return True


@pytest.mark.parametrize(("words", "is_shown"), [((), True), (("--quiet",), False)])
def test_a_person_sees_the_steps(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], is_shown: bool
) -> None:
    """A terminal shows steps and the time left, unless it shall be quiet."""
    screen = Screen()
    monkeypatch.setattr(sys, "stderr", screen)
    assert run("generate", RECIPE, "--seed", "3", *words) == 0
    assert ("0/4" in screen.getvalue()) is is_shown
    assert ("left" in screen.getvalue()) is is_shown


def test_a_pipe_sees_no_progress(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing moves where nobody looks."""
    assert run("generate", RECIPE, "--seed", "3") == 0
    assert capsys.readouterr().err == ""


def test_a_second_ctrl_c_ends_the_process(tmp_path: Path) -> None:
    """When the engine does not come to its next step, the next Ctrl-C is the system's own."""
    script = """
import os, signal, sys, time
from plitka.cli.progress import stoppable
from plitka.cli.terminal import open_terminal
with stoppable(open_terminal("en")):
    os.kill(os.getpid(), signal.SIGINT)
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(60)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == -signal.SIGINT
    assert "stopping at the next step" in done.stderr


def test_generate_works_outside_the_main_thread(run: Run) -> None:
    """Without signals to handle, a picture is made all the same."""
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(run("generate", RECIPE)))
    thread.start()
    thread.join()
    assert codes == [0]


def test_parse_shows_shares_and_prompt(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """For a person: the shares, then the whole prompt."""
    assert run("parse", RECIPE) == 0
    out = capsys.readouterr().out
    assert "RED" in out
    assert "60" in out
    assert "60% red, 40% black" in out


def test_parse_answers_a_machine(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """For a machine: requested, warnings and prompt."""
    assert run("parse", RECIPE, "--json") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["requested"] == {"RED": 60.0, "BLACK": 40.0}
    assert answer["warnings"] == []
    assert "60% red, 40% black" in answer["prompt"]


def test_colours_lists_the_palette(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Every colour of the palette is in the JSON with all its names."""
    assert run("colours", "--json") == 0
    listed = json.loads(capsys.readouterr().out)["colours"]
    assert {colour["code"] for colour in listed} == {colour.code for colour in default_palette().colours}
    assert set(listed[0]) >= {"code", "name", "name_ru", "hex", "source"}


def test_colours_can_be_filtered(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Only colours with the text in a code or a name, whatever its case."""
    assert run("colours", "ЧЁРН", "--json") == 0
    names = [colour["name_ru"].lower() for colour in json.loads(capsys.readouterr().out)["colours"]]
    assert names
    assert all("чёрн" in name or "черн" in name for name in names)


def test_help_and_errors_speak_russian(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """--language reaches our help, argparse's own words and errors."""
    assert run("generate", "--help", "--language", "ru") == 0
    told = capsys.readouterr().out
    assert "options:" not in told
    assert "usage:" not in told
    assert run("generate", "--language=ru") == 2
    assert "ошибка" in capsys.readouterr().err


def test_a_reader_may_leave_early() -> None:
    """`plitka colours | head -1` ends without a complaint."""
    command = [sys.executable, "-m", "plitka", "colours"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 0


def test_the_version_is_told(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """--version prints the installed version."""
    assert run("--version") == 0
    assert capsys.readouterr().out.startswith("plitka 0.")


def test_logs_can_be_lines_of_json(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """--verbose --log-json tells each picture as one JSON object on stderr."""
    assert run("generate", RECIPE, "--seed", "3", "--verbose", "--log-json") == 0
    events = [json.loads(line) for line in capsys.readouterr().err.splitlines() if line.startswith("{")]
    assert [event["seed"] for event in events if event["event"] == "picture"] == [3]


def test_the_contact_sheet_is_a_picture(run: Run) -> None:
    """The sheet opens as a PNG larger than any one cell."""
    assert run("generate", RECIPE, "--seed", "7", "--count", "2") == 0
    with Image.open("tile-sheet.png") as sheet:
        assert sheet.width > 2 * 320
