"""QR codes."""

import numpy as np
import zxingcpp
from tests.core.sheet.floors import LINK

from plitka.core.sheet.qr import MAX_VERSION, qr_modules


def test_a_reader_finds_the_link() -> None:
    """By another library than made it."""
    modules = qr_modules(LINK)
    assert modules is not None
    picture = np.kron(~np.array(modules), np.ones((6, 6), np.uint8)).astype(np.uint8) * 255
    assert zxingcpp.read_barcodes(picture)[0].text == LINK


def test_a_link_too_long_for_paper_has_none() -> None:
    """Neither one that needs modules too small, nor one that fits into no code."""
    assert qr_modules("https://a.example/" + "x" * 1500) is None
    assert qr_modules("https://a.example/" + "x" * 5000) is None
    longest = qr_modules("https://a.example/" + "x" * 800)
    assert longest is not None
    assert len(longest) <= 4 * MAX_VERSION + 17 + 8
