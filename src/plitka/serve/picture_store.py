"""Finished pictures, each named by the SHA-256 of its bytes, in a folder or in a store that fsspec knows.

A name never stands for half a picture: a folder gets it by renaming, an object store with the last byte. A picture may
be kept packed (`plitka.serve.packed_pictures`) under the same name with another ending; what is read is the PNG.
"""

import hashlib
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BufferedReader
from pathlib import Path, PurePosixPath
from typing import Any

import fsspec
import structlog

from plitka.core.files.picture import SUFFIX, write_whole
from plitka.errors import Gone, InputError, PlitkaError, StorageAway
from plitka.serve import object_store, packed_pictures
from plitka.serve.permissions import FILE_MODE, make_private_folder

log = structlog.get_logger(__name__)

ASIDE = "aside"
PACKED_SUFFIX = ".webp"
_SUFFIXES = (SUFFIX, PACKED_SUFFIX)
_DIGEST = re.compile("[0-9a-f]{64}")
_PIECE_BYTES = 256 * 1024
"""Of a picture that is sent: what a slow client holds in memory, twice."""
_MAX_BYTES = 64 * 1024 * 1024
"""Of a picture with its text fields; the largest are a third of that."""
_PROBE = ".probe"
"""Written to find out whether anything can be."""
_PROBE_BYTES = 65_536
_RETRY_S = 10.0
"""After which a caller may ask again, when the pictures are away."""


