"""The preview that a browser paints, beside the server's render of the same scene."""

import numpy as np
import pytest
from tests.web.preview.conftest import SIDE_PX, Colours, Order, Pixels, Tab, colours_of, read_pixels

from plitka.core.colour.arrays import decode_srgb8, linear_to_lab
from plitka.core.colour.spaces import ciede2000

SMALL = {"width_px": SIDE_PX, "height_px": SIDE_PX, "seed": 7}
MIX = SMALL | {"recipe": "60% red, 30% black, 10% white"}
MOST_DELTA_E = 2.0
PURE: Colours = [{"litHex": "#ff0000", "share": 0.0}, {"litHex": "#0000ff", "share": 0.0}]


def delta_e(one: Pixels, other: Pixels) -> float:
    """The mean CIEDE2000 of every third pixel."""
    labs = (linear_to_lab(decode_srgb8(pixels)).reshape(-1, 3)[::3].tolist() for pixels in (one, other))
    return float(np.mean([ciede2000(first, second) for first, second in zip(*labs, strict=True)]))


@pytest.mark.parametrize(
    "look",
    [
        {"recipe": "60% red, 30% black, 10% white"},
        {"recipe": "97% black, 3% white", "light": "overcast"},
        {"recipe": "50% green, 50% beige", "light": "sun"},
        {"recipe": "40% blue, 35% grey, 25% yellow", "wet": True},
        {"recipe": "70% white, 30% grey", "light": "warm", "surface": "cut"},
        {"recipe": "70% red, 30% black", "light": "cold", "surface": "cut", "wet": True},
        {"recipe": "60% red, 40% black", "granules": "2-4", "field_mm": 60},
        {
            "recipe": "60% red, 40% black",
            "zones": [
                {"mask": "border:12%", "recipe": "50% blue, 50% white"},
                {"mask": "circle:40%", "recipe": "yellow"},
            ],
        },
        {"recipe": "80% black, 15% red, 5% white", "coarse": ["red"], "fine": ["white"]},
    ],
)
def test_it_looks_like_the_render(tab: Tab, look: Order) -> None:
    """In each light, wet and dry, on each surface, with zones and flecks."""
    order = SMALL | look
    painted = tab.paint(order, colours_of(tab.request(order).scene))
    assert delta_e(painted, tab.render(order)) < MOST_DELTA_E


