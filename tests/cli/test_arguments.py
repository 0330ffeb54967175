"""Options that several commands share."""

import argparse

import pytest
from tests.cli.conftest import Run, no_engine

from plitka.cli.arguments import engine_config
from plitka.cli.parser import build_parser
from plitka.model.engine_config import EngineConfig


def commands() -> dict[str, argparse.ArgumentParser]:
    """Every command that runs, by its words."""
    found, waiting = {}, {"": build_parser(str, no_engine)}
    while waiting:
        words, parser = waiting.popitem()
        deeper = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
        waiting |= {f"{words} {name}".strip(): one for action in deeper for name, one in action.choices.items()}
        if not deeper:
            found[words] = parser
    return found


@pytest.mark.parametrize(("words", "parser"), commands().items(), ids=list(commands()))
def test_every_command_has_the_shared_options(words: str, parser: argparse.ArgumentParser) -> None:
    """And each option a help text, and no abbreviation is taken for it."""
    del words
    named = {word for action in parser._actions for word in action.option_strings}
    assert named >= {"--json", "--language", "--quiet", "--verbose", "--log-json", "--help"}
    assert all(action.help for action in parser._actions if action.option_strings)
    assert not parser.allow_abbrev


@pytest.mark.parametrize(
    ("language", "steps", "strength"),
    [("en", "'abc' is no whole number", "'abc' is no number"), ("ru", "'abc' — не целое число", "'abc' — не число")],
)
def test_what_is_no_number_is_refused_in_the_readers_language(
    run: Run, capsys: pytest.CaptureFixture[str], language: str, steps: str, strength: str
) -> None:
    """With the option that it was typed for."""
    for option, told in (("--steps", steps), ("--strength", strength)):
        assert run("--language", language, "generate", "red", option, "abc") == 2
        last = capsys.readouterr().err.splitlines()[-1]
        assert option in last
        assert told in last


@pytest.mark.parametrize("command", ["generate red", "evaluate", "serve", "work"])
def test_devices_reach_the_engine(command: str) -> None:
    """Whatever engine is asked for; half of the guidance goes elsewhere only where that is asked for."""
    name, *words = command.split()
    parse = commands()[name].parse_args
    assert engine_config(parse(words)) == EngineConfig()
    given = parse([*words, "--device", "cuda:1", "--guidance-device", "auto"])
    assert engine_config(given) == EngineConfig(device="cuda:1", guidance_device="auto")


def test_a_decimal_comma_is_a_point() -> None:
    """As Russian messages write it."""
    options = commands()["generate"].parse_args(["red", "--strength", "0,05", "--guidance", "1.5"])
    assert (options.strength, options.guidance) == (0.05, 1.5)


def test_generate_and_render_ask_for_a_scene_alike() -> None:
    """The options of one are those of the other."""
    scenes = [
        [action.option_strings for action in parser._actions if action.dest in NAMES]
        for parser in (commands()["generate"], commands()["render"])
    ]
    assert scenes[0] == scenes[1]
    assert len(scenes[0]) == len(NAMES)


NAMES = {"zone", "granules", "granule_mm", "coarse", "fine", "surface", "light", "wet", "field_mm"}


@pytest.mark.parametrize("words", [("--mode", "magic"), ("--quality", "slow")])
def test_a_wrong_choice_is_told_the_right_ones(
    words: tuple[str, str], run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the words that are typed, not by a name in the code."""
    assert run("generate", "100% red", *words) == 2
    told = capsys.readouterr().err
    assert "choose from" in told
    assert {"--mode": "guided", "--quality": "fast"}[words[0]] in told.splitlines()[-1]