class PictureStore:
    """PNG files by digest."""

    def __init__(self, url: str, *, sync: bool = False, is_packing: bool = False) -> None:
        """Open the folder or the store.

        Args:
            url: as fsspec reads it, such as file:///folder or s3://bucket/folder.
            sync: wait for the disk at each picture.
            is_packing: keep new pictures packed where that makes them smaller.

        Raises:
            InputError: nothing here can reach such a place.
        """
        try:
            self._files: Any
            self._files, self._root = fsspec.core.url_to_fs(url, **object_store.options(url))
        except (ImportError, ValueError) as error:
            raise InputError(
                "pictures cannot be kept at that URL ({reason}); install fsspec's package for it, or name a folder",
                reason=type(error).__name__,
            ) from error
        self._is_local = "file" in (self._files.protocol if isinstance(self._files.protocol, tuple) else ())
        self._sync = sync
        self._is_packing = is_packing
        if self._is_local and not Path(self._root).exists():
            make_private_folder(Path(self._root))

    @property
    def folder(self) -> Path | None:
        """Where the pictures are, if that is a folder of this machine."""
        return Path(self._root) if self._is_local else None

    def check(self) -> None:
        """Find out whether pictures can be written, by writing as much as a small one takes.

        Raises:
            StorageAway: they cannot.
        """
        path = str(PurePosixPath(self._root, _PROBE))
        with _translated():
            if self._is_local:
                if not Path(path).parent.exists():
                    make_private_folder(Path(path).parent)
                try:
                    Path(path).write_bytes(bytes(_PROBE_BYTES))
                finally:
                    Path(path).unlink(missing_ok=True)
            else:
                self._files.pipe_file(path, bytes(_PROBE_BYTES))

    def content_of(self, png: bytes) -> bytes:
        """What is kept of a picture: itself, or packed."""
        return (packed_pictures.pack(png) if self._is_packing else None) or png

    def write(self, png: bytes, digest: str) -> None:
        """Keep a picture, packed or not, under the digest of its PNG.

        Raises:
            StorageAway: it cannot be written, or not now.
        """
        path = self._path(digest, PACKED_SUFFIX if packed_pictures.is_packed(png) else SUFFIX)
        with _translated():
            if not self._is_local:
                object_store.write(self._files, path, png)
            elif self._sync or not _is_kept(Path(path), png):
                if not Path(path).parent.exists():
                    make_private_folder(Path(path).parent)
                write_whole(Path(path), png, sync=self._sync, mode=FILE_MODE)

    def read(self, digest: str) -> bytes:
        """The picture of a digest.

        Raises:
            Gone: there is none, or what is there is not that picture.
            StorageAway: it cannot be read, or not now.
        """
        try:
            content = self._content(digest)
        except FileNotFoundError as error:
            log.error("picture_gone", digest=digest, is_damaged=False)  # noqa: TRY400  (no paths)
            raise Gone("the picture is no longer kept") from error
        if not _is_whole(content, digest):
            log.error("picture_gone", digest=digest, is_damaged=True)
            raise Gone("the picture is damaged, and no longer of use")
        return packed_pictures.unpack(content) if packed_pictures.is_packed(content) else content

    def measure(self, digest: str) -> int:
        """Bytes of the picture of a digest, which is looked at piece by piece and is whole; raises as `read`."""
        if not self._is_local or not _DIGEST.fullmatch(digest):
            return len(self.read(digest))
        with suppress(FileNotFoundError), _translated(FileNotFoundError), self._open(digest) as file:
            if hashlib.file_digest(file, "sha256").hexdigest() == digest:
                return file.tell()
        return len(self.read(digest))  # which says why not

    def size(self, digest: str) -> int:
        """Bytes that a picture takes, whole or not.

        Raises:
            Gone: there is none.
            StorageAway: it cannot be reached, or not now.
        """
        try:
            with _translated(FileNotFoundError):
                return int(self._files.size(self._kept_path(digest)))
        except FileNotFoundError as error:
            raise Gone("the picture is no longer kept") from error

    def link(self, digest: str, seconds: int) -> str | None:
        """Where a picture can be fetched from the store itself without any key, for so long; None: nowhere.

        Raises:
            StorageAway: the store cannot be reached, or not now.
        """
        path = self._path(digest)
        with _translated():
            is_there = not self._is_local and _DIGEST.fullmatch(digest) and self._files.exists(path)
            return object_store.link(self._files, path, seconds) if is_there else None

    def pieces(self, digest: str, n_bytes: int) -> Iterator[bytes]:
        """A picture of so many bytes, bit by bit: whoever takes it slowly holds no more of it, and no open file.

        Raises:
            Gone: it was removed meanwhile.
            StorageAway: it cannot be read, or not now.
        """
        if not self._is_local or not Path(self._path(digest)).exists():
            yield self.read(digest)
            return
        for start in range(0, n_bytes, _PIECE_BYTES):
            try:
                with _translated(FileNotFoundError), self._open(digest) as file:
                    file.seek(start)
                    piece = file.read(_PIECE_BYTES)
            except FileNotFoundError as error:
                raise Gone("the picture is no longer kept") from error
            yield piece

    def _open(self, digest: str, suffix: str = SUFFIX) -> BufferedReader:
        """A picture's file; raises FileNotFoundError where there is none, or what is there is no picture."""
        path = Path(self._path(digest, suffix))
        found = path.stat()
        if not stat.S_ISREG(found.st_mode) or found.st_size > _MAX_BYTES:
            raise FileNotFoundError(path)
        return path.open("rb")

    def has(self, digest: str) -> bool:
        """Whether there is a file of that name, whatever is in it."""
        if not _DIGEST.fullmatch(digest):
            return False
        with _translated():
            return any(self._files.exists(self._path(digest, suffix)) for suffix in _SUFFIXES)

    def is_whole(self, digest: str) -> bool:
        """Whether that very picture is there."""
        try:
            return _is_whole(self._content(digest), digest)
        except FileNotFoundError:
            return False

    def _content(self, digest: str) -> bytes:
        """What is under a name.

        Raises:
            FileNotFoundError: there is none of that name, the name is none, or what is there is no file or larger than
                any picture: nobody reads without end.
        """
        if not _DIGEST.fullmatch(digest):
            raise FileNotFoundError(digest)
        try:
            return self._content_at(digest, SUFFIX)
        except FileNotFoundError:
            return self._content_at(digest, PACKED_SUFFIX)

    def _content_at(self, digest: str, suffix: str) -> bytes:
        with _translated(FileNotFoundError):
            if self._is_local:
                with self._open(digest, suffix) as file:
                    return file.read()
            content: bytes = self._files.cat_file(self._path(digest, suffix))
            return content

    def discard(self, digest: str) -> None:
        """Remove a picture, and partial files of writes that were cut off; nothing under what is no digest."""
        if not _DIGEST.fullmatch(digest):
            return
        with _translated():
            for path in (self._path(digest, suffix) for suffix in _SUFFIXES):
                if self._is_local:
                    for left in Path(path).parent.glob(f".{Path(path).name}.*.part"):
                        left.unlink(missing_ok=True)
                if self._files.exists(path):
                    self._files.rm_file(path)

    def names(self) -> list[str]:
        """Every file that is kept here, whole or not, by its path within the store; not what was set aside."""
        self._files.invalidate_cache()
        root = str(PurePosixPath(self._root))
        inside = [str(PurePosixPath(path).relative_to(root)) for path in self._files.find(root)]
        return sorted(name for name in inside if not name.startswith(f"{ASIDE}/"))

    def set_aside(self, name: str) -> None:
        """Move a file to a folder of the store from which nothing is sent."""
        aside = PurePosixPath(self._root, ASIDE)
        if self._is_local:
            make_private_folder(Path(aside))
        self._files.mv(str(PurePosixPath(self._root, name)), str(aside / PurePosixPath(name).name))

    def _kept_path(self, digest: str) -> str:
        """Where a picture is, packed or not."""
        path = self._path(digest)
        return path if self._files.exists(path) else self._path(digest, PACKED_SUFFIX)

    def _path(self, digest: str, suffix: str = SUFFIX) -> str:
        return str(PurePosixPath(self._root, digest[:2], digest + suffix))


@contextmanager
def _translated(*but: type[Exception]) -> Iterator[None]:
    """What the file system or the store says of itself becomes `StorageAway`, except for `but`."""
    try:
        yield
    except PlitkaError:
        raise
    except Exception as error:  # each of fsspec's stores has errors of its own
        if isinstance(error, but):
            raise
        raise StorageAway("the pictures cannot be reached; ask again in a moment", retry_after_s=_RETRY_S) from error


def _is_kept(path: Path, png: bytes) -> bool:
    """Whether the file has these very bytes, so that it need not be replaced, which can wait for the disk.

    A name alone does not tell: after a power cut there may be other bytes under it.
    """
    try:
        return path.read_bytes() == png
    except FileNotFoundError:
        return False


def _is_whole(content: bytes, digest: str) -> bool:
    """Whether what is kept under a digest is that picture."""
    if packed_pictures.is_packed(content):
        return packed_pictures.is_whole(content)
    return digest_of(content) == digest


def digest_of(png: bytes) -> str:
    """The name of a picture."""
    return hashlib.sha256(png).hexdigest()
