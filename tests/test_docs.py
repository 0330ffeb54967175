"""The documentation: its links, its commands and what is in the site's menu."""

import re
import shlex
import tomllib
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest

from plitka.cli.engines import load_bundled_engine
from plitka.cli.parser import build_parser

ROOT = Path(__file__).parent.parent
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
START_PAGES = sorted((ROOT / "docs").rglob("for-*.md"))
LINK = re.compile(r"\]\(([^)\s]+)\)")


def name_of(page: Path) -> str:
    """A page as its test is called."""
    return str(page.relative_to(ROOT))


def anchors(page: Path) -> set[str]:
    """What GitHub calls the headings of a page."""
    text = re.sub(r"(?ms)^```.*?^```", "", page.read_text(encoding="utf-8"))
    headings = re.findall(r"(?m)^#+ (.+)$", text)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_holds_on_github(page: Path) -> None:
    """To a file of the project, and to a heading in it."""
    text = re.sub(r"(?ms)^ *```.*?^ *```", "", page.read_text(encoding="utf-8"))
    for link in LINK.findall(text):
        if "://" in link or link.startswith("mailto:"):
            continue
        place, _, anchor = unquote(link).partition("#")
        target = (page.parent / place).resolve() if place else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def commands_of(page: Path) -> list[list[str]]:
    """The words of each command in a page's blocks; lines that go on with one are indented."""
    blocks = re.findall(r"(?ms)^```(?:sh)?\n(.*?)^```", page.read_text(encoding="utf-8"))
    lines = [line for block in blocks for line in re.split(r"\n(?=\S)", block.replace("\\\n", " "))]
    return [shlex.split(line, comments=True) for line in lines if line.startswith(("plitka ", "curl ", "make "))]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_of_a_page_is_one(page: Path) -> None:
    """The command line takes each with its options."""
    for program, *words in commands_of(page):
        if program == "plitka":
            build_parser(str, load_bundled_engine).parse_args(words)


@pytest.mark.parametrize("page", [ROOT / "README.md", *START_PAGES], ids=name_of)
def test_a_start_page_reads_and_replaces_no_picture_but_its_own(page: Path) -> None:
    """Whoever types all of it in its order has what each command reads, and keeps what was made before."""
    commands = commands_of(page)
    assert ["plitka", "generate"] in [command[:2] for command in commands]
    made = {"tile.png"}  # of `make tile`
    for command in commands:
        for before, word in pairwise(command):
            if Path(word).suffix not in {".png", ".jpg"}:
                continue
            assert (word in made) != (before == "-o"), command
            made.add(word)


def test_start_pages_stand_in_both_languages_with_the_same_commands_and_pictures() -> None:
    """Recipes are in the reader's language; all else is the same, in the same order."""

    def steps(page: Path) -> list[str]:
        found = re.findall(r"(?m)^plitka [a-z]+|images/[\w.]+|^## ", page.read_text(encoding="utf-8"))
        return [str(step) for step in found]

    english = [page for page in START_PAGES if page.parent.name == "docs"]
    assert [page.name for page in english] == ["for-architects.md", "for-developers.md", "for-makers.md"]
    for page in english:
        assert steps(page) == steps(page.parent / "ru" / page.name), page.name


def test_every_page_is_in_the_menu_of_the_site() -> None:
    """Once; and nothing else is."""

    def leaves(entries: list[dict[str, object]]) -> list[str]:
        values = [value for entry in entries for value in entry.values()]
        return [page for value in values for page in (leaves(value) if isinstance(value, list) else [str(value)])]

    menu = leaves(tomllib.loads((ROOT / "zensical.toml").read_text(encoding="utf-8"))["project"]["nav"])
    assert sorted(menu) == sorted(name_of(page) for page in PAGES)
