"""Masks in words and as pictures, and the zones that they make."""

import base64
from io import BytesIO

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageOps

from plitka.core.recipes.reading import parse_recipe
from plitka.core.scene import MAX_ZONES, Scene, Zone
from plitka.core.tile.masks import (
    _SHAPES,
    MAX_MASK_BYTES,
    PNG_PREFIX,
    SHAPE_EXAMPLES,
    canonical_shape,
    encode_mask,
    is_shape,
    label_masks,
    rasterise,
    zone_labels,
)
from plitka.errors import InputError

SIDES = st.integers(1, 32).map(lambda n: 64 * n // 4)
RED = parse_recipe("red").recipe


def png_url(image: Image.Image) -> str:
    """A picture as a data URL."""
    buffer = BytesIO()
    image.save(buffer, format="PNG")
    return PNG_PREFIX + base64.b64encode(buffer.getvalue()).decode()


def half(width_px: int = 64, height_px: int = 64) -> npt.NDArray[np.bool_]:
    """The left half."""
    mask = np.zeros((height_px, width_px), bool)
    mask[:, : width_px // 2] = True
    return mask


@pytest.mark.parametrize("mask", SHAPE_EXAMPLES)
def test_the_example_of_every_shape_marks_a_part(mask: str) -> None:
    """Messages and the OpenAPI document show these."""
    assert is_shape(mask)
    assert 0 < rasterise(mask, 64, 64).mean() < 1


def test_every_shape_has_an_example() -> None:
    """One each."""
    assert [example.partition(":")[0] for example in SHAPE_EXAMPLES] == list(_SHAPES)


@pytest.mark.parametrize(
    ("mask", "part"),
    [
        ("border:8%", 1 - 0.84**2),
        ("border:12.5%", 1 - 0.75**2),
        ("stripes:4", 0.5),
        ("stripes:33.33-66.67%", 1 / 3),
        ("stripes:20-30+70-80%", 0.2),
        ("rows:4", 0.5),
        ("rows:20-30+70-80%", 0.2),
        ("half:right", 0.5),
        ("checker:2", 0.5),
        ("checker:3", 4 / 9),
        ("circle", np.pi * 0.3**2),
        ("circle:100%", np.pi / 4),
    ],
)
@pytest.mark.parametrize("side_px", [256, 1024])
def test_shapes_cover_their_part(mask: str, part: float, side_px: int) -> None:
    """At every size."""
    assert rasterise(mask, side_px, side_px).mean() == pytest.approx(part, abs=0.01)


@given(SIDES, SIDES, st.sampled_from(["border:10%", "stripes:3", "rows:3", "circle", "text:Ж"]))
@settings(max_examples=60, deadline=None)
def test_shapes_have_the_picture_s_format(width_px: int, height_px: int, mask: str) -> None:
    """Whatever it is; a frame, stripes and a disc are the same from both sides."""
    found = rasterise(mask, width_px, height_px)
    assert found.shape == (height_px, width_px)
    assert found.dtype == np.bool_
    if mask != "text:Ж":
        assert (found[:, ::-1] == found).mean() > 0.9  # a middle line may fall to either side


def test_each_half_lies_on_its_side() -> None:
    """And an odd line in the middle in one of two at most."""
    halves = {side: rasterise(f"half:{side}", 257, 101) for side in ("left", "right", "top", "bottom")}
    assert [bool(half[0, 0]) for half in halves.values()] == [True, False, True, False]
    assert [bool(half[-1, -1]) for half in halves.values()] == [False, True, False, True]
    assert not (halves["left"] & halves["right"]).any()
    assert not (halves["top"] & halves["bottom"]).any()


@given(SIDES, SIDES, st.sampled_from(["4", "1", "10-20%", "0-5+95-100%"]))
@settings(max_examples=40, deadline=None)
def test_rows_are_stripes_of_a_tile_on_its_side(width_px: int, height_px: int, value: str) -> None:
    """From the top what those have from the left."""
    lying, upright = rasterise(f"rows:{value}", width_px, height_px), rasterise(f"stripes:{value}", height_px, width_px)
    assert np.array_equal(lying, upright.T)


def test_squares_stay_square_on_a_long_picture() -> None:
    """Two along the shorter side, four along one that is twice as long."""
    found = rasterise("checker:2", 512, 256)
    assert (found[:128, :128] == found[0, 0]).all()
    assert [bool(found[0, x]) for x in (0, 128, 256, 384)] == [False, True, False, True]


@pytest.mark.parametrize(
    ("mask", "says"),
    [
        ("star", "no mask 'star'"),
        ("border", "a part of the shorter side"),
        ("border:8", "a part of the shorter side"),
        ("border:60%", "above 0 and up to 50 %, such as border:8%"),
        ("circle:0%", "above 0 and up to 100 %, such as circle:60%"),
        ("circle:nan%", "such as circle:60%, not 'nan%'"),
        ("circle:1e1%", "such as circle:60%"),
        ("circle:٦٠%", "such as circle:60%"),
        ("stripes:٤", "such as stripes:4"),
        ("checker:²", "such as checker:2"),
        ("stripes:0", "from 1 to 64"),
        ("stripes:30-20%", "stripe 30-20 .* before it ends"),
        ("stripes:20-30+90-110%", "stripe 90-110 .* by 100 %"),
        ("stripes:20-30", "from 1 to 64"),
        ("rows:30-20%", "stripe 30-20 .* before it ends, .* rows:20-30%"),
        ("rows:0", "rows takes a number from 1 to 64, such as rows:4"),
        ("stripes:many", "from 1 to 64"),
        ("checker:65", "from 1 to 64"),
        ("half:middle", "left, right, top, bottom, such as half:right, not 'middle'"),
        ("text:", "takes words"),
        ("data:image/png;base64,????", "base64 of the mask data:image/png is damaged"),
        ("data:image/png;base64,плитка", "base64 of the mask data:image/png is damaged"),
        ("data:image/png;base64,", "no content"),
        ("data:image/png;base64,aGVsbG8=", "no PNG|not a PNG"),
        ("data:text/plain,hello", "is a PNG, not 'text/plain'"),
        ("data:image/svg+xml,hello", "is a PNG, not 'image/svg\\+xml'"),
        (f"data:image/svg+xml,{'x' * (MAX_MASK_BYTES + 1)}", "more than 256 kB"),
        (f"data:image/svg+xml,{'x' * (4 * MAX_MASK_BYTES)}", "more than 256 kB"),
    ],
)
def test_what_is_no_mask_is_refused(mask: str, says: str) -> None:
    """With what would be one."""
    with pytest.raises(InputError, match=says):
        rasterise(mask, 64, 64)


@given(st.integers(0, 2**32 - 1), st.integers(1, 70), st.integers(1, 70))
@settings(max_examples=40, deadline=None)
def test_a_mask_survives_its_data_url(seed: int, width_px: int, height_px: int) -> None:
    """Bit for bit, and always in the same bytes."""
    mask = np.random.default_rng(seed).random((height_px, width_px)) < 0.5
    url = encode_mask(mask)
    assert (rasterise(url, width_px, height_px) == mask).all()
    assert encode_mask(mask.copy()) == url


def test_a_mask_of_another_size_is_stretched() -> None:
    """Where its proportions are nearly the picture's; otherwise it is refused with both proportions."""
    url = encode_mask(half(100, 101))
    assert (rasterise(url, 128, 128) == half(128, 128)).all()
    with pytest.raises(InputError, match="proportions 99:100 does not fit a picture of 128x64 px, which is 2:1"):
        rasterise(url, 128, 64)
    with pytest.raises(InputError, match="proportions 1:2048 does not fit"):
        rasterise(encode_mask(half(1, 2048) | True), 64, 64)


@pytest.mark.parametrize("mode", ["1", "L", "RGB", "P", "RGBA"])
def test_white_is_the_zone(mode: str) -> None:
    """In every form that a black and white picture may have."""
    assert (rasterise(png_url(Image.fromarray(half()).convert(mode)), 64, 64) == half()).all()


def test_grey_of_sixteen_bits_is_cut_at_half() -> None:
    """Dark levels above 255 are not white."""
    levels = np.where(half(), 50_000, 3_000).astype(np.uint16)
    assert (rasterise(png_url(Image.fromarray(levels)), 64, 64) == half()).all()


def test_beside_transparency_all_that_is_opaque_is_the_zone() -> None:
    """A logo in black on nothing is a mask as well."""
    pixels = np.zeros((64, 64, 4), np.uint8)
    pixels[..., 3] = 255 * half()
    assert (rasterise(png_url(Image.fromarray(pixels)), 64, 64) == half()).all()


def test_transparency_comes_first_at_every_depth() -> None:
    """Also in grey of 16 bits, where one level may stand for it."""
    levels = np.where(half(), 900, 60_000).astype(np.uint16)
    buffer = BytesIO()
    Image.fromarray(levels).save(buffer, format="PNG", transparency=60_000)
    content = buffer.getvalue()
    assert b"tRNS" in content
    assert (rasterise(PNG_PREFIX + base64.b64encode(content).decode(), 64, 64) == half()).all()


def test_a_picture_is_turned_as_its_camera_says() -> None:
    """As every program shows it."""
    turned = Image.Exif()
    turned[0x0112] = 6  # a quarter clockwise
    buffer = BytesIO()
    Image.fromarray(half()[::-1].T.copy()).save(buffer, format="PNG", exif=turned)
    shown = rasterise(PNG_PREFIX + base64.b64encode(buffer.getvalue()).decode(), 64, 64)
    with Image.open(buffer) as image:
        assert (shown == np.asarray(ImageOps.exif_transpose(image))).all()
        assert (shown != np.asarray(image)).any()


def test_shapes_may_be_written_with_capitals_and_spaces() -> None:
    """And are kept in one form."""
    assert canonical_shape(" Border : 8% ") == "border:8%"
    assert canonical_shape("Text:Старт Ё") == "text:Старт Ё"
    assert canonical_shape("CIRCLE") == "circle"
    assert (rasterise("Border:8%", 64, 64) == rasterise("border:8%", 64, 64)).all()


@given(st.lists(st.sampled_from(["border:9%", "stripes:2", "circle", "checker:4"]), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_each_pixel_has_the_last_mask_that_lies_there(masks: list[str]) -> None:
    """And the ground where none does; a zone that others cover wholly is refused by its number."""
    layers = [rasterise(mask, 96, 96) for mask in masks]
    expected = np.zeros((96, 96), int)
    for number, inside in enumerate(layers, 1):
        expected[inside] = number
    if set(np.unique(expected)) == set(range(len(masks) + 1)):
        assert (label_masks(masks, 96, 96) == expected).all()
    else:
        with pytest.raises(InputError, match=r"zone \d .* wholly covered"):
            label_masks(masks, 96, 96)


@pytest.mark.parametrize(
    ("masks", "says"),
    [
        ([encode_mask(np.zeros((64, 64), bool))], r"zone 1 \(data:image/png\) is empty"),
        (["circle", encode_mask(np.ones((64, 64), bool))], "zone 1 .circle. is wholly covered"),
        ([encode_mask(np.ones((64, 64), bool))], "nothing of the tile for the ground"),
        ([encode_mask(half()), encode_mask(~half())], "nothing of the tile for the ground"),
        (["circle", "star"], r"zone 2 \(star\): there is no mask 'star'"),
    ],
)
def test_zones_that_cannot_be_are_refused(masks: list[str], says: str) -> None:
    """By number and mask."""
    with pytest.raises(InputError, match=says):
        label_masks(masks, 64, 64)


def test_zones_are_named_as_they_were_typed() -> None:
    """A file's mask by the file."""
    empty = Zone(RED, encode_mask(np.zeros((64, 64), bool)), name="logo.png#2")
    with pytest.raises(InputError, match=r"zone 1 \(logo.png#2\) is empty"):
        zone_labels(Scene(zones=(Zone(RED), empty)), 64, 64)
    wide = Zone(RED, encode_mask(np.ones((64, 128), bool)), name="wide.png")
    with pytest.raises(InputError, match=r"zone 2 \(wide.png\): a mask of the proportions 2:1 does not fit"):
        zone_labels(Scene(zones=(Zone(RED), Zone(RED, "circle"), wide)), 64, 64)


def test_a_scene_takes_sixty_four_zones() -> None:
    """Each a pixel's row of its own here; one more is refused."""
    rows = [encode_mask(np.arange(128)[:, None].repeat(128, 1) == row) for row in range(MAX_ZONES)]
    scene = Scene(zones=(Zone(RED), *(Zone(RED, mask) for mask in rows)))
    labels = zone_labels(scene, 128, 128)
    assert labels[:, 0].tolist() == [*range(1, 65), *[0] * 64]
    with pytest.raises(InputError, match="at most 64"):
        Scene(zones=(Zone(RED), *(Zone(RED, "circle") for _ in range(MAX_ZONES + 1))))
