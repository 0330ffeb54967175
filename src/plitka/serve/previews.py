"""Quick renders and geometries, made in a process of their own.

Laying granules is mostly Python, and in a thread it would hold up all other requests. The process is
started by the first preview and ends after a rest. It keeps the layer that it laid last, so that another recipe is only
painted, and another light only lit.
"""

import asyncio
import gzip
import hashlib
import multiprocessing
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import TypeVar

from plitka.core.files.picture import encode_png
from plitka.core.generation import CompleteRequest, Request
from plitka.core.material.formats import MaterialFile
from plitka.core.material.maps import material_of
from plitka.core.render_engine import RenderEngine
from plitka.core.scene import Lighting
from plitka.core.tile.blanks import Blank
from plitka.core.tile.child_process import follow_parent, interrupts_ignored
from plitka.core.tile.granule_map import MapSpec
from plitka.core.tile.granules import Geometry
from plitka.core.tile.renderer import LitLayer, granule_config, lay_geometry, light_layer, paint_layer
from plitka.errors import InputError, TooMany, Unavailable
from plitka.serve.settings import Settings
from plitka.serve.turns import Turns

USUAL_PX, MAX_PX = 512, 1024
"""Side of a preview that names none, and of the largest."""
_MAX_FALLING = 100_000
"""Chips that may fall for a preview: 10 s of a usual processor."""
_REST_S = 120.0
"""Without a preview, after which the process ends: it has some 150 MB."""
_RETRY_S = 2.0
_KEPT_BYTES = 32 * 2**20
"""Of the geometries that were made last."""
_COMPRESSION = 6
"""A higher level would take twice the time for a hundredth of the bytes."""
_Made = TypeVar("_Made")


@dataclass(frozen=True, slots=True)
class PreviewRequest:
    """A scene that can be previewed, and the digest of all that its geometry depends on."""

    request: CompleteRequest
    digest: str

    def check_square(self) -> None:
        """Refuse a picture of which there is no geometry.

        Raises:
            InputError: its sides differ.
        """
        size = self.request.size
        if size.width_px != size.height_px:
            raise InputError(
                "a geometry is that of a square picture, not of {width}x{height} px; ask POST /v1/renders for this one",
                width=size.width_px,
                height=size.height_px,
            )