def test_a_draft_is_the_same_tile(tab: Tab) -> None:
    """On half as many rows and columns: as light and as coloured in squares of 16 px, with the same shares."""
    colours = colours_of(tab.request(MIX).scene)
    full = tab.paint(MIX, colours)
    shares, drawn = tab.run(
        """preview.paint([{ colours: given[0] }], true);
        return [given[0].map((_, k) => preview.shareOf(0, k)), pixels()];""",
        *colours,
    )
    draft = read_pixels(drawn)
    assert draft.shape == full.shape
    assert shares == pytest.approx([0.6, 0.3, 0.1], abs=0.001)
    squares = [decode_srgb8(one).reshape(SIDE_PX // 16, 16, -1, 16, 3).mean((1, 3)) for one in (full, draft)]
    labs = (linear_to_lab(one).reshape(-1, 3).tolist() for one in squares)
    apart = [ciede2000(first, second) for first, second in zip(*labs, strict=True)]
    assert np.mean(apart) < MOST_DELTA_E
    assert not (draft == full).all()
    assert (tab.paint(MIX, colours) == full).all()


def test_it_does_not_look_like_another_render(tab: Tab) -> None:
    """The measure tells a share of ten points, and another seed."""
    painted = tab.paint(MIX, colours_of(tab.request(MIX).scene))
    for change in ({"recipe": "50% red, 40% black, 10% white"}, {"seed": 8}):
        assert delta_e(painted, tab.render(MIX | change)) > MOST_DELTA_E


@pytest.mark.parametrize("share", [0.005, 0.2, 0.5, 0.873])
def test_the_share_is_on_the_pixels(tab: Tab, share: float) -> None:
    """Of a pure red beside a pure blue, by how much of each pixel's light is red: within 0.1 points."""
    order = SMALL | {"recipe": "50% red, 50% blue", "light": "overcast", "surface": "cut"}
    zone = [PURE[0] | {"share": share}, PURE[1] | {"share": 1 - share}]
    red, veil, blue = np.moveaxis(decode_srgb8(tab.paint(order, [zone])).astype(float), -1, 0)
    both = red + blue - 2 * veil
    assert np.mean(((red - veil) / both)[both > 0.01]) == pytest.approx(share, abs=0.001)
    assert tab.run("return preview.shareOf(0, 0);") == pytest.approx(share, abs=0.001)


def test_a_slider_asks_for_nothing(tab: Tab) -> None:
    """Other shares are painted at once from what is there, and look like the server's render of them."""
    tab.paint(MIX, colours_of(tab.request(MIX).scene))
    other = MIX | {"recipe": "25% red, 55% black, 20% white"}
    tab.asked.clear()
    drawn = tab.run(
        """for (let n = 0; n < 50; n++) {
          const colours = given[0].map((colour, k) => ({ ...colour, share: [n / 100, 1 - n / 50, n / 100][k] }));
          preview.paint([{ colours }]);
        }
        preview.paint([{ colours: given[0] }]);
        return pixels();""",
        *colours_of(tab.request(other).scene),
    )
    assert tab.asked == []
    assert delta_e(read_pixels(drawn), tab.render(other)) < MOST_DELTA_E


def test_another_geometry_may_follow(tab: Tab) -> None:
    """Of another size and with other zones."""
    tab.paint(MIX, colours_of(tab.request(MIX).scene))
    order = MIX | {"width_px": 128, "height_px": 128, "zones": [{"mask": "border:20%", "recipe": "white"}]}
    painted = tab.paint(order, colours_of(tab.request(order).scene))
    assert painted.shape == (128, 128, 3)
    assert delta_e(painted, tab.render(order)) < MOST_DELTA_E


@pytest.mark.parametrize(
    ("zones", "told"),
    [
        ("[]", "1 zones, not 0"),
        ("[{ colours: [] }]", "sum to 1"),
        ("[{ colours: [{ litHex: '#ff0000', share: 0.5 }] }]", "sum to 1, not 0.5"),
        ("[{ colours: [{ litHex: '#ff0000', share: NaN }] }]", "sum to 1"),
        ("[{ colours: [{ litHex: '#ff0000', share: 1.5 }, { litHex: '#ff0000', share: -0.5 }] }]", "0 or more"),
        ("[{ colours: [{ litHex: 'red', share: 1 }] }]", "#b4242a, not red"),
    ],
)
def test_what_is_no_tile_is_refused(tab: Tab, zones: str, told: str) -> None:
    """With what is wrong."""
    tab.paint(MIX, colours_of(tab.request(MIX).scene))
    found = tab.run(f"try {{ preview.paint({zones}); return ''; }} catch (error) {{ return `${{error}}`; }}")
    assert found.startswith("RangeError")
    assert told in found


def test_a_context_that_was_lost_comes_back(tab: Tab) -> None:
    """The picture is drawn anew without a word from the page."""
    before = tab.paint(MIX, colours_of(tab.request(MIX).scene))
    after = tab.run(
        """const gl = canvas.getContext("webgl2");
        const loss = gl.getExtension("WEBGL_lose_context");
        loss.loseContext();
        await new Promise((done) =>
          canvas.addEventListener("webglcontextlost", () => setTimeout(done), { once: true }));
        const drawn = new Promise((done) =>
          canvas.addEventListener("webglcontextrestored", () => done(pixels()), { once: true }));
        loss.restoreContext();
        return drawn;"""
    )
    assert (read_pixels(after) == before).all()


def test_a_preview_can_be_given_up(tab: Tab) -> None:
    """Its context goes, and a new canvas takes another."""
    lost = tab.run(
        """const own = document.createElement("canvas");
        const gone = createPreview(own);
        gone.setGeometry(await geometryOf(given[0]));
        gone.dispose();
        return own.getContext("webgl2").isContextLost();""",
        MIX,
    )
    assert lost is True
    tab.paint(MIX, colours_of(tab.request(MIX).scene))
