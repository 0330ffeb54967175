"""SVG documents as masks."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from plitka.core.files.svg import MAX_DEPTH, MAX_ELEMENTS, MAX_SVG_BYTES, draw_svg
from plitka.errors import InputError

SIDE = 128
OPEN = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
SQUARE = '<rect width="50" height="50"/>'


def fill(inside: str, attributes: str = 'viewBox="0 0 100 100"') -> np.ndarray:
    """The mask of a document."""
    return draw_svg(f"{OPEN}{attributes}>{inside}</svg>".encode(), SIDE)


@pytest.mark.parametrize(
    ("inside", "part"),
    [
        ('<rect x="10" y="20" width="50" height="40"/>', 0.2),
        ('<rect width="100" height="100" rx="50"/>', np.pi / 4),
        ('<rect width="50%" height="100%"/>', 0.5),
        ('<circle cx="50" cy="50" r="30"/>', np.pi * 0.09),
        ('<polygon points="0,0 100,0 0,100"/>', 0.5),
        ('<path d="M10 10h80v80h-80z M30 30v40h40v-40z"/>', 0.48),  # turned the other way: a hole
        ('<path d="M10 10h80v80h-80z M30 30h40v40h-40z"/>', 0.64),  # the same way: none
        ('<path fill-rule="evenodd" d="M10 10h80v80h-80z M30 30h40v40h-40z"/>', 0.48),
        ('<path d="M0 50H100" stroke="red" stroke-width="20"/>', 0.2),
        (f'{SQUARE}<rect fill="none" width="100" height="100"/>', 0.25),
        (f'{SQUARE}<g display="none"><rect width="100" height="100"/></g>', 0.25),
        (f'{SQUARE}<rect opacity="0" width="100" height="100"/>', 0.25),
        (f'{SQUARE}<rect fill-opacity=".4" width="100" height="100"/>', 0.25),
        (f'<defs><rect id="a" width="100" height="100"/></defs>{SQUARE}', 0.25),
        (f'<style>.a {{fill: none}}</style>{SQUARE}<rect class="a" width="100" height="100"/>', 0.25),
        (f'{SQUARE}<rect style="display: none !important" display="inline" width="100" height="100"/>', 0.25),
        (f'<clipPath id="c"><rect width="20" height="50"/></clipPath><g clip-path="url(#c)">{SQUARE}</g>', 0.1),
        (f'<svg x="50" width="50" height="50" viewBox="0 0 100 100">{SQUARE}</svg>', 0.0625),
        (f'<symbol id="s">{SQUARE}</symbol><use xlink:href="#s"/><use href="#s" x="50"/>', 0.5),
        (f'<g transform="translate(50)"><g style="transform: scale(1, 2)">{SQUARE}</g></g>', 0.5),
        (f'<metadata><text xmlns="other">x</text></metadata><title>text</title>{SQUARE}', 0.25),
    ],
)
def test_a_mask_is_what_the_drawing_shows(inside: str, part: float) -> None:
    """By every rule of SVG and of its style sheets: what is opaque, in whatever colour."""
    assert fill(inside).mean() == pytest.approx(part, abs=0.01)


@pytest.mark.parametrize(
    ("attributes", "shape"),
    [
        ('viewBox="10 10 30 10"', (43, 128)),
        ('viewBox="0 0 50 100"', (128, 64)),
        ('width="10cm" height="100mm"', (128, 128)),
        ('width="100%" height="100%" viewBox="0 0 20 10"', (64, 128)),
    ],
)
def test_a_mask_has_the_proportions_of_its_page(attributes: str, shape: tuple[int, int]) -> None:
    """In whatever unit it is given."""
    found = fill('<rect x="-99" y="-99" width="9999" height="9999"/>', attributes)
    assert found.shape == shape
    assert found[1:-1].all()


def test_lengths_have_units() -> None:
    """Five centimetres of ten are a half."""
    assert fill('<rect width="5cm" height="10cm"/>', 'width="10cm" height="10cm"').mean() == pytest.approx(0.5)


def test_a_triangle_is_where_pillow_draws_it() -> None:
    """But for pixels on its edge."""
    image = Image.new("1", (SIDE, SIDE))
    ImageDraw.Draw(image).polygon([(10, 15), (110, 40), (35, 85)], fill=1)
    found = fill('<polygon points="10,15 110,40 35,85"/>', f'viewBox="0 0 {SIDE} {SIDE}"')
    assert (found != np.asarray(image)).mean() < 0.02


BEGIN = f'{OPEN}viewBox="0 0 9 9">'
SVG_1_1 = '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
EXPORTED = f"""<?xml version="1.0" encoding="utf-8"?>
<!-- Generator: Adobe Illustrator 16.0.0, SVG Export Plug-In . SVG Version: 6.00 Build 0)  -->
{SVG_1_1}
<svg version="1.1" id="Layer_1" xmlns="http://www.w3.org/2000/svg" x="0px" y="0px" width="100px" height="100px"
  viewBox="0 0 100 100" enable-background="new 0 0 100 100" xml:space="preserve">
