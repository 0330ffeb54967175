"""Debian's Chromium, without a window."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The browser; missing it fails in CI and is a reason to skip elsewhere.

    While its driver runs, the thread has a running event loop: other modules could not start any.
    """
    path = shutil.which("chromium")
    if path is None:
        assert not os.environ.get("CI"), "chromium must be installed in CI"
        pytest.skip("chromium is not installed here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
