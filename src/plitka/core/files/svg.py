"""An SVG as a mask: where its drawing is opaque, in whatever colour.

Decisions:
* It is drawn by resvg (`svg_drawing`), in a process of its own with bounded time and memory.
* What resvg would leave out in silence is refused here by its name, and so is all that it remarks: a mask is what the
  drawing shows, or there is none.
* Nothing is fetched and nothing runs: entities, pictures and references to other files are refused. So are texts, for
  each machine has other fonts. The document type of SVG, which drawing programs write, is passed over unread.
"""

import re
import subprocess
import sys
from io import BytesIO
from threading import Lock
from xml.parsers import expat

import numpy as np
import numpy.typing as npt
from PIL import Image

from plitka.core.scene import SIZE_PX_RANGE
from plitka.errors import InputError

MAX_SVG_BYTES = 1024 * 1024
MAX_ELEMENTS = 10_000
MAX_SECONDS = 5
MAX_DEPTH = 64
"""Elements within each other; resvg's stack holds some hundreds."""
MAX_COORDINATE = 1e7
"""Single precision, in which resvg draws, has seven digits."""
_HALF = 128
"""Of 255: what is less opaque lies outside."""
_TIMEOUT_S = 60
"""On the clock; the process itself is bounded by its time on the processor."""
_DRAWN = frozenset(
    [
        "svg",
        "g",
        "defs",
        "symbol",
        "use",
        "a",
        "switch",
        "path",
        "rect",
        "circle",
        "ellipse",
        "line",
        "polyline",
        "polygon",
        "clipPath",
        "mask",
        "pattern",
        "marker",
        "linearGradient",
        "radialGradient",
        "stop",
        "style",
    ]
)
_REMARKS = frozenset({"title", "desc", "metadata"})
"""Elements that show nothing, whatever is within."""
_TEXTS = frozenset({"text", "tspan", "textPath", "tref", "flowRoot", "flowRegion", "flowPara", "font"})
_NAMESPACE = "http://www.w3.org/2000/svg"
_PUBLIC_ID = "-//W3C//DTD SVG"
"""So begin the public names of the document types of all versions of SVG."""
_LINKS = frozenset({"href", "http://www.w3.org/1999/xlink href"})
_LENGTHS = frozenset(
    [
        "d",
        "points",
        "transform",
        "viewBox",
        "x",
        "y",
        "x1",
        "y1",
        "x2",
        "y2",
        "cx",
        "cy",
        "r",
        "rx",
        "ry",
        "width",
        "height",
    ]
)
_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")
_REFERENCE = re.compile(r"url\(\s*[\"']?\s*([^\"')\s]*)")
_UNREAD_PROPERTY = re.compile(
    r"(?:^|[;{\s])(d|x|y|cx|cy|r|rx|ry|width|height|rotate|scale|translate|offset-path|mask-image)\s*:"
)
"""What CSS may say of a shape's place and resvg passes over."""
_REMARK = re.compile(r"(?:Warning|Error)(?: \(in [^)]*\))?: (.*)")
_drawing = Lock()
"""One drawing at a time, so that many of them do not take every core."""


