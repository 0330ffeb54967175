"""Check that a bundle's files are those that its manifest lists, before anything is made of them.

The checks with the most helpful messages come first: a Git-LFS pointer also has a wrong size and a wrong hash, but
what helps is `git lfs pull`.
"""

import hashlib
import json
import struct
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Self

from plitka.errors import BundleError, HashMismatch, ManifestError, MissingFile, PickleFile, PointerFile, TruncatedFile

PICKLE_ENDINGS = frozenset({".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle"})
WEIGHT_ENDINGS = PICKLE_ENDINGS | {".safetensors", ".gguf", ".h5", ".msgpack", ".onnx"}
_SAFETENSORS_ENDINGS = frozenset({".safetensors", ".pti"})
"""cog-sdxl calls its embeddings .pti; they are safetensors inside."""
LOADED_ENDINGS = WEIGHT_ENDINGS | {".json", ".txt", ".model", ".jinja", ".py"}
"""Files that a loader may pick up by itself because they lie in the base folder."""

_POINTER_START = b"version https://git-lfs"
_ZIP_START = b"PK\x03\x04"
_GGUF_START = b"GGUF"
_PICKLE_PROTOCOLS = frozenset({2, 3, 4, 5})
_LENGTH_BYTES = 8
"""A safetensors file starts with the length of its JSON header, a little-endian u64."""
_MAX_HEADER_BYTES = 100_000_000
_N_HASHING_THREADS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRecord:
    """Hash and size of one file, as the manifest lists them."""

    sha256: str
    """64 lower-case hex digits."""
    n_bytes: int


def resolve_inside(folder: Path, relative: str) -> Path:
    """The path of a bundle's file.

    Raises:
        ManifestError: the path is absolute, climbs with `..`, or a link leads out of the folder.
    """
    parts = PurePosixPath(relative)
    climbs = not relative or parts.is_absolute() or ".." in parts.parts or "\\" in relative or ":" in relative
    if climbs or not (folder / parts).resolve().is_relative_to(folder.resolve()):
        raise ManifestError(
            "{path}: {relative!r} leads out of the bundle; name files by their path inside the folder, "
            "with / and without .. or links to other places",
            path=folder,
            relative=relative,
        )
    return folder / parts


def record_file(path: Path) -> FileRecord:
    """Hash and size of a file as it is now; refuses what no manifest may list.

    Raises:
        PointerFile, PickleFile, TruncatedFile: the file is not usable weights or text.
    """
    check_content(path)
    return FileRecord(sha256=_hash_file(path), n_bytes=path.stat().st_size)


class Verification:
    """A check of listed files, of which the weights are hashed while others already load them.

    A context: where loading fails inside, what is wrong with the files is said in place of what came of it. Weights can
    be opened before they are known to be right, for nothing in them is run; what is made of them has to wait for
    `finish`.
    """

    def __init__(self, folder: Path, files: Mapping[str, FileRecord], networks: Sequence[str]) -> None:
        """Check all that can be seen without reading the files, and begin to hash them.

        Args:
            folder: the bundle's.
            files: what its manifest lists.
            networks: folders in it in which nothing loadable may lie unlisted.

        Raises:
            BundleError: the subclass says which way the first wrong file is wrong.
        """
        self._files, self._paths = files, _check_listed_files(folder, files, networks)
        self._pool = ThreadPoolExecutor(_N_HASHING_THREADS)
        # Those that are waited for first, then the largest first; hashlib releases the GIL.
        order = sorted(self._paths, key=lambda name: (_is_weights(name), -files[name].n_bytes))
        self._hashes = {name: self._pool.submit(_hash_file, self._paths[name]) for name in order}

    def finish_texts(self) -> None:
        """Wait until configurations and vocabularies are known to be right, which loaders go by.

        Raises:
            HashMismatch: the first of them is not what the manifest lists.
        """
        self._finish(name for name in self._paths if not _is_weights(name))

    def finish(self) -> None:
        """Wait until all files are known to be right.

        Raises:
            HashMismatch: the first of them is not what the manifest lists.
        """
        self._finish(self._paths)

    def _finish(self, names: Iterable[str]) -> None:
        for name in names:
            actual, expected = self._hashes[name].result(), self._files[name].sha256
            if actual != expected:
                raise HashMismatch(
                    "{path} was changed or damaged: its SHA-256 is {actual}, the manifest says {expected}; "
                    "fetch the file again",
                    path=self._paths[name],
                    expected=expected,
                    actual=actual,
                )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        try:
            if isinstance(error, Exception):
                self.finish()
        finally:
            self._pool.shutdown(cancel_futures=True)


def check_files(folder: Path, files: Mapping[str, FileRecord], networks: Sequence[str]) -> None:
    """Check every listed file, and that nothing loadable lies unlisted in the folders of the networks.

    Raises:
        BundleError: the subclass says which way the first wrong file is wrong.
    """
    with Verification(folder, files, networks) as verification:
        verification.finish()


def _check_listed_files(folder: Path, files: Mapping[str, FileRecord], networks: Sequence[str]) -> dict[str, Path]:
    """The files by their names in order, whose first bytes and sizes are right."""
    for network in networks:
        _check_unlisted(folder, files, network)
    paths: dict[str, Path] = {}
    for relative, record in sorted(files.items()):
        path = resolve_inside(folder, relative)
        if not path.is_file():
            raise MissingFile(
                "{path} is named in the manifest but is not there; copy the whole bundle again", path=path
            )
        check_content(path)
        _check_size(path, record)
        paths[relative] = path
    return paths


