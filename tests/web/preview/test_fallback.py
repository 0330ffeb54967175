"""A browser without WebGL 2 shows the server's own render."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from tests.serve.conftest import Running
from tests.web.preview.conftest import SIDE_PX, Tab, opened, read_pixels

ORDER = {"recipe": "60% red, 40% black", "width_px": SIDE_PX, "height_px": SIDE_PX, "seed": 7}


@pytest.fixture(scope="module")
def tab(plain_chromium: Browser, server: Running) -> Iterator[Tab]:
    """A page without WebGL."""
    with opened(plain_chromium, server) as one:
        yield one


def test_the_servers_picture_is_shown(tab: Tab) -> None:
    """Pixel for pixel, on the same canvas, after the preview has said that it cannot."""
    is_supported, shown = tab.run(
        """const preview = createPreview(canvas);
        const answer = await ask("/v1/renders", given[0]);
        await showRender(canvas, await answer.blob());
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        preview.dispose();
        return [preview.isSupported, toText(new Uint8Array(data.buffer))];""",
        ORDER,
    )
    assert is_supported is False
    assert (read_pixels(shown)[::-1] == tab.render(ORDER)).all()
