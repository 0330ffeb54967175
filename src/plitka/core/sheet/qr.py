"""The QR code of a link."""

import segno

MAX_VERSION = 20
"""97 modules: printed 28 mm wide each still has more than 0.25 mm, which phones read."""
_BORDER_MODULES = 4
"""White that readers need around it (ISO/IEC 18004)."""


def qr_modules(text: str) -> tuple[tuple[bool, ...], ...] | None:
    """(n, n) whether each module is dark, with its white border; None for a text too long to be read off paper."""
    try:
        code = segno.make_qr(text, error="L", boost_error=True)
    except segno.DataOverflowError:
        return None
    if isinstance(code.version, int) and code.version > MAX_VERSION:
        return None
    return tuple(tuple(bool(module) for module in row) for row in code.matrix_iter(border=_BORDER_MODULES))
