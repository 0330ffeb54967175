"""What the command line sets for torch and numpy before they are imported, in processes of their own."""

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
sys.stdout.write(os.environ[sys.argv[1]])
"""


@pytest.mark.parametrize(
    ("name", "usual", "own"), [("THP_MEM_ALLOC_ENABLE", "1", "0"), ("OMP_WAIT_POLICY", "PASSIVE", "ACTIVE")]
)
def test_what_torch_reads_at_its_start_is_set_unless_the_user_says_otherwise(name: str, usual: str, own: str) -> None:
    """Large pages and threads that wait asleep: before torch's first tensor, so before the model's modules."""
    inherited = {other: value for other, value in os.environ.items() if other != name}
    for set_by_user, expected in (({}, usual), ({name: own}, own)):
        done = subprocess.run(
            [sys.executable, "-c", ASK, name], env=inherited | set_by_user, capture_output=True, text=True, check=True
        )
        assert done.stdout == expected
