"""Finished pictures, each named by the SHA-256 of its bytes, in a folder or in a store that fsspec knows.

A name never stands for half a picture: a folder gets it by renaming, an object store with the last byte.
"""

import hashlib
from pathlib import Path, PurePosixPath
from typing import Any

import fsspec

from plitka.core.files.picture import SUFFIX, write_whole
from plitka.errors import InputError


class PictureStore:
    """PNG files by digest."""

    def __init__(self, url: str, *, sync: bool = False) -> None:
        """Open the folder or the store.

        Args:
            url: as fsspec reads it, such as file:///folder or s3://bucket/folder.
            sync: wait for the disk at each picture.

        Raises:
            InputError: nothing here can reach such a place.
        """
        try:
            self._files: Any
            self._files, self._root = fsspec.core.url_to_fs(url)
        except (ImportError, ValueError) as error:
            raise InputError(
                "pictures cannot be kept at that URL ({reason}); install fsspec's package for it, or name a folder",
                reason=type(error).__name__,
            ) from error
        self._is_local = "file" in (self._files.protocol if isinstance(self._files.protocol, tuple) else ())
        self._sync = sync

    def write(self, png: bytes, digest: str) -> None:
        """Keep a picture under its digest."""
        path = self._path(digest)
        if not self._is_local:
            self._files.pipe_file(path, png)
        elif self._sync or not _is_kept(Path(path), png):
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            write_whole(Path(path), png, sync=self._sync)

    def read(self, digest: str) -> bytes:
        """The picture of a digest.

        Raises:
            FileNotFoundError: there is none.
        """
        content: bytes = self._files.cat_file(self._path(digest))
        return content

    def has(self, digest: str) -> bool:
        """Whether the picture is there, whole."""
        return bool(self._files.exists(self._path(digest)))

    def discard(self, digest: str) -> None:
        """Remove a picture, and partial files of writes that were cut off."""
        path = self._path(digest)
        if self._is_local:
            for left in Path(path).parent.glob(f".{Path(path).name}.*.part"):
                left.unlink(missing_ok=True)
        if self._files.exists(path):
            self._files.rm_file(path)

    def _path(self, digest: str) -> str:
        return str(PurePosixPath(self._root, digest[:2], digest + SUFFIX))


def _is_kept(path: Path, png: bytes) -> bool:
    """Whether the file has these very bytes, so that it need not be replaced, which can wait for the disk.

    A name alone does not tell: after a power cut there may be other bytes under it.
    """
    try:
        return path.read_bytes() == png
    except FileNotFoundError:
        return False


def digest_of(png: bytes) -> str:
    """The name of a picture."""
    return hashlib.sha256(png).hexdigest()
