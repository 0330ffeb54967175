"""The house rules that a machine can check."""

import ast
import graphlib
import re
import statistics
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import grimp
import pytest

import plitka

SOURCE = Path(plitka.__file__).parent
TESTS = Path(__file__).parent
ROOT = TESTS.parent
MODULES = sorted(path for path in SOURCE.rglob("*.py") if "migrations" not in path.parts)
HEAVY = ("torch", "numpy", "PIL", "pydantic", "structlog", "tqdm", "diffusers", "transformers")
VAGUE = {"utils", "util", "helpers", "common", "base", "manager", "misc"}
MAX_FILE_LINES = 450
MAX_FUNCTION_LINES = 50
MEDIAN_FUNCTION_LINES = 8
P90_FUNCTION_LINES = 22
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tree_of(path: Path) -> ast.Module:
    """A module as Python reads it."""
    return ast.parse(path.read_text(encoding="utf-8"))


def functions(path: Path) -> Iterator[Function]:
    """Every function of a module, methods and inner ones as well."""
    for node in ast.walk(tree_of(path)):
        if isinstance(node, Function):
            yield node


def n_lines(function: Function) -> int:
    """From `def` to the last line, both counted."""
    return (function.end_lineno or 0) - function.lineno + 1


def public(body: list[ast.stmt]) -> Iterator[Function | ast.ClassDef]:
    """The public functions and classes of a module or a class, and theirs."""
    for node in body:
        if isinstance(node, Function | ast.ClassDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from public(node.body)


def says_it_all(node: Function | ast.ClassDef) -> bool:
    """Whether a property's or a protocol's name stands for its docstring (ruff's D102 is off for these)."""
    if isinstance(node, ast.ClassDef):
        return False
    is_property = any(getattr(decorator, "id", "") == "property" for decorator in node.decorator_list)
    is_stub = isinstance(node.body[-1], ast.Expr) and getattr(node.body[-1].value, "value", None) is Ellipsis
    return is_property or is_stub


def modules_after(code: str) -> set[str]:
    """The top-level names of all modules that are loaded after running code in a fresh process."""
    report = f"{code}\nimport sys; sys.stderr.write(' '.join({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", report], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


