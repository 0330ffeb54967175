"""Pictures in a folder and in another store."""

import os
from pathlib import Path

import fsspec
import pytest
from tests.serve.conftest import running

from plitka.errors import Gone
from plitka.serve.picture_store import PictureStore, digest_of


def test_pictures_in_another_store(tmp_path: Path) -> None:
    """A store that is no folder, as S3 is none: fsspec's own in memory."""
    with running(tmp_path, pictures_url="memory://bucket/pictures") as server:
        client = server.client()
        job = server.order(client)
        done = server.ended(client, job)
        assert client.get(done["image_url"]).content.startswith(b"\x89PNG")
        assert done["result"]["sha256"] in str(fsspec.filesystem("memory").find("/bucket"))
    assert not (tmp_path / "pictures").exists()


def test_a_picture_is_whole_or_not_there(tmp_path: Path) -> None:
    """What a cut-off write left is removed with it."""
    pictures = PictureStore(tmp_path.as_uri())
    digest = digest_of(b"picture")
    pictures.write(b"picture", digest)
    assert pictures.read(digest) == b"picture"
    left = tmp_path / digest[:2] / f".{digest}.png.0badcafe.part"
    left.write_bytes(b"pic")
    pictures.discard(digest)
    assert not pictures.is_whole(digest)
    assert not left.exists()


def test_the_same_picture_again_is_not_written_again(tmp_path: Path) -> None:
    """Unless what is there under its name is not the picture, as after a power cut, or the disk shall be waited for."""
    pictures = PictureStore(tmp_path.as_uri())
    digest = digest_of(b"picture")
    path = tmp_path / digest[:2] / f"{digest}.png"
    pictures.write(b"picture", digest)
    first = path.stat().st_ino
    pictures.write(b"picture", digest)
    assert path.stat().st_ino == first
    path.write_bytes(b"\0" * 7)
    pictures.write(b"picture", digest)
    assert pictures.read(digest) == b"picture"
    whole = path.stat().st_mtime_ns, path.stat().st_ino
    PictureStore(tmp_path.as_uri(), sync=True).write(b"picture", digest)
    assert (path.stat().st_mtime_ns, path.stat().st_ino) != whole
    assert pictures.read(digest) == b"picture"


@pytest.mark.parametrize("place", ["folder", "memory"])
def test_only_the_very_picture_is_read(tmp_path: Path, place: str) -> None:
    """What is missing, cut or changed is gone; nothing else is ever sent in its place."""
    url = tmp_path.as_uri() if place == "folder" else f"memory://{tmp_path}"
    pictures, digest = PictureStore(url), digest_of(b"picture")
    files, root = fsspec.core.url_to_fs(url)
    path = f"{root}/{digest[:2]}/{digest}.png"
    with pytest.raises(Gone):
        pictures.read(digest)
    assert not pictures.is_whole(digest)
    pictures.write(b"picture", digest)
    assert pictures.is_whole(digest)
    for damaged in (b"", b"pict", b"pictuse"):
        files.pipe_file(path, damaged)
        assert not pictures.is_whole(digest)
        with pytest.raises(Gone):
            pictures.read(digest)
    pictures.write(b"picture", digest)
    assert pictures.read(digest) == b"picture"


@pytest.mark.parametrize("name", ["../secret", "/etc/secret", "a" * 63, "A" * 64, ""])
def test_what_is_no_digest_names_nothing(tmp_path: Path, name: str) -> None:
    """Neither read nor removed, whatever a database from elsewhere says."""
    pictures = PictureStore((tmp_path / "pictures").as_uri())
    victim = tmp_path / "pictures" / Path(f"{name[:2]}/{name}.png")
    if victim.is_relative_to(tmp_path) and name:
        victim.parent.mkdir(parents=True, exist_ok=True)
        victim.write_bytes(b"secret")
    with pytest.raises(Gone):
        pictures.read(name)
    assert not pictures.has(name)
    assert not pictures.is_whole(name)
    pictures.discard(name)
    assert victim.exists() == (victim.is_relative_to(tmp_path) and bool(name))


@pytest.mark.parametrize("kind", ["endless", "pipe", "huge", "folder"])
def test_what_is_no_file_of_a_pictures_size_is_not_read(tmp_path: Path, kind: str) -> None:
    """A name that leads to something without an end fills no memory, and holds nobody."""
    pictures = PictureStore(tmp_path.as_uri())
    digest = digest_of(b"picture")
    pictures.write(b"picture", digest)
    path = tmp_path / digest[:2] / f"{digest}.png"
    path.unlink()
    if kind == "endless":
        path.symlink_to("/dev/zero")
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.touch()
        os.truncate(path, 2**40)
    assert not pictures.is_whole(digest)
    with pytest.raises(Gone):
        pictures.read(digest)
