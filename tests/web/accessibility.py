"""What is looked for in every state of the page: what axe finds, and what is wider than the window."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"


def axe_faults(page: Page) -> list[str]:
    """Serious and critical issues; what the page's policy forbids a script tag, the debugger may run."""
    if not AXE.exists():
        assert not os.environ.get("CI"), "npm ci must have run in CI"
        pytest.skip("axe-core is not installed; run npm ci")
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("axe.run({ resultTypes: ['violations'] })")
    return [
        f"{fault['id']}: {fault['nodes'][0]['html']}"
        for fault in found["violations"]
        if fault["impact"] in ("serious", "critical")
    ]


def too_wide(page: Page) -> list[str]:
    """What is seen and reaches beyond the window's right edge."""
    wide: list[str] = page.evaluate(
        """() => [...document.querySelectorAll("body *")]
            .filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5)
            .filter((one) => !one.closest(".unseen, svg"))
            .map((one) => one.outerHTML.slice(0, 120))"""
    )
    return wide