<style type="text/css">.st0{{fill:#FFFFFF;}}</style><rect class="st0" width="50" height="100"/></svg>"""


@pytest.mark.parametrize(
    "doctype", [SVG_1_1, "<!DOCTYPE svg>", '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 20010904//EN" "svg10.dtd">']
)
def test_a_document_type_of_svg_says_nothing_new(doctype: str) -> None:
    """As drawing programs write one; its DTD is not read."""
    assert draw_svg(EXPORTED.replace(SVG_1_1, doctype).encode(), SIDE).mean() == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('<!DOCTYPE svg [<!ENTITY a "aa">]><svg viewBox="0 0 9 9"><path d="&a;"/></svg>', "declares entities"),
        ('<!DOCTYPE svg [<!ATTLIST rect fill CDATA "none">]><svg viewBox="0 0 9 9"/>', "declares entities"),
        ('<!DOCTYPE svg [<!ENTITY % a SYSTEM "http://x/a"> %a;]><svg viewBox="0 0 9 9"/>', "declares entities"),
        ('<!DOCTYPE svg SYSTEM "file:///etc/passwd"><svg viewBox="0 0 9 9"/>', "file:///etc/passwd"),
        (f"{SVG_1_1}{BEGIN}<path d='&a;'/></svg>", "cannot be read"),
        (f"{SVG_1_1}{BEGIN}&a;{SQUARE}</svg>", "cannot be read"),
        (f"{BEGIN}<text>hello</text></svg>", "<text>, and fonts differ between machines"),
        (f"{BEGIN}<flowRoot><flowRegion>{SQUARE}</flowRegion></flowRoot></svg>", "turn the text into paths"),
        (f'{BEGIN}<image href="/etc/passwd"/></svg>', "<image>, which is not drawn"),
        (f"{BEGIN}<script>1</script></svg>", "<script>"),
        (f'{BEGIN}<filter id="a"/></svg>', "<filter>"),
        (f'{BEGIN}<animate attributeName="x"/></svg>', "<animate>"),
        (f'{BEGIN}<use href="other.svg#a"/></svg>', "another file, other.svg#a"),
        (f'{BEGIN}<rect fill="url(http://x/a.svg#b)"/></svg>', "another file, http://x/a.svg#b"),
        (f'{BEGIN}<rect clip-path="url(#none)"/></svg>', "refers to #none"),
        (f'{BEGIN}<style>@import "a.css";</style>{SQUARE}</svg>', "not understood .* @import"),
        (f"{BEGIN}<style>@media print {{ rect {{fill: none}} }}</style>{SQUARE}</svg>", "not understood .* @media"),
        (f'{BEGIN}<g style="transform: rotate(45deg)">{SQUARE}</g></svg>', r"not understood .* 'rotate\(45deg\)'"),
        (f'{BEGIN}<g transform="turn(3)">{SQUARE}</g></svg>', r"not understood .* 'turn\(3\)'"),
        (f'{BEGIN}<rect style="width: 3px" width="9" height="9"/></svg>', "CSS property width"),
        (f"{BEGIN}<style>rect {{rotate: 45deg}}</style>{SQUARE}</svg>", "CSS property rotate"),
        (f'{BEGIN}<path d="M0 0 L1 q"/></svg>', "not understood .* path"),
        (f'{OPEN}><rect width="3" height="3"/></svg>', "no size"),
        (f'{OPEN}width="100%" height="100%"><rect width="3" height="3"/></svg>', "no size"),
        (f'{OPEN}viewBox="0 0 0 9"><rect width="3" height="3"/></svg>', "cannot be read|not understood"),
        (f'{OPEN}width="0" height="9"><rect width="3" height="3"/></svg>', "cannot be read"),
        (f"{BEGIN}</svg>", "shows nothing"),
        (f'{BEGIN}<path fill="none" d="M0 0h9v9"/></svg>', "shows nothing"),
        (f'{BEGIN}<rect x="20" width="3" height="3"/></svg>', "shows nothing"),
        (BEGIN, "cannot be read"),
        ("<svg \x00", "cannot be read"),
        ('<html viewBox="0 0 9 9"/>', "begins with <html>"),
        (BEGIN + "<g>" * MAX_DEPTH + "</g>" * MAX_DEPTH + "</svg>", "more than 64 groups within each other"),
        (BEGIN + '<circle r="1"/>' * MAX_ELEMENTS + "</svg>", "more than 10000 elements"),
        (" " * (MAX_SVG_BYTES + 1), "more than 1024 kB"),
        (f'{BEGIN}<path d="M1e999 0L3 3 5 5z"/></svg>', "coordinate 1e999"),
        (f'{BEGIN}<path d="M0 0A1e300 1e-300 0 1 1 1e-320 5Z"/></svg>', "coordinate 1e300"),
        (f'{BEGIN}<path d="M0 0L123456789 5 5 5Z"/></svg>', "coordinate 123456789; it may have none beyond 10000000"),
    ],
)
def test_what_is_no_mask_is_refused(text: str, says: str) -> None:
    """With what to do about it; nothing is fetched, nothing runs, and nothing is left out in silence."""
    with pytest.raises(InputError, match=says):
        draw_svg(text.encode(), SIDE)