def _is_weights(name: str) -> bool:
    return Path(name).suffix.lower() in _SAFETENSORS_ENDINGS


def check_content(path: Path) -> None:
    """Refuse a pointer, a pickle, or safetensors that are cut short; only a file's first bytes are read.

    Raises:
        PointerFile, PickleFile, TruncatedFile: the message says what to do.
        BundleError: it is named safetensors and is none.
    """
    with path.open("rb") as stream:
        start = stream.read(len(_POINTER_START))
    if start == _POINTER_START:
        raise PointerFile(
            "{path} is a Git-LFS pointer of {n_bytes} bytes, not the file itself; "
            "run `git lfs pull` in the repository that it came from and copy the file again",
            path=path,
            n_bytes=path.stat().st_size,
        )
    if start.startswith(_GGUF_START):
        raise BundleError(
            "{path} is a GGUF file, whose weights are quantised, and plitka reads only safetensors; use the file that "
            "was not quantised",
            path=path,
        )
    if path.suffix.lower() in PICKLE_ENDINGS or _looks_like_pickle(start):
        raise PickleFile(
            "{path} is a pickle, which can run code when it is opened; plitka reads only safetensors: "
            "convert it with `safetensors.torch.save_file` on a machine that you can lose",
            path=path,
        )
    if path.suffix.lower() in _SAFETENSORS_ENDINGS:
        _refuse_web_page(path, start)
        _check_safetensors_length(path)


def _refuse_web_page(path: Path, start: bytes) -> None:
    """Refuse what a server answered instead of a file, whose letters would be the length of an endless header."""
    if start[:1] in (b"<", b"{") and len(start) >= _LENGTH_BYTES and start[:_LENGTH_BYTES].isascii():
        is_page = struct.unpack("<Q", start[:_LENGTH_BYTES])[0] > _MAX_HEADER_BYTES
        if is_page:
            raise BundleError(
                "{path} is a web page or another answer of a server, not the file itself; look into it with a text "
                "editor: mostly the address wants a login or a key",
                path=path,
            )


def _looks_like_pickle(start: bytes) -> bool:
    # A safetensors header whose length ends in 0x80 starts like a pickle; only safetensors has { at byte 8.
    if start[_LENGTH_BYTES : _LENGTH_BYTES + 1] == b"{":
        return False
    return start.startswith(_ZIP_START) or (
        len(start) > 1 and start[0] == 0x80 and start[1] in _PICKLE_PROTOCOLS  # \x80 is pickle's PROTO opcode
    )


def _check_safetensors_length(path: Path) -> None:
    """Compare the file's size with the end of the last tensor that its header names."""
    n_bytes = path.stat().st_size
    with path.open("rb") as stream:
        prefix = stream.read(_LENGTH_BYTES)
        n_header = struct.unpack("<Q", prefix)[0] if len(prefix) == _LENGTH_BYTES else 0
        if len(prefix) < _LENGTH_BYTES or _LENGTH_BYTES + n_header > n_bytes:
            n_expected = _LENGTH_BYTES + min(n_header, _MAX_HEADER_BYTES)
            raise _truncated(path, n_bytes, n_expected)
        header = stream.read(min(n_header, _MAX_HEADER_BYTES))
    try:
        tensors = json.loads(header)
        ends = [entry["data_offsets"][1] for name, entry in tensors.items() if name != "__metadata__"]
        n_expected = _LENGTH_BYTES + n_header + max(ends, default=0)
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as exc:
        raise BundleError(
            "{path} is not a safetensors file: its header cannot be read; fetch the file again", path=path
        ) from exc
    if n_bytes < n_expected:
        raise _truncated(path, n_bytes, n_expected)


def _check_size(path: Path, record: FileRecord) -> None:
    n_bytes = path.stat().st_size
    if n_bytes < record.n_bytes:
        raise _truncated(path, n_bytes, record.n_bytes)
    if n_bytes > record.n_bytes:
        raise HashMismatch(
            "{path} is not the file of the manifest: it has {actual}, the manifest says {expected}; "
            "fetch the file again",
            path=path,
            expected=f"{record.n_bytes} B",
            actual=f"{n_bytes} B",
        )


def _truncated(path: Path, n_bytes: int, n_expected: int) -> TruncatedFile:
    return TruncatedFile(
        "{path} ends after {n_bytes} of {n_expected} bytes, as after a broken download; fetch the file again",
        path=path,
        n_bytes=n_bytes,
        n_expected=n_expected,
    )


def _check_unlisted(folder: Path, files: Mapping[str, FileRecord], base: str) -> None:
    """Refuse loadable files in a network's folder that the manifest does not list."""
    for relative in loaded_files(folder, base):
        if relative in files:
            continue
        if Path(relative).suffix.lower() in PICKLE_ENDINGS:
            check_content(folder / relative)
        raise ManifestError(
            "{path}: {relative!r} lies in a network's folder but is not listed under [files]; "
            "delete it, or list it if it belongs there",
            path=folder,
            relative=relative,
        )


def loaded_files(folder: Path, base: str) -> list[str]:
    """Paths of the files under the base folder that a loader could read, hidden ones left out."""
    root = resolve_inside(folder, base)
    found = (path.relative_to(folder) for path in root.rglob("*") if path.suffix.lower() in LOADED_ENDINGS)
    return sorted(path.as_posix() for path in found if not any(part.startswith(".") for part in path.parts))


def _hash_file(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
