"""What the process imports that the tests' servers are forked from: each of them would make it at its start."""

import gc

from tests.serve import fast_server

from plitka.cli.version import version
from plitka.serve import app

__all__ = ["fast_server"]

app._document(version())  # half a second, of which a start that is to be killed takes a tenth
gc.collect()
gc.freeze()
