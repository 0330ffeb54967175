"""The whole command line."""

import argparse
from pathlib import Path

import pytest
from tests.cli.conftest import Run, no_engine

from plitka.cli.engines import DEFAULT_MODEL
from plitka.cli.parser import build_parser
from plitka.model.bundle import find_bundle


def test_every_option_is_documented() -> None:
    """docs/overview.md names each option of each command, and help says what each word is."""
    overview = (Path(__file__).parents[2] / "docs/overview.md").read_text(encoding="utf-8")
    waiting = [build_parser(str, no_engine)]
    while waiting:
        for action in waiting.pop()._actions:
            if action.help is argparse.SUPPRESS:  # a further name of an option, by one rule for all of them
                continue
            assert all(f"`{word}" in overview or f"{word}`" in overview for word in action.option_strings[-1:])
            if isinstance(action, argparse._SubParsersAction):
                waiting.extend(action.choices.values())
            else:
                assert action.help, action.dest


def test_help_and_errors_speak_russian(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """--language reaches our help, argparse's own words and errors."""
    assert run("generate", "--help", "--language", "ru") == 0
    told = capsys.readouterr().out
    assert "options:" not in told
    assert "usage:" not in told
    assert run("generate", "--language=ru") == 2
    assert "ошибка" in capsys.readouterr().err


def test_an_option_of_two_values_names_them(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """In both languages; argparse says only how many there are."""
    assert run("generate", "red", "--granule-mm", "1") == 2
    assert "--granule-mm: expected the values MIN MAX, with a space between" in capsys.readouterr().err
    assert run("--language", "ru", "generate", "red", "--granule-mm", "1") == 2
    assert "--granule-mm: нужны значения MIN MAX через пробел" in capsys.readouterr().err


def test_common_options_stand_before_or_after_the_command(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Either way they mean the same, in help as well."""
    assert run("--language", "ru", "--help") == 0
    assert "использование" in capsys.readouterr().out
    assert run("--json", "--language", "ru", "parse", "95% red") == 0
    before = capsys.readouterr().out
    assert run("parse", "95% red", "--json", "--language", "ru") == 0
    assert capsys.readouterr().out == before
    assert before.startswith("{")
    assert run("--quiet", "model", "list") == 0
    capsys.readouterr()
    assert run("model", "--json", "--language", "ru", "list") == 0
    assert capsys.readouterr().out.startswith("{")
    assert run("keys", "--language", "ru", "--help") == 0
    assert "использование" in capsys.readouterr().out


def test_the_name_alone_shows_what_to_type(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Each line is a command that there is, told in either language."""
    assert run() == 0
    told = capsys.readouterr().out
    words = [line.split()[1] for line in told.splitlines() if line.startswith("  plitka")]
    assert len(words) > 3
    assert all(run(word, "--help") == 0 for word in words if not word.startswith("-"))
    capsys.readouterr()
    assert run("--language", "ru") == 0
    russian = capsys.readouterr().out
    assert [line.split()[1] for line in russian.splitlines() if line.startswith("  plitka")] == words
    assert max(len(line) for line in (told + russian).splitlines()) <= 80
    assert "красный" in russian
    assert not set(told.splitlines()) & set(russian.splitlines()) - {""}


def test_help_tells_what_the_chosen_model_uses(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """The shipped one's usual strength is a twelfth of SDXL's."""
    assert run("generate", "--help") == 0
    usual = find_bundle(DEFAULT_MODEL).defaults
    told = " ".join(capsys.readouterr().out.split())
    assert usual.guided.strength_range
    least, most = usual.guided.strength_range
    assert f"painted over, {least:g} to {most:g} (default: {usual.guided.strength:g})" in told
    assert f"guidance scale (default: {usual.guidance:g})" in told
    assert run("generate", "--help", "--model", "no such model") == 0
