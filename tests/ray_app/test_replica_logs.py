"""The log of a replica."""

import json
import subprocess
import sys


def test_a_line_says_what_it_is_of() -> None:
    """As JSON on stderr."""
    code = "from plitka.ray_app.replica_logs import log_to_stderr; log_to_stderr(painter='p')\n"
    code += "import structlog; structlog.get_logger().info('made', job_id='j')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    told = json.loads(done.stderr)
    assert {"event": "made", "job_id": "j", "painter": "p", "level": "info"}.items() <= told.items()
    assert done.stdout == ""
