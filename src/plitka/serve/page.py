"""The page: the files of `plitka/web`, as they lie in the package.

Their paths begin with a digest of all of them, so a browser keeps them for ever and never mixes two versions. `/`
itself is asked for anew each time, and names the digest.
"""

import gzip
import hashlib
import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from plitka.errors import NotFound
from plitka.serve import routes

MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".glsl": "text/plain; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
"""Of the files that are served; others of the folder, such as types, are not."""
POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
_FIRST = "app.js"
_IMPORTED = re.compile(r'\bfrom\s*"(\.{1,2}/[^"]+)"')
"""In a module: what it imports at once. What it imports when it is needed stands in brackets."""
_PACKED = (".jpg", ".png", ".webp", ".woff2")
_SMALLEST_PACKED = 400
_ALWAYS = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Asset:
    """A file of the page."""

    name: str
    content: bytes

    @property
    def media_type(self) -> str:
        """By its ending."""
        return MEDIA_TYPES[PurePosixPath(self.name).suffix]

    @cached_property
    def digest(self) -> str:
        """Of its bytes."""
        return hashlib.sha256(self.content).hexdigest()

    @cached_property
    def packed(self) -> bytes | None:
        """Its bytes by gzip; None where that is of no use."""
        if self.name.endswith(_PACKED) or len(self.content) < _SMALLEST_PACKED:
            return None
        return gzip.compress(self.content, 9, mtime=0)


class Page:
    """All files, read once."""

    def __init__(self) -> None:
        self._assets = {asset.name: asset for asset in _read(resources.files("plitka").joinpath("web"))}
        text = "".join(f"{name} {asset.digest}\n" for name, asset in sorted(self._assets.items()))
        self.digest = hashlib.sha256(text.encode()).hexdigest()[:16]
        index = self._placed("index.html").replace("  </head>", self._based(self._preloads()) + "  </head>")
        self._index = Asset("index.html", index.encode())
        self._nowhere = self._placed("nowhere.html")

    def _placed(self, name: str) -> str:
        """A document, which is no asset, with the paths of what it names."""
        return self._based(self._assets.pop(name).content.decode())

    def _based(self, text: str) -> str:
        base = routes.path_of(routes.WEB, digest=self.digest)
        return text.replace('"./', f'"{base}/')

    def _preloads(self) -> str:
        """Links to all modules that the first one imports, so that the browser asks for them together."""
        found, waiting = {_FIRST}, [_FIRST]
        while waiting:
            name = waiting.pop()
            for path in _IMPORTED.findall(self._assets[name].content.decode()):
                target = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
                if target not in found:
                    found.add(target)
                    waiting.append(target)
        return "".join(f'    <link rel="modulepreload" href="./{name}" />\n' for name in sorted(found))

    def index(self, headers: Headers) -> Response:
        """What `/` is to a browser."""
        return _answer(self._index, headers, {"Cache-Control": "no-cache", "Content-Security-Policy": POLICY})

    def nowhere(self, told: str, status: int, headers: Mapping[str, str]) -> Response:
        """What a browser gets where there is nothing for it: markup that tells so, in the page's look."""
        kept = {"Content-Security-Policy": POLICY, "Cache-Control": "no-store", "Vary": "Accept"}
        return HTMLResponse(self._nowhere.replace("{told}", told), status, kept | dict(headers))

    async def asset(self, request: Request) -> Response:
        """A file by its path."""
        digest, name = request.path_params["digest"], request.path_params["path"]
        if digest != self.digest or name not in self._assets:
            raise NotFound("there is nothing at this address")
        # Workers of the page have the policy of their own file.
        return _answer(
            self._assets[name], request.headers, {"Cache-Control": _ALWAYS, "Content-Security-Policy": POLICY}
        )


@cache
def the_page() -> Page:
    """The one that this process serves."""
    return Page()


def wants_page(headers: Headers) -> bool:
    """Whether a browser asks, and not one of the programs that look whether the service lives."""
    return "text/html" in headers.get("accept", "")


def _answer(asset: Asset, headers: Headers, told: dict[str, str]) -> Response:
    told = told | {"ETag": f'"{asset.digest[:32]}"', "Vary": "Accept, Accept-Encoding"}
    if headers.get("if-none-match", "").removeprefix("W/") == told["ETag"]:
        return Response(status_code=304, headers=told)
    if asset.packed is not None and "gzip" in headers.get("accept-encoding", ""):
        return Response(asset.packed, headers=told | {"Content-Encoding": "gzip"}, media_type=asset.media_type)
    return Response(asset.content, headers=told, media_type=asset.media_type)


def _read(folder: Traversable, place: str = "") -> list[Asset]:
    found = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _read(entry, f"{place}{entry.name}/")
        elif PurePosixPath(entry.name).suffix in MEDIA_TYPES:
            found.append(Asset(place + entry.name, entry.read_bytes()))
    return found
