"""What can be imported from `plitka` itself, and the page that shows it."""

import codeop
import re
import subprocess
import sys
from pathlib import Path

import pytest

import plitka

PAGE = Path(__file__).parent.parent / "docs/python.md"
EXAMPLES = re.findall(
    r"^## (.+?)\n.*?^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
)


def test_the_page_shows_every_name_and_no_other() -> None:
    """Headings name them, and examples import nothing else from here."""
    headings = {name for heading, _ in EXAMPLES for name in re.findall(r"`(\w+)`", heading)}
    imported = {
        name
        for _, code in EXAMPLES
        for line in re.findall(r"from plitka import (.+)", code)
        for name in line.split(", ")
    }
    assert headings == imported == set(plitka.__all__)


@pytest.mark.parametrize("name", plitka.__all__)
def test_every_name_is_there(name: str) -> None:
    """It is fetched, and listed."""
    assert getattr(plitka, name) is not None
    assert name in dir(plitka)


@pytest.mark.parametrize(("heading", "code"), EXAMPLES)
def test_an_example_can_be_pasted_into_python(heading: str, code: str) -> None:
    """The interpreter reads line by line, and takes the end of a block from an empty one."""
    del heading
    lines: list[str] = []
    for line in [*code.splitlines(), ""]:
        lines.append(line)
        if codeop.compile_command("\n".join(lines)) is not None:
            lines = []
    assert not lines


def test_what_is_not_there_is_no_attribute() -> None:
    """As of any module."""
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = plitka.nothing


def test_importing_plitka_loads_nothing_else() -> None:
    """Neither numpy nor any module of ours; torch is far."""
    code = "import sys, plitka; print([m for m in sys.modules if m.startswith('plitka.') or m in ('numpy', 'torch')])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_the_examples_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """One after another in one folder, as a reader would; what each prints is not empty."""
    monkeypatch.chdir(tmp_path)
    for heading, code in EXAMPLES:
        exec(compile(code, heading, "exec"), {"__name__": "example"})  # noqa: S102  (our own page)
        assert bool(capsys.readouterr().out) == ("print(" in code), heading
    assert {path.name for path in tmp_path.iterdir()} == {"tile.png", "photograph.png"}
