"""`plitka completion` and `plitka demo`: what makes the first hour shorter."""

import argparse
import shlex
from collections.abc import Iterator
from pathlib import Path

from plitka.cli.arguments import Commands, Translate, add_command
from plitka.cli.exit_codes import EXIT_OK
from plitka.cli.output import check_writable
from plitka.cli.terminal import Terminal
from plitka.core.language.translations import translation
from plitka.errors import InputError

SHELLS = ("bash", "zsh", "tcsh")
_RECIPES = {
    "en": ("60% red, 30% black, 10% white", "black with 15% green fleck", "white"),
    "ru": ("60% красный, 30% чёрный, 10% белый", "чёрный с 15% зелёных вкраплений", "белый"),
}
"""Of the tour, in the language of whoever takes it."""


def add_completion(commands: Commands, _: Translate, parser: argparse.ArgumentParser) -> None:
    """Declare `completion`, which completes what `parser` reads."""
    command = add_command(commands, "completion", _, _("write a script that completes plitka's words in a shell"))
    command.add_argument("shell", choices=SHELLS, metavar="SHELL", help=", ".join(SHELLS))
    command.set_defaults(run=run_completion, parser=parser)


def add_demo(commands: Commands, _: Translate, parser: argparse.ArgumentParser) -> None:
    """Declare `demo`, whose commands `parser` reads."""
    command = add_command(commands, "demo", _, _("run five commands, one after the other, and show what they write"))
    command.add_argument(
        "folder", type=Path, nargs="?", metavar="DIR", help=_("where pictures go (default: plitka-demo)")
    )
    command.set_defaults(run=run_demo, logs=True, parser=parser)


def run_completion(options: argparse.Namespace, terminal: Terminal) -> int:
    """The script, to be read by the shell."""
    import shtab

    terminal.write(shtab.complete(options.parser, shell=options.shell))
    return EXIT_OK


def run_demo(options: argparse.Namespace, terminal: Terminal) -> int:
    """Each command as it is typed, and what it writes; it ends at the first that fails."""
    folder = options.folder or Path("plitka-demo")
    if folder.is_dir() and any(folder.iterdir()):
        raise InputError("{path} is not empty; name a new folder", path=folder)
    folder.mkdir(parents=True, exist_ok=True)
    check_writable(folder)
    for told, words in _tour(folder, terminal.language):
        terminal.write(f"\n# {told}\nplitka {shlex.join(words)}\n")
        terminal.stdout.flush()
        command = options.parser.parse_args(words)
        code: int = command.run(command, terminal)
        if code != EXIT_OK:
            return code
    return EXIT_OK


def _tour(folder: Path, language: str) -> Iterator[tuple[str, list[str]]]:
    _ = translation(language).gettext
    recipe, other, border = _RECIPES[language]
    photograph, wet = str(folder / "tile.png"), str(folder / "wet.png")
    yield _("How a recipe is read"), ["parse", recipe]
    yield _("A picture by the model, measured and corrected"), ["generate", recipe, "--seed", "7", "-o", photograph]
    yield _("What it shows, as if it were a photograph of yours"), ["measure", photograph, recipe]
    yield _("The same mix calculated, in the sun after rain"), ["render", recipe, "--wet", "--light", "sun", "-o", wet]
    zone = ["--zone", f"border:10%={border}", "-o", str(folder / "border.png")]
    yield _("Another mix, with a border"), ["generate", other, "--seed", "3", *zone]