class Previews:
    """The process, what waits for it, and the geometries that it made last."""

    def __init__(self, settings: Settings, version: str) -> None:
        self._settings = settings
        self._version = version
        self._engine = RenderEngine()
        usual = self._engine.defaults
        self._engine.defaults = replace(usual, width_px=USUAL_PX, height_px=USUAL_PX)
        self.defaults = self._engine.defaults
        """What is chosen where an order leaves it open."""
        whole_mm = usual.width_px / usual.px_per_mm
        self.fields_mm = (whole_mm, whole_mm / 2)
        """What a preview's longer side shows: as much as a photograph, or half where granules were too fine or many."""
        self._lock = threading.Lock()
        self._n_pending: Counter[str] = Counter()
        self._kept: OrderedDict[str, bytes] = OrderedDict()
        self._executor: ProcessPoolExecutor | None = None
        self._turns = Turns()
        self._rest: asyncio.TimerHandle | None = None

    def check(self, request: Request) -> PreviewRequest:
        """A request with every choice filled in, if it is not too much for a preview.

        Raises:
            InputError: what the renderer cannot make, a picture that is too large, or too many granules.
        """
        complete = self._engine.complete(request)
        side_px = complete.size.longer_px
        if side_px > MAX_PX:
            raise InputError(
                "a preview has at most {limit} px a side, not {value}; ask for a smaller one, or order a picture",
                limit=MAX_PX,
                value=side_px,
            )
        spec = MapSpec.of(complete)
        n_falling = granule_config(spec).n_falling
        if n_falling > _MAX_FALLING:
            raise InputError(
                "{n} granules would have to be laid, and for a preview {limit} are the most; ask for a smaller "
                "field or larger granules, or order a picture",
                n=n_falling,
                limit=_MAX_FALLING,
            )
        return PreviewRequest(complete, _digest(complete, spec, self._version))

    def framed(self, request: Request) -> PreviewRequest:
        """As `check`; from the usual side on, a request that names no length of tile shows as much as can be previewed.

        Raises:
            InputError: as `check`, of the smallest length.
        """
        scene = request.scene
        side_px = USUAL_PX if scene.size is None else scene.size.longer_px
        if scene.field_mm is not None or side_px < USUAL_PX:
            return self.check(request)
        *larger, smallest = (replace(request, scene=replace(scene, field_mm=field_mm)) for field_mm in self.fields_mm)
        for one in larger:
            with suppress(InputError):
                return self.check(one)
        return self.check(smallest)

    def kept(self, digest: str) -> bytes | None:
        """The geometry of a digest, compressed by gzip, where it is still there."""
        with self._lock:
            found = self._kept.get(digest)
            if found is not None:
                self._kept.move_to_end(digest)
            return found

    async def geometry(self, asked: PreviewRequest, key_id: str = "") -> bytes:
        """What `Blank.encode` gives of a scene, compressed by gzip; the keys take turns.

        Raises:
            InputError: masks that cannot be used, or a zone without granules.
            Unavailable: the process was ended from outside.
        """
        made = await self._work(make_geometry, asked.request, key_id)
        with self._lock:
            self._kept[asked.digest] = made
            while sum(map(len, self._kept.values())) > _KEPT_BYTES and len(self._kept) > 1:
                self._kept.popitem(last=False)
        return made

    async def render(self, asked: PreviewRequest, key_id: str = "") -> bytes:
        """The renderer's picture of a scene as a PNG.

        Raises:
            InputError, Unavailable: as `geometry`.
        """
        return await self._work(make_render, asked.request, key_id)

    async def material(self, asked: PreviewRequest, file: MaterialFile, key_id: str = "") -> bytes:
        """The maps of a scene as a file.

        Raises:
            InputError, Unavailable: as `geometry`.
        """
        return await self._work(partial(make_material_file, file=file), asked.request, key_id)

    @contextmanager
    def hold(self, key_id: str) -> Iterator[None]:
        """Take the place of one preview until the end of the block.

        Raises:
            TooMany: this key has enough of them pending.
            Unavailable: all keys together have.
        """
        with self._lock:
            if self._n_pending[key_id] >= self._settings.previews_per_key:
                raise TooMany(
                    "{n} previews of this key are pending, and no more can be; wait for one of them",
                    n=self._n_pending[key_id],
                    retry_after_s=_RETRY_S,
                )
            if self._n_pending.total() >= self._settings.pending_previews:
                raise Unavailable(
                    "{n} previews are pending, and no more can be; ask again in a moment",
                    n=self._n_pending.total(),
                    retry_after_s=_RETRY_S,
                )
            self._n_pending[key_id] += 1
        try:
            yield
        finally:
            with self._lock:
                self._n_pending[key_id] -= 1
                if not self._n_pending[key_id]:
                    del self._n_pending[key_id]

    def close(self) -> None:
        """End the process once it has made what it is making; to be called on the loop that waits for it."""
        if self._rest is not None:
            self._rest.cancel()
        self._end()

    async def _work(self, make: Callable[[CompleteRequest], _Made], request: CompleteRequest, key_id: str) -> _Made:
        async with self._turns.hold(key_id):  # what waits here can still be cancelled
            making = asyncio.ensure_future(self._work_now(make, request))
            try:
                return await asyncio.shield(making)
            except asyncio.CancelledError:
                # What the process makes it makes to the end: until then it is still of the key that left.
                await asyncio.wait({making})
                making.cancelled() or making.exception()
                raise

    async def _work_now(self, make: Callable[[CompleteRequest], _Made], request: CompleteRequest) -> _Made:
        loop = asyncio.get_running_loop()
        if self._rest is not None:
            self._rest.cancel()
        try:
            if self._executor is None:
                # A forked process would inherit locks of threads that it does not have.
                fresh = multiprocessing.get_context("spawn")
                self._executor = ProcessPoolExecutor(1, mp_context=fresh, initializer=follow_parent)
            with interrupts_ignored():
                made = self._executor.submit(make, request)
            return await asyncio.wrap_future(made)
        except BrokenProcessPool as error:
            self._end()
            raise Unavailable("the process that makes previews was ended; ask again", retry_after_s=1.0) from error
        finally:
            if self._rest is not None:
                self._rest.cancel()
            self._rest = loop.call_later(_REST_S, self._end_if_idle)

    def _end_if_idle(self) -> None:
        if not self._n_pending.total():
            self._end()

    def _end(self) -> None:
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)
            self._executor = None


def _digest(request: CompleteRequest, spec: MapSpec, version: str) -> str:
    """Of what a geometry depends on: neither colours nor, where all granules are of one size, shares."""
    masks = tuple(zone.mask for zone in request.scene.zones)
    return hashlib.sha256(repr((version, spec, masks)).encode()).hexdigest()[:32]


# What follows runs in the process.


class _Bench:
    """The layer that was laid last."""

    def __init__(self) -> None:
        self._laid: tuple[MapSpec, Geometry] | None = None
        self._lit: tuple[MapSpec, LitLayer] | None = None

    def layer(self, request: CompleteRequest) -> LitLayer:
        """The layer of a request, of which only what is new is made."""
        spec = MapSpec.of(request)
        if self._lit is None or self._lit[0] != spec:
            self._lit = spec, light_layer(self._geometry(spec), spec)
        return self._lit[1]

    def _geometry(self, spec: MapSpec) -> Geometry:
        unlit = replace(spec, light=Lighting.STUDIO, wet=False)
        if self._laid is None or self._laid[0] != unlit:
            self._laid = unlit, lay_geometry(unlit)
        return self._laid[1]


@cache
def _bench() -> _Bench:
    return _Bench()


def make_geometry(request: CompleteRequest) -> bytes:
    """The geometry of a request, compressed by gzip."""
    blank = Blank.of(_bench().layer(request), request.scene, request.seed)
    return gzip.compress(blank.encode(), _COMPRESSION, mtime=0)


def make_render(request: CompleteRequest) -> bytes:
    """The picture of a request as a PNG."""
    return encode_png(paint_layer(_bench().layer(request), request.scene, request.seed).pixels)


def make_material_file(request: CompleteRequest, file: MaterialFile) -> bytes:
    """The maps of a scene as a file.

    Raises:
        InputError: masks that cannot be used, or a zone without granules.
    """
    rendering = paint_layer(_bench().layer(request), request.scene, request.seed)
    return file.encode(material_of(request, rendering))
