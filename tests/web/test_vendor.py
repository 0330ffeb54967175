"""What is written by a script is what the script would write today."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WEB = ROOT / "src/plitka/web"


@pytest.fixture
def node() -> str:
    """Node and the packages; missing them fails in CI and is a reason to skip elsewhere."""
    found = shutil.which("node", path=str(Path(sys.executable).parent)) or shutil.which("node")
    if found is None or not (ROOT / "node_modules").exists():
        assert not os.environ.get("CI"), "npm ci must have run in CI"
        pytest.skip("node or its packages are not installed here")
    return found


def test_libraries_are_those_of_the_packages(node: str) -> None:
    """Of the versions in package-lock.json, to the byte, with their licences."""
    subprocess.run([node, ROOT / "recipes/web/vendor.js", "--check"], check=True, cwd=ROOT)
    licences = (WEB / "vendor/LICENCES.txt").read_text("utf-8")
    for name in ("preact", "htm", "openapi-fetch", "@preact/signals", "three"):
        assert f"\n{name} " in licences


def test_types_are_those_of_the_service(node: str) -> None:
    """The page is checked against the contract as it is now."""
    del node
    subprocess.run([sys.executable, ROOT / "recipes/web/schema.py", "--check"], check=True, cwd=ROOT)
