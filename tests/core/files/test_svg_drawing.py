"""The process that draws one SVG."""

import io
import subprocess
import sys

from PIL import Image

COMMAND = (sys.executable, "-m", "plitka.core.files.svg_drawing", "64", "5")


def test_a_picture_goes_out_and_remarks_beside_it() -> None:
    """As large as asked; what resvg says never mixes with the picture."""
    drawing = b'<g transform="x(1)"><rect width="1" height="1"/></g>'
    text = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 2 1">' + drawing + b"</svg>"
    done = subprocess.run(COMMAND, input=text, capture_output=True, check=True)
    with Image.open(io.BytesIO(done.stdout)) as image:
        assert image.size == (64, 32)
    assert b"Failed to parse transform value: 'x(1)'" in done.stderr


def test_what_cannot_be_read_is_told() -> None:
    """In the last line, with an exit code."""
    done = subprocess.run(COMMAND, input=b"hello", capture_output=True, check=False)
    assert done.returncode == 1
    assert not done.stdout
    assert done.stderr.strip()
