"""What the command line does for torch before it is imported, in processes of their own."""

import os
import subprocess
import sys

import pytest

ASK = """
import os, sys
from plitka.cli.engines import load_bundled_engine
from plitka.errors import BundleError
try:
    load_bundled_engine("no-such-model", None)
except BundleError:
    pass
sys.stdout.write(os.environ["THP_MEM_ALLOC_ENABLE"])
"""


@pytest.mark.parametrize(("set_by_user", "expected"), [({}, "1"), ({"THP_MEM_ALLOC_ENABLE": "0"}, "0")])
def test_large_pages_are_asked_for_unless_the_user_says_otherwise(set_by_user: dict[str, str], expected: str) -> None:
    """Before torch's first tensor, so before the model's modules are imported."""
    inherited = {name: value for name, value in os.environ.items() if name != "THP_MEM_ALLOC_ENABLE"}
    done = subprocess.run(
        [sys.executable, "-c", ASK], env=inherited | set_by_user, capture_output=True, text=True, check=True
    )
    assert done.stdout == expected