def test_other_encodings_are_refused_with_the_right_one() -> None:
    """As some programs save."""
    text = f'{BEGIN}<desc>плитка</desc><rect width="3" height="3"/></svg>'
    for encoding in ("utf-16", "cp1251"):
        with pytest.raises(InputError, match="save it in UTF-8"):
            draw_svg(text.encode(encoding), SIDE)
    assert draw_svg(text.encode("utf-8-sig"), SIDE).any()


def test_copies_of_copies_end() -> None:
    """Each twice the one before: refused, as soon as they are too many."""
    groups = "".join(f'<g id="a{n + 1}"><use href="#a{n}"/><use href="#a{n}"/></g>' for n in range(40))
    with pytest.raises(InputError, match=r"cannot be read|too much time"):
        draw_svg(f'{BEGIN}<g id="a0">{SQUARE}</g>{groups}</svg>'.encode(), SIDE)


def test_a_drawing_without_end_is_ended() -> None:
    """Layers upon layers, each as large as the page: this process lives, and says what to do."""
    layers = '<mask id="m"><rect fill="#fff" width="9" height="9"/></mask>' + '<g mask="url(#m)">' * 60
    with pytest.raises(InputError, match="too much time or memory"):
        draw_svg(f"{BEGIN}{layers}{SQUARE * 20}{'</g>' * 60}</svg>".encode(), max_seconds=1)
