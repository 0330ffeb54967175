"""SVG documents as masks."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from plitka.core.tile.svg import MAX_SHAPES, fill_drawing, parse_svg
from plitka.errors import InputError

SIDE = 100


def fill(
    inside: str, attributes: str = 'viewBox="0 0 100 100"', width_px: int = SIDE, height_px: int = SIDE
) -> np.ndarray:
    """The mask of a document."""
    text = f'<svg xmlns="http://www.w3.org/2000/svg" {attributes}>{inside}</svg>'
    return fill_drawing(parse_svg(text.encode()), width_px, height_px)


@pytest.mark.parametrize(
    ("inside", "part"),
    [
        ('<rect x="10" y="20" width="50" height="40"/>', 0.2),
        ('<circle cx="50" cy="50" r="30"/>', np.pi * 0.09),
        ('<ellipse cx="50" cy="50" rx="40" ry="10"/>', np.pi * 0.04),
        ('<polygon points="0,0 100,0 0,100"/>', 0.5),
        ('<polyline points="0 0 100 0 100 50"/>', 0.25),
        ('<path d="M10 10h80v80h-80z"/>', 0.64),
        ('<path d="M10 10h80v80h-80z M30 30v40h40v-40z"/>', 0.48),  # turned the other way: a hole
        ('<path d="M10 10h80v80h-80z M30 30h40v40h-40z"/>', 0.64),  # the same way: none
        ('<path fill-rule="evenodd" d="M10 10h80v80h-80z M30 30h40v40h-40z"/>', 0.48),
        ('<g style="fill-rule:evenodd"><path d="M10 10h80v80h-80z M30 30h40v40h-40z"/></g>', 0.48),
        ('<rect width="50" height="50"/><rect x="25" width="50" height="50"/>', 0.375),
        ('<rect width="50" height="50"/><rect fill="none" width="100" height="100"/>', 0.25),
        ('<rect width="50" height="50"/><g display="none"><rect width="100" height="100"/></g>', 0.25),
        ('<defs><rect width="100" height="100"/></defs><rect width="50" height="50"/>', 0.25),
        ('<rect x="-50" y="-50" width="100" height="100"/>', 0.25),
    ],
)
def test_shapes_cover_what_they_enclose(inside: str, part: float) -> None:
    """By the rule that is asked for, together, and without what is not drawn."""
    assert fill(inside).mean() == pytest.approx(part, abs=0.01)


@pytest.mark.parametrize(
    "transform",
    [
        "translate(30 20)",
        "translate(30) translate(0,20)",
        "matrix(1 0 0 1 30 20)",
        "rotate(90 45 35) translate(30 20)",
        "scale(2) translate(15 10) scale(.5)",
        "scale(1, -1) translate(30, -50)",
    ],
)
def test_transforms_move_a_square(transform: str) -> None:
    """To one place by many ways, on the shape and on its group alike."""
    expected = fill('<rect x="30" y="20" width="30" height="30"/>')
    square = '<rect width="30" height="30"/>'
    for inside in (
        f'<g transform="{transform}">{square}</g>',
        square.replace("<rect", f'<rect transform="{transform}"'),
    ):
        assert (fill(inside) == expected).all()


def test_skews_lean() -> None:
    """By the tangent of their angle."""
    leaning = fill('<rect transform="skewX(45)" y="0" width="20" height="50"/>')
    assert leaning[40].nonzero()[0][[0, -1]].tolist() == [40, 59]
    assert fill('<rect transform="skewY(45)" width="20" height="20"/>')[:, 15].nonzero()[0][0] == 15


@given(st.lists(st.tuples(st.integers(-20, 120), st.integers(-20, 120)), min_size=3, max_size=9), st.booleans())
@settings(max_examples=80, deadline=None)
def test_polygons_are_fans_of_triangles(corners: list[tuple[int, int]], is_even_odd: bool) -> None:
    """Inside is where an odd number of the fan's triangles lie, or where their senses do not cancel out."""
    points = [(x + 0.3137, y + 0.2718) for x, y in corners]  # so that no edge runs through a pixel's very middle
    text, rule = " ".join(f"{x},{y}" for x, y in points), "evenodd" if is_even_odd else "nonzero"
    found = fill(f'<polygon fill-rule="{rule}" points="{text}"/>')
    winding = np.zeros((SIDE, SIDE), int)
    about = np.array(points[0], float)
    for one, other in pairwise(points[1:]):
        (ax, ay), (bx, by) = np.array(one) - about, np.array(other) - about
        turn = np.sign(ax * by - ay * bx)
        rings = "".join(f"{'ML'[i > 0]}{x} {y}" for i, (x, y) in enumerate((points[0], one, other)))
        if turn:
            winding += int(turn) * fill(f'<path d="{rings}z"/>')
    expected = winding % 2 == 1 if is_even_odd else winding != 0
    assert (found == expected).all()