def draw_svg(content: bytes, side_px: int = SIZE_PX_RANGE[1], max_seconds: int = MAX_SECONDS) -> npt.NDArray[np.bool_]:
    """(h, w) where an SVG is at least half opaque, in its own proportions.

    Args:
        content: of the file.
        side_px: longer side of the mask.
        max_seconds: of the processor, for the drawing.

    Raises:
        InputError: no SVG, one that shows more than can be drawn or nothing at all, or too large.
    """
    if len(content) > MAX_SVG_BYTES:
        raise InputError("the SVG has more than {limit} kB; simplify its paths", limit=MAX_SVG_BYTES // 1024)
    _check(content)
    with Image.open(BytesIO(_draw(content, side_px, max_seconds)), formats=("PNG",)) as image:
        mask: npt.NDArray[np.bool_] = np.asarray(image.getchannel("A")) >= _HALF
    if not mask.any():
        raise InputError("the SVG shows nothing: it has no shape that is filled or stroked, or none on its page")
    return mask


def _draw(content: bytes, side_px: int, max_seconds: int) -> bytes:
    """The picture as a PNG."""
    command = [sys.executable, "-m", "plitka.core.files.svg_drawing", str(side_px), str(max_seconds)]
    try:
        with _drawing:
            done = subprocess.run(  # noqa: S603  (our own module)
                command, input=content, capture_output=True, timeout=_TIMEOUT_S, check=False
            )
    except subprocess.TimeoutExpired as error:
        raise _too_detailed() from error
    told = done.stderr.decode("utf-8", "replace").strip()
    if done.returncode < 0 or "MemoryError" in told:
        raise _too_detailed()
    if done.returncode:
        raise InputError("the SVG cannot be read: {reason}", reason=told.rpartition("\n")[2])
    remark = _REMARK.search(told)
    if remark:
        raise InputError("a part of the SVG is not understood and would be left out: {reason}", reason=remark[1])
    return done.stdout


def _too_detailed() -> InputError:
    return InputError("the SVG takes too much time or memory to be drawn; simplify it")


def _check(content: bytes) -> None:
    """Refuse by name what would not be drawn, or not everywhere alike."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _other_encoding()
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = _check_doctype
    try:
        content.decode("utf-8")
        parser.Parse(content, True)
    except UnicodeDecodeError as error:
        raise _other_encoding() from error
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise InputError("the SVG cannot be read: {reason}", reason=error) from error
    reader.finish()


def _other_encoding() -> InputError:
    return InputError("the SVG is not in UTF-8; save it in UTF-8")


def _check_doctype(_root: str, system_id: str | None, public_id: str | None, has_declarations: int) -> None:
    """Refuse a document type that could change what is drawn; that of SVG only says what SVG is."""
    if has_declarations:
        raise InputError("the SVG declares entities or attributes in its DOCTYPE; save it as a plain SVG")
    if system_id is not None and not (public_id or "").startswith(_PUBLIC_ID):
        raise InputError("the SVG refers to another file, {name}; make it a part of the SVG", name=system_id[:80])


class _Reader:
    """Looks at each element while the document is read."""

    def __init__(self) -> None:
        self._path: list[str] = []
        self._n_elements = 0
        self._passed_over = 0
        """Depth of the outermost element whose inside shows nothing; 0 outside of one."""
        self._ids: set[str] = set()
        self._references: set[str] = set()

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        namespace, _, name = tag.rpartition(" ")
        self._path.append(name)
        self._count()
        if len(self._path) == 1:
            _check_root(name, attributes)
        if self._passed_over:
            return
        if namespace not in {"", _NAMESPACE} or name in _REMARKS:
            self._passed_over = len(self._path)
            return
        _check_name(name)
        self._ids.add(attributes.get("id", ""))
        for key, value in attributes.items():
            self._check_attribute(key, value)

    def end(self, _tag: str) -> None:
        """An element ends."""
        if self._passed_over == len(self._path):
            self._passed_over = 0
        self._path.pop()

    def text(self, text: str) -> None:
        """Text between tags."""
        if self._path[-1] == "style" and not self._passed_over:
            self._check_style(text)

    def finish(self) -> None:
        """The document ends: all that it refers to must be there."""
        for missing in sorted(self._references - self._ids):
            raise InputError("the SVG refers to #{name}, which it does not have", name=missing)

    def _count(self) -> None:
        self._n_elements += 1
        if len(self._path) > MAX_DEPTH:
            raise InputError("the SVG has more than {limit} groups within each other; ungroup them", limit=MAX_DEPTH)
        if self._n_elements > MAX_ELEMENTS:
            raise InputError("the SVG has more than {limit} elements; simplify it", limit=MAX_ELEMENTS)

    def _check_attribute(self, key: str, value: str) -> None:
        if key in _LINKS and self._path[-1] != "a":
            self._refer(value)
        if key in _LENGTHS:
            _check_numbers(value)
        if key == "style" and len(self._path) > 1:  # of the root, a size for web pages, which changes no mask
            self._check_style(value)
        for target in _REFERENCE.findall(value):
            self._refer(target)

    def _check_style(self, text: str) -> None:
        unread = _UNREAD_PROPERTY.search(text)
        if unread:
            raise InputError(
                "the SVG places a shape by the CSS property {name}, which is not drawn; make it an attribute or a path",
                name=unread[1],
            )
        for target in _REFERENCE.findall(text):
            self._refer(target)

    def _refer(self, target: str) -> None:
        if not target.startswith("#"):
            raise InputError("the SVG refers to another file, {name}; make it a part of the SVG", name=target[:80])
        self._references.add(target[1:])


def _check_root(name: str, attributes: dict[str, str]) -> None:
    if name != "svg":
        raise InputError("the file is XML, but no SVG: it begins with <{name}>", name=name)
    sides = [attributes.get(side, "%").strip() for side in ("width", "height")]
    if "viewBox" not in attributes and any(side.endswith("%") for side in sides):
        raise InputError("the SVG has no size: give it a viewBox, or width and height")


def _check_name(name: str) -> None:
    if name in _TEXTS:
        raise InputError(
            "the SVG has a <{name}>, and fonts differ between machines: turn the text into paths, or use the mask "
            "text:WORDS",
            name=name,
        )
    if name not in _DRAWN:
        raise InputError(
            "the SVG has a <{name}>, which is not drawn; turn it into paths, or take it out", name=name[:40]
        )


def _check_numbers(text: str) -> None:
    for number in _NUMBER.findall(text):
        if abs(float(number)) > MAX_COORDINATE:
            raise InputError(
                "the SVG has the coordinate {number}; it may have none beyond {limit}",
                number=number[:20],
                limit=f"{MAX_COORDINATE:.0f}",
            )
