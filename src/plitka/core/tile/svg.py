"""The filled shapes of an SVG as a mask.

Paths, rectangles, circles, ellipses and polygons, in groups with transforms, are filled as they would be drawn; in
which colour does not matter. Strokes are not drawn. Nothing is fetched and nothing runs: document types, which could
name entities or other files, are refused, and so are texts, pictures and copies, which are to be turned into paths.
"""

import math
import re
from dataclasses import dataclass, field, replace
from xml.parsers import expat

import numpy as np
import numpy.typing as npt

from plitka.core.tile.svg_path import Ring, parse_path
from plitka.errors import InputError

Matrix = npt.NDArray[np.float64]
"""(2, 3) of an affine map."""

MAX_SHAPES = 256
_MAX_DEPTH = 64
_MAX_CROSSINGS = 20_000_000
"""Of edges and rows of pixels: more take more memory than a mask is worth."""
_ROUND_STEPS = 64
_UNDRAWN = {"defs", "clipPath", "mask", "symbol", "pattern", "marker", "linearGradient", "radialGradient", "style"}
_REFUSED = {"text", "image", "use", "foreignObject", "script"}
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_TRANSFORM = re.compile(r"(matrix|translate|scale|rotate|skewX|skewY)\s*\(([^)]*)\)")
_IDENTITY = np.array([[1.0, 0, 0], [0, 1, 0]])