def test_a_triangle_is_where_pillow_draws_it() -> None:
    """But for pixels on its edge."""
    image = Image.new("1", (SIDE, SIDE))
    ImageDraw.Draw(image).polygon([(10, 15), (90, 40), (35, 85)], fill=1)
    assert (fill('<polygon points="10,15 90,40 35,85"/>') != np.asarray(image)).mean() < 0.02


def test_proportions_are_kept() -> None:
    """A square drawing lies in the middle of a long picture; a view may begin anywhere."""
    found = fill('<rect x="10" y="10" width="10" height="10"/>', 'viewBox="10 10 10 10"', 300, 100)
    assert found[:, 100:200].all()
    assert not found[:, :100].any()
    assert (
        fill('<rect width="5" height="10"/>', 'width="10mm" height="10mm"') == fill('<rect width="50" height="100"/>')
    ).all()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('<!DOCTYPE svg [<!ENTITY a "aa">]><svg viewBox="0 0 9 9"><path d="&a;"/></svg>', "document type"),
        ('<!DOCTYPE svg SYSTEM "file:///etc/passwd"><svg viewBox="0 0 9 9"/>', "document type"),
        ('<svg viewBox="0 0 9 9"><text>hello</text></svg>', "<text>"),
        ('<svg viewBox="0 0 9 9"><image href="http://x/y.png"/></svg>', "<image>"),
        ('<svg viewBox="0 0 9 9"><use href="#a"/></svg>', "<use>"),
        ('<svg viewBox="0 0 9 9"><script>1</script></svg>', "<script>"),
        ('<svg viewBox="0 0 9 9"><path d="M0 0 L1 q"/></svg>', "from character 7"),
        ('<svg><rect width="3" height="3"/></svg>', "no size"),
        ('<svg width="100%" height="100%"><rect width="3" height="3"/></svg>', "no size"),
        ('<svg viewBox="0 0 0 9"><rect width="3" height="3"/></svg>', "no size"),
        ('<svg viewBox="0 0 9 9"><path stroke="red" fill="none" d="M0 0h9v9"/></svg>', "no filled shape"),
        ('<svg viewBox="0 0 9 9">', "cannot be read"),
        ("<svg \x00", "cannot be read"),
        ('<html viewBox="0 0 9 9"/>', "begins with <html>"),
        ('<svg viewBox="0 0 9 9">' + "<g>" * 99 + "</g>" * 99 + "</svg>", "too many"),
        ('<svg viewBox="0 0 9 9">' + '<circle r="1"/>' * (MAX_SHAPES + 1) + "</svg>", "too many"),
        ('<svg viewBox="0 0 9 9"><rect transform="rotate()" width="3" height="3"/></svg>', "without numbers"),
    ],
)
def test_what_is_no_mask_is_refused(text: str, says: str) -> None:
    """With what to do about it; nothing is fetched and nothing runs."""
    with pytest.raises(InputError, match=says):
        parse_svg(text.encode())


@pytest.mark.parametrize(
    "inside",
    [
        '<path d="M1e999 0L3 3 5 5z"/>',
        '<g transform="scale(1e200)"><rect transform="scale(1e200)" width="3" height="3"/></g>',
    ],
)
def test_coordinates_beyond_numbers_are_refused(inside: str) -> None:
    """Without a warning."""
    with pytest.raises(InputError, match="no numbers"):
        fill(inside)


def test_a_drawing_of_too_many_crossings_is_refused() -> None:
    """Before it takes the memory."""
    zigzag = "M0 0" + "l.001 100 .001-100" * 6000
    with pytest.raises(InputError, match="too detailed"):
        fill(f'<path d="{zigzag}"/>', width_px=2048, height_px=2048)
