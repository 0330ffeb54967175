"""The process that makes previews, what it keeps, and how many may wait."""

import asyncio
import gzip
import io
import os
import time
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from tests.core.tile.test_renderer import MIXED, THREE, scene_of

from plitka.core.generation import Request
from plitka.core.scene import Granules, Lighting, Scene, Size
from plitka.core.tile.blanks import MAGIC
from plitka.core.tile.granule_map import MapSpec
from plitka.core.tile.granules import Geometry
from plitka.core.tile.renderer import lay_geometry, render
from plitka.errors import InputError, TooMany, Unavailable
from plitka.serve import previews as previews_module
from plitka.serve.previews import PreviewRequest, Previews, make_geometry, make_render
from plitka.serve.settings import Settings

SMALL = scene_of(THREE, 64)


@pytest.fixture
def previews() -> Previews:
    """None made yet."""
    return Previews(Settings(previews_per_key=2, pending_previews=3), "0")


def ask(previews: Previews, scene: Scene = SMALL, seed: int = 7) -> PreviewRequest:
    """A preview that can be made."""
    return previews.check(Request(scene=scene, seed=seed))


def test_a_render_is_the_renderers_picture(previews: Previews) -> None:
    """Byte for byte; so is one that is only painted or lit anew."""
    looks = (replace(SMALL, wet=True), replace(SMALL, light=Lighting.SUN))
    for scene in (SMALL, scene_of("90% red, 10% blue", 64), *looks):
        asked = ask(previews, scene).request
        with Image.open(io.BytesIO(make_render(asked))) as image:
            assert np.asarray(image).tobytes() == render(asked).pixels.tobytes()


def test_only_what_is_new_is_made(previews: Previews, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another recipe or light lays no granules; another seed does."""
    laid = []

    def lay(spec: MapSpec) -> Geometry:
        laid.append(spec)
        return lay_geometry(spec)

    monkeypatch.setattr(previews_module, "lay_geometry", lay)
    seed = 123
    for scene in (SMALL, scene_of("90% red, 10% blue", 64), replace(SMALL, wet=True)):
        make_geometry(ask(previews, scene, seed).request)
    assert len(laid) == 1
    make_geometry(ask(previews, SMALL, seed + 1).request)
    assert len(laid) == 2


def test_the_digest_is_of_what_a_geometry_depends_on(previews: Previews) -> None:
    """Colours and shares are not of it, but for those that decide how much is coarse or fine."""
    digest = ask(previews).digest
    assert ask(previews, scene_of("90% blue, 5% white, 5% grey", 64)).digest == digest
    others = [
        ask(previews, seed=8),
        ask(previews, replace(SMALL, light=Lighting.SUN)),
        ask(previews, replace(SMALL, wet=True)),
        ask(previews, replace(SMALL, granules=Granules(size_mm=(1.0, 3.0)))),
        ask(previews, scene_of(THREE, 128)),
        ask(previews, scene_of(THREE, 64, ("border:8%", "white"))),
        ask(previews, scene_of(THREE, 64, ("border:9%", "white"))),
        ask(Previews(Settings(), "1")),
    ]
    assert len({digest, *(other.digest for other in others)}) == 1 + len(others)
    one, other = (replace(scene_of(text, 192), granules=MIXED) for text in (THREE, "50% red, 40% black, 10% white"))
    assert ask(previews, one).digest != ask(previews, other).digest


@pytest.mark.parametrize(
    ("scene", "told"),
    [
        (scene_of(THREE, 1088), "at most 1024 px"),
        (replace(scene_of(THREE, 1024), granules=Granules(size_mm=(0.5, 1.5))), "granules would have to be laid"),
        (replace(SMALL, size=Size(width_px=128, height_px=1088)), "at most 1024 px"),
    ],
)
def test_what_is_too_much_is_refused(previews: Previews, scene: Scene, told: str) -> None:
    """Before anything is laid."""
    with pytest.raises(InputError, match=told):
        ask(previews, scene)


def test_a_geometry_is_square(previews: Previews) -> None:
    """A render is not: of a narrow one fewer granules fall, and its longer side decides how much is shown."""
    wide = ask(previews, replace(SMALL, size=Size(width_px=128, height_px=64)))
    with pytest.raises(InputError, match="square picture, not of 128x64 px; ask POST /v1/renders"):
        wide.check_square()
    ask(previews).check_square()
    fine = replace(SMALL, granules=Granules(size_mm=(0.5, 1.5)), field_mm=146, size=Size(width_px=1024, height_px=256))
    assert ask(previews, fine).request.size.height_px == 256
    assert previews.framed(Request(scene=replace(fine, field_mm=None), seed=7)).request.field_mm == 146


def test_the_usual_size_is_small(previews: Previews) -> None:
    """A preview is there at once."""
    assert ask(previews, replace(SMALL, size=None)).request.size.width_px == 512


def test_places_are_limited(previews: Previews) -> None:
    """Of a key, and of all together; and they are given back."""
    with previews.hold("a"), previews.hold("a"):
        with pytest.raises(TooMany), previews.hold("a"):
            pass
        with previews.hold("b"), pytest.raises(Unavailable), previews.hold("c"):
            pass
    with previews.hold("a"), previews.hold("c"):
        pass


def test_geometries_are_made_elsewhere_and_kept(previews: Previews, monkeypatch: pytest.MonkeyPatch) -> None:
    """In another process; the oldest go when there is no more room."""
    first, second = ask(previews), ask(previews, seed=8)

    async def make() -> None:
        for asked in (first, second):
            assert previews.kept(asked.digest) is None
            made = await previews.geometry(asked)
            assert previews.kept(asked.digest) == made
            assert gzip.decompress(made).startswith(MAGIC)
        monkeypatch.setattr(previews_module, "_KEPT_BYTES", 1)
        await previews.geometry(ask(previews, seed=9))
        assert previews.kept(second.digest) is None
        with pytest.raises(InputError, match="zone"):  # refused there, told here
            await previews.render(ask(previews, scene_of(THREE, 64, ("circle:2%", "white"))))

    try:
        asyncio.run(make())
    finally:
        previews.close()


def test_a_process_that_is_ended_is_started_anew(previews: Previews, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever waits for it is told to ask again."""

    async def make() -> None:
        with pytest.raises(Unavailable):
            await previews._work(os._exit, 9, "")  # type: ignore[arg-type]  # what ends a process
        assert (await previews.render(ask(previews))).startswith(b"\x89PNG")
        monkeypatch.setattr(previews_module, "_REST_S", 0.0)
        await previews.render(ask(previews))
        await asyncio.sleep(0.05)
        assert previews._executor is None

    try:
        asyncio.run(make())
    finally:
        previews.close()


def test_what_was_left_has_its_turn_to_its_end_and_keys_take_turns() -> None:
    """A client that begins and leaves gains nothing: what runs is still its own, and another key comes before more."""

    async def run() -> list[str]:
        previews, done = Previews(Settings(), "0"), []

        async def make(name: str) -> None:
            await previews._work(abs, 1, name[0])  # type: ignore[arg-type]  # whatever a process can do
            done.append(name)

        left = asyncio.create_task(previews._work(time.sleep, 0.5, "a"))  # type: ignore[arg-type]  # as above
        await asyncio.sleep(0.1)
        others = [asyncio.create_task(make(name)) for name in ("a2", "a3", "b1")]
        left.cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert not left.done()
        await asyncio.gather(*others)
        assert left.cancelled()
        previews.close()
        return done

    assert asyncio.run(run()) == ["a2", "b1", "a3"]