@dataclass(frozen=True, slots=True)
class Shape:
    """One filled shape."""

    rings: tuple[Ring, ...]
    is_even_odd: bool = False
    """Otherwise what has a winding number other than 0 is inside."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """The shapes of an SVG, and the rectangle of its plane that the picture shows."""

    shapes: tuple[Shape, ...]
    view: tuple[float, float, float, float]
    """Left, top, width and height."""


def parse_svg(content: bytes) -> Drawing:
    """The filled shapes of an SVG.

    Raises:
        InputError: no SVG, one with a document type, with texts or pictures, without a size or a filled shape, or too
            large.
    """
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused when it is filled
            parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise InputError("the SVG cannot be read: {reason}", reason=error) from error
    if reader.view is None:
        raise InputError("the SVG has no size: give it a viewBox, or width and height")
    if not reader.shapes:
        raise InputError("the SVG has no filled shape; strokes are not drawn, so turn them into paths")
    return Drawing(tuple(reader.shapes), reader.view)


def fill_drawing(drawing: Drawing, width_px: int, height_px: int) -> npt.NDArray[np.bool_]:
    """(h, w) the pixels whose middle lies in a shape; the drawing lies in the middle, its proportions kept."""
    left, top, width, height = drawing.view
    scale = min(width_px / width, height_px / height)
    shift = np.array([(width_px - scale * width) / 2 - scale * left, (height_px - scale * height) / 2 - scale * top])
    mask = np.zeros((height_px, width_px), bool)
    for shape in drawing.shapes:
        _fill(mask, [ring * scale + shift for ring in shape.rings], is_even_odd=shape.is_even_odd)
    return mask


def _fill(mask: npt.NDArray[np.bool_], rings: "list[Ring]", *, is_even_odd: bool) -> None:
    """Mark the inside of one shape, looking at no more of the mask than it takes."""
    points = np.concatenate(rings)
    if not np.isfinite(points).all():
        raise InputError("the SVG has coordinates that are no numbers")
    limits = mask.shape[1], mask.shape[0]
    left, top = np.clip(np.floor(points.min(0)), 0, limits).astype(int)
    right, bottom = np.clip(np.ceil(points.max(0)), 0, limits).astype(int)
    if left < right and top < bottom:
        winding = _winding([ring - (left, top) for ring in rings], right - left, bottom - top)
        mask[top:bottom, left:right] |= winding % 2 == 1 if is_even_odd else winding != 0


def _winding(rings: "list[Ring]", width_px: int, height_px: int) -> npt.NDArray[np.int32]:
    """(h, w) how often the rings go round each pixel's middle.

    An edge that crosses a row's middle line turns all pixels to the right of the crossing once more.
    """
    begins = np.concatenate(rings)
    ends = np.concatenate([np.roll(ring, -1, 0) for ring in rings])
    high, low = np.minimum(begins[:, 1], ends[:, 1]), np.maximum(begins[:, 1], ends[:, 1])
    first, last = (np.clip(np.ceil(y - 0.5), 0, height_px).astype(int) for y in (high, low))
    n_rows = last - first
    if n_rows.sum() > _MAX_CROSSINGS:
        raise InputError("the SVG is too detailed; simplify its paths")
    edge = np.repeat(np.arange(len(begins)), n_rows)
    row = first[edge] + np.arange(edge.size) - np.repeat(np.cumsum(n_rows) - n_rows, n_rows)
    along = (row + 0.5 - begins[edge, 1]) / (ends[edge, 1] - begins[edge, 1])
    crossing = begins[edge, 0] + along * (ends[edge, 0] - begins[edge, 0])
    column = np.clip(np.ceil(crossing - 0.5), 0, width_px).astype(int)
    turns = np.zeros((height_px, width_px + 1), np.int32)
    np.add.at(turns, (row, column), np.where(ends[edge, 1] > begins[edge, 1], 1, -1))
    return turns[:, :-1].cumsum(1, dtype=np.int32)


def _refuse_doctype(*_declaration: object) -> None:
    raise InputError("the SVG has a document type, which could name other files; save it as a plain SVG")


@dataclass(frozen=True, slots=True)
class _Style:
    """What an element hands on to those within it."""

    matrix: Matrix = field(default_factory=_IDENTITY.copy)
    is_filled: bool = True
    is_even_odd: bool = False
    is_drawn: bool = True

    def within(self, name: str, attributes: dict[str, str]) -> "_Style":
        """The style of an element inside."""
        given = attributes | _declarations(attributes.get("style", ""))
        fill, rule = given.get("fill"), given.get("fill-rule")
        hidden = given.get("display") == "none" or given.get("visibility") == "hidden"
        return replace(
            self,
            matrix=_compose(self.matrix, _parse_transform(attributes.get("transform", ""))),
            is_filled=self.is_filled if fill is None else fill not in {"none", "transparent"},
            is_even_odd=self.is_even_odd if rule is None else rule == "evenodd",
            is_drawn=self.is_drawn and not hidden and name not in _UNDRAWN,
        )


class _Reader:
    """Collects the shapes while the document is read."""

    def __init__(self) -> None:
        self.shapes: list[Shape] = []
        self.view: tuple[float, float, float, float] | None = None
        self._styles = [_Style()]

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        name = tag.rpartition(" ")[2]
        if len(self._styles) == 1:
            self._open(name, attributes)
        if len(self._styles) > _MAX_DEPTH or len(self.shapes) >= MAX_SHAPES:
            raise InputError("the SVG has too many shapes or groups; at most {limit} are read", limit=MAX_SHAPES)
        style = self._styles[-1].within(name, attributes)
        self._styles.append(style)
        if not style.is_drawn:
            return
        if name in _REFUSED:
            raise InputError("the SVG has a <{name}>, which is not drawn; turn it into paths", name=name)
        rings = _outline(name, attributes) if style.is_filled else []
        if rings:
            moved = tuple(ring @ style.matrix[:, :2].T + style.matrix[:, 2] for ring in rings)
            self.shapes.append(Shape(moved, style.is_even_odd))

    def end(self, _tag: str) -> None:
        """An element ends."""
        self._styles.pop()

    def _open(self, name: str, attributes: dict[str, str]) -> None:
        if name != "svg":
            raise InputError("the file is XML, but no SVG: it begins with <{name}>", name=name)
        numbers = _numbers(attributes.get("viewBox", ""))
        if len(numbers) != 4:
            numbers = [0.0, 0.0, _length(attributes, "width"), _length(attributes, "height")]
        left, top, width, height = numbers
        if width > 0 and height > 0:
            self.view = left, top, width, height


def _outline(name: str, attributes: dict[str, str]) -> list[Ring]:
    """The rings of an element; none of one that has no inside."""
    if name == "path":
        return parse_path(attributes.get("d", ""))
    if name in {"polygon", "polyline"}:
        numbers = _numbers(attributes.get("points", ""))
        return [np.array(numbers[: len(numbers) // 2 * 2]).reshape(-1, 2)] if len(numbers) > 5 else []
    if name == "rect":
        x, y, width, height = (_length(attributes, key) for key in ("x", "y", "width", "height"))
        return [np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)])]
    if name in {"circle", "ellipse"}:
        radii = [_length(attributes, key) for key in (("r", "r") if name == "circle" else ("rx", "ry"))]
        angles = np.arange(_ROUND_STEPS) * (2 * np.pi / _ROUND_STEPS)
        around = np.stack([np.cos(angles), np.sin(angles)], 1) * radii
        return [around + np.array([_length(attributes, "cx"), _length(attributes, "cy")])]
    return []


def _declarations(style: str) -> dict[str, str]:
    """`fill:none; stroke:red` as names and values."""
    pairs = (declaration.partition(":") for declaration in style.split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs}


def _numbers(text: str) -> list[float]:
    return [float(number) for number in _NUMBER.findall(text)]


def _length(attributes: dict[str, str], name: str) -> float:
    """A length without regard of its unit; 0 where it is not given, or is a part of another."""
    text = attributes.get(name, "0").strip()
    numbers = _numbers(text)
    return 0.0 if text.endswith("%") or not numbers else numbers[0]


def _parse_transform(text: str) -> Matrix:
    matrix = _IDENTITY
    for kind, inside in _TRANSFORM.findall(text):
        matrix = _compose(matrix, _transform(kind, _numbers(inside)))
    return matrix


def _transform(kind: str, numbers: list[float]) -> Matrix:
    """One transform; numbers that are left out are those that change nothing."""
    if kind == "matrix" and len(numbers) == 6:
        return np.array(numbers).reshape(3, 2).T
    first, second, third = (numbers + [math.nan] * 3)[:3]
    if math.isnan(first):
        raise InputError("the SVG has a transform without numbers: {kind}", kind=kind)
    if kind == "translate":
        return np.array([[1, 0, first], [0, 1, 0 if math.isnan(second) else second]])
    if kind == "scale":
        return np.array([[first, 0, 0], [0, first if math.isnan(second) else second, 0]])
    if kind in {"skewX", "skewY"}:
        lean = math.tan(math.radians(first))
        return np.array([[1, lean, 0], [0, 1, 0]] if kind == "skewX" else [[1, 0, 0], [lean, 1, 0]], float)
    cosine, sine = math.cos(math.radians(first)), math.sin(math.radians(first))
    about = np.array([0.0, 0.0] if math.isnan(third) else [second, third])
    turn = np.array([[cosine, -sine], [sine, cosine]])
    return np.concatenate([turn, (about - turn @ about)[:, None]], 1)


def _compose(outer: Matrix, inner: Matrix) -> Matrix:
    """The inner map, then the outer one."""
    return np.concatenate([outer[:, :2] @ inner[:, :2], outer[:, :2] @ inner[:, 2:] + outer[:, 2:]], 1)
