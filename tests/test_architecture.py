"""The house rules that a machine can check."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import plitka

SOURCE = Path(plitka.__file__).parent
MODULES = sorted(SOURCE.rglob("*.py"))
HEAVY = ("torch", "numpy", "PIL", "pydantic", "structlog", "tqdm", "diffusers", "transformers")
VAGUE = {"utils", "util", "helpers", "common", "base", "manager", "misc"}


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a module, methods and inner ones as well."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def modules_after(code: str) -> set[str]:
    """The top-level names of all modules that are loaded after running code in a fresh process."""
    report = f"{code}\nimport sys; sys.stderr.write(' '.join({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize(
    "code",
    [
        "import plitka, plitka.cli, plitka.core.recipes.recipe, plitka.core.colour.palette, plitka.core.generation",
        "from plitka.cli import main; assert main(['parse', '60% red, 40% black']) == 0",
        "from plitka.cli import main; assert main(['parse', '--json', '60% red, 40% black']) == 0",
        "from plitka.cli import main; assert main(['colours', '--language', 'ru']) == 0",
    ],
)
def test_recipes_and_colours_import_nothing_heavy(code: str) -> None:
    """A fresh process that parses a recipe or lists the colours loads only the standard library."""
    assert modules_after(code).isdisjoint(HEAVY)


def test_help_imports_nothing_heavy() -> None:
    """Help is told without loading what the commands need."""
    code = "from plitka.cli import main\ntry: main(['generate', '--help'])\nexcept SystemExit: pass"
    assert modules_after(code).isdisjoint(HEAVY)


def test_core_does_not_load_torch() -> None:
    """Importing every module of core leaves torch alone."""
    names = [f"plitka.core.{path.stem}" for path in (SOURCE / "core").glob("*.py") if path.stem != "__init__"]
    assert "torch" not in modules_after(f"import {', '.join(names)}")


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_modules_and_functions_stay_short(path: Path) -> None:
    """No module is longer than 500 lines and no function longer than 80."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 500
    long = [node.name for node in functions(path) if (node.end_lineno or 0) - node.lineno + 1 > 80]
    assert not long


def test_module_names_say_what_is_in_them() -> None:
    """No module has a name under which anything could be kept."""
    assert VAGUE.isdisjoint(path.stem for path in MODULES)


def test_every_test_says_what_it_shows() -> None:
    """Each test has a docstring."""
    tests = Path(__file__).parent.rglob("test_*.py")
    mute = [
        f"{path.name}::{node.name}"
        for path in tests
        for node in functions(path)
        if node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert not mute
