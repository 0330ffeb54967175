"""A process that draws one SVG: resvg reads and paints it, under limits of time and memory.

The text comes in UTF-8 on standard input, the picture goes out as a PNG on standard output, and what resvg does not
understand is told on standard error. Its own process, because a drawing can be made to take hours, gigabytes, or the
process itself (elements nested a thousand deep overflow the stack).
"""

import os
import resource
import sys

_MAX_BYTES = 2 * 1024**3
_CSS_DPI = 96.0
"""CSS inches have so many pixels: resvg needs it to know what a centimetre is."""


def main() -> None:
    """Draw; the arguments are the longer side in pixels and the seconds of the processor that it may take."""
    side_px, max_seconds = map(int, sys.argv[1:])
    resource.setrlimit(resource.RLIMIT_CPU, (max_seconds, max_seconds))
    if sys.platform == "linux":  # macOS knows this limit but refuses to set it
        resource.setrlimit(resource.RLIMIT_AS, (_MAX_BYTES, _MAX_BYTES))
    with os.fdopen(os.dup(1), "wb") as out:
        os.dup2(2, 1)  # resvg writes what it remarks to standard output
        import resvg_py  # noqa: PLC0415  (so that its first words go where all do)

        text = sys.stdin.buffer.read().decode("utf-8")
        try:
            picture = resvg_py.svg_to_bytes(
                svg_string=text,
                width=side_px,
                height=side_px,
                dpi=_CSS_DPI,
                skip_system_fonts=True,
                log_information=True,
            )
        except ValueError as error:
            sys.exit(str(error))
        out.write(picture)


if __name__ == "__main__":
    main()
