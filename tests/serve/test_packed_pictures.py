"""Pictures kept as lossless WebP."""

import io
from contextlib import closing
from pathlib import Path

import numpy as np
from PIL import Image
from tests.core.measure.tile_pictures import tile
from tests.serve.conftest import Running, running

from plitka.core.files.picture import encode_png
from plitka.serve import packed_pictures
from plitka.serve.backup import back_up
from plitka.serve.inspection import inspect_kept
from plitka.serve.picture_store import PictureStore, digest_of
from plitka.serve.settings import Settings


def test_a_picture_comes_out_as_it_went_in() -> None:
    """Byte by byte, with its fields; a viewer opens what is kept, and a change of it is noticed."""
    pixels = tile("60% red, 30% black, 10% white", side_px=128)
    for fields, px_per_mm in (({}, None), ({"recipe": "60 % красный\nи чёрный", "seed": "7"}, 7.0)):
        png = encode_png(pixels, fields, px_per_mm)
        packed = packed_pictures.pack(png)
        assert packed is not None
        assert len(packed) < len(png)
        assert packed_pictures.unpack(packed) == png
        with Image.open(io.BytesIO(packed)) as seen:
            assert (seen.format, np.array_equal(np.asarray(seen), pixels)) == ("WEBP", True)
        assert packed_pictures.is_packed(packed)
        assert not packed_pictures.is_packed(png)
        assert packed_pictures.is_whole(packed)
        assert not packed_pictures.is_whole(packed[:100] + b"x" + packed[101:])
        assert not packed_pictures.is_whole(packed[:-1])


def test_what_would_not_come_out_is_kept_as_it_is() -> None:
    """A PNG of another writer, one without colours, and one that would not be smaller."""
    buffer = io.BytesIO()
    Image.fromarray(tile("60% red, 40% black", side_px=64)).save(buffer, "PNG", compress_level=9, optimize=True)
    assert packed_pictures.pack(buffer.getvalue()) is None
    grey = io.BytesIO()
    Image.new("L", (64, 64)).save(grey, "PNG")
    assert packed_pictures.pack(grey.getvalue()) is None
    assert packed_pictures.pack(encode_png(np.zeros((1, 1, 3), np.uint8))) is None


def test_a_service_that_packs_sends_what_it_made(tmp_path: Path) -> None:
    """The same PNG under the same tag; its size is that of what is kept; it is checked, backed up and deleted."""
    with running(tmp_path / "plain") as server:
        plain = made(server)
    with running(tmp_path / "packed", pack_pictures=True) as server:
        client = server.client()
        job = server.ended(client, server.order(client, seed=7, width_px=256, height_px=256))
        answer = client.get(job["image_url"])
        assert (answer.content, digest_of(answer.content)) == (plain, job["result"]["sha256"])
        assert answer.headers["Content-Length"] == str(len(plain))
        (file,) = (tmp_path / "packed/pictures").rglob("*.webp")
        assert not list((tmp_path / "packed/pictures").rglob("*.png"))
        assert server.service.store.find_job(job["id"]).n_bytes == file.stat().st_size < len(plain)  # type: ignore[union-attr]
        assert back_up(server.service.settings, tmp_path / "backup").lost == ()
    found = inspect_kept(Settings(data=tmp_path / "packed"))
    assert (found.is_well, found.n_pictures) == (True, 1)
    with running(tmp_path / "packed") as server:  # packs no more, and reads on
        assert server.service.pictures.read(job["result"]["sha256"]) == plain
        assert server.service.pictures.size(job["result"]["sha256"]) == file.stat().st_size
        server.service.pictures.discard(job["result"]["sha256"])
        assert not file.exists()
    file.write_bytes(b"RIFF damaged")
    assert not PictureStore((tmp_path / "packed/pictures").as_uri()).is_whole(file.stem)


def made(server: Running) -> bytes:
    """The same picture of a service that does not pack."""
    with closing(server.client()) as client:
        job = server.ended(client, server.order(client, seed=7, width_px=256, height_px=256))
        content: bytes = client.get(job["image_url"]).content
        return content