@pytest.mark.parametrize(
    "code",
    [
        "import plitka, plitka.cli, plitka.core.recipes.recipe, plitka.core.colour.palette, plitka.core.generation",
        "import plitka.core.scene, plitka.core.scene_json, plitka.core.report",
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
    paths = [path for path in (SOURCE / "core").rglob("*.py") if path.stem != "__init__"]
    names = [".".join(("plitka", *path.relative_to(SOURCE).with_suffix("").parts)) for path in paths]
    assert "torch" not in modules_after(f"import {', '.join(names)}")


def contracts() -> dict[str, dict[str, Any]]:
    """The import rules of pyproject.toml, by name."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {contract["name"]: contract for contract in table["tool"]["importlinter"]["contracts"]}


def test_the_rooms_in_the_docs_are_those_of_the_contracts() -> None:
    """docs/architecture.md has the same lines, and the same list of what is standard library only."""
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    layers = [line.replace(" : ", ", ") for line in contracts()["The rooms of the core"]["layers"]]
    assert "```\n" + "\n".join(layers) + "\n```" in text
    told = text.partition("import neither torch nor diffusers.")[2].partition("standard\nlibrary only")[0]
    light = contracts()["Grammar, palette and requests are standard library only"]["source_modules"]
    names = {name.removeprefix("plitka.").removeprefix("core.").replace(".", "/") for name in light}
    assert {name.removesuffix(".py") for name in re.findall("`([^`]+)`", told)} == names


def test_imports_have_no_cycle() -> None:
    """No module needs itself by way of others; imports inside functions and for the type checker count as well."""
    graph = grimp.build_graph("plitka")
    imports = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    graphlib.TopologicalSorter(imports).prepare()  # raises CycleError with the modules


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_modules_and_functions_stay_short(path: Path) -> None:
    """No module and no function is long; only those that declare options, named `add...`, are lists of any length."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_FILE_LINES
    long = [node.name for node in functions(path) if n_lines(node) > MAX_FUNCTION_LINES]
    assert not [name for name in long if not name.startswith("add")]


def test_most_functions_are_very_short() -> None:
    """The median and nine of ten, over the whole source."""
    lengths = sorted(n_lines(node) for path in MODULES for node in functions(path))
    assert statistics.median(lengths) <= MEDIAN_FUNCTION_LINES
    assert statistics.quantiles(lengths, n=10)[-1] <= P90_FUNCTION_LINES


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_every_public_name_says_what_it_is(path: Path) -> None:
    """Each module with code, and each public class and function of it, has a docstring."""
    tree = tree_of(path)
    assert not tree.body or ast.get_docstring(tree)
    mute = [node.name for node in public(tree.body) if not ast.get_docstring(node) and not says_it_all(node)]
    assert not mute


def test_module_names_say_what_is_in_them() -> None:
    """No module has a name under which anything could be kept."""
    assert VAGUE.isdisjoint(path.stem for path in MODULES)


@pytest.mark.parametrize(
    "path",
    [path for path in MODULES if path.stem not in {"__init__", "__main__"}],
    ids=lambda path: str(path.relative_to(SOURCE)),
)
def test_every_module_has_its_tests(path: Path) -> None:
    """They stand where the module stands: core/scene.py is tested by core/test_scene.py."""
    place = path.relative_to(SOURCE)
    assert (TESTS / place.with_name(f"test_{place.name}")).exists()


WEB = SOURCE / "web"
SCRIPTS = sorted(path for path in WEB.rglob("*.js") if "vendor" not in path.parts)
FORBIDDEN = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|dangerously|https?://"
)
IMPORTED = re.compile(r"""(?:from|import)\s*\(?\s*"([^"]+)\"""")


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: str(path.relative_to(WEB)))
def test_scripts_stay_short_and_say_what_they_are(path: Path) -> None:
    """Each begins with its description; none writes markup, runs text as code or names another server."""
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MAX_FILE_LINES
    assert text.startswith("/**")
    assert not FORBIDDEN.search(text)
    assert path.stem not in VAGUE


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: str(path.relative_to(WEB)))
def test_scripts_import_downward(path: Path) -> None:
    """Files that are there, by relative paths; no panel another panel, and only the page itself any panel."""
    for name in IMPORTED.findall(path.read_text(encoding="utf-8")):
        target = (path.parent / name).resolve()
        assert name.startswith("."), name
        assert target.exists() or target.name == "schema.js", name
        assert target.parent.name != "panels" or path.stem == "app", f"{path.name} imports the panel {name}"
        assert (path.parent.name, target.parent.name) != ("widgets", "panels")


def test_every_panel_has_its_tests() -> None:
    """web/panels/recipe.js is tested by tests/web/panels/test_recipe.py."""
    panels = {path.stem for path in (WEB / "panels").glob("*.js")}
    assert panels == {path.stem.removeprefix("test_") for path in (TESTS / "web/panels").glob("test_*.py")}


def run_at_import(tree: ast.Module) -> Iterator[ast.AST]:
    """What of a module is run when it is imported, and not for the type checker alone."""
    todo: list[ast.AST] = [*tree.body]
    while todo:
        node = todo.pop()
        if isinstance(node, Function):
            todo += node.decorator_list
        elif not isinstance(node, ast.Lambda) and not (
            isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        ):
            yield node
            todo += ast.iter_child_nodes(node)


def test_little_is_done_while_tests_are_collected() -> None:
    """Each process of the suite imports all of it: no picture is made there, nor a library of seconds imported."""
    large = re.compile(r"(from|import) (diffusers|transformers|peft|accelerate)\b|(tile|identify|lay_granules)\(")
    early = [
        f"{path.relative_to(TESTS)}: {said.splitlines()[0]}"
        for path in TESTS.rglob("*.py")
        for node in run_at_import(tree_of(path))
        if isinstance(node, ast.Import | ast.ImportFrom | ast.Call) and large.match(said := ast.unparse(node))
    ]
    assert not early


def test_every_test_says_what_it_shows() -> None:
    """Each test has a docstring."""
    mute = [
        f"{path.name}::{node.name}"
        for path in TESTS.rglob("test_*.py")
        for node in functions(path)
        if node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert not mute
