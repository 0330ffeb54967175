"""Uploaded files: how many may be pending, and whose is decoded next.

A file takes up to hundreds of megabytes while it is decoded, so one is at a time, and the keys take turns.
"""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager

from plitka.errors import TooMany, Unavailable
from plitka.serve.memory import Tidier
from plitka.serve.settings import Settings
from plitka.serve.turns import Turns

_RETRY_AFTER_S = 2.0


class Uploads:
    """Files that are being read, wait, or are decoded."""

    def __init__(self, settings: Settings, tidier: Tidier) -> None:
        """None yet; the tidier is told of each that has ended."""
        self._settings = settings
        self._tidier = tidier
        self._lock = threading.Lock()
        self._n_files: Counter[str] = Counter()
        self._n_bytes: Counter[str] = Counter()
        self._turns = Turns()

    @contextmanager
    def hold(self, key_id: str, n_bytes: int) -> Iterator[None]:
        """Take the room for a file, before it is read, until the end of the block.

        Raises:
            TooMany: this key has enough files pending.
            Unavailable: all keys together have.
        """
        with self._lock:
            self._check_room(key_id, n_bytes)
            self._n_files[key_id] += 1
            self._n_bytes[key_id] += n_bytes
        try:
            yield
        finally:
            with self._lock:
                self._n_files[key_id] -= 1
                self._n_bytes[key_id] -= n_bytes
                if not self._n_files[key_id]:
                    del self._n_files[key_id], self._n_bytes[key_id]
            self._tidier.soon()

    def _check_room(self, key_id: str, n_bytes: int) -> None:
        limits = self._settings
        n_files_of_key, n_bytes_of_key = self._n_files[key_id] + 1, self._n_bytes[key_id] + n_bytes
        if n_files_of_key > limits.uploads_per_key or n_bytes_of_key > limits.pending_upload_bytes_per_key:
            raise TooMany(
                "{n} uploads of this key are pending, and no more can be; wait for one of them",
                n=n_files_of_key - 1,
                retry_after_s=_RETRY_AFTER_S,
            )
        n_files, all_bytes = self._n_files.total() + 1, self._n_bytes.total() + n_bytes
        if n_files > limits.pending_uploads or all_bytes > limits.pending_upload_bytes:
            raise Unavailable(
                "{n} uploads are pending, and no more can be; ask again in a moment",
                n=n_files - 1,
                retry_after_s=_RETRY_AFTER_S,
            )

    def turn(self, key_id: str) -> AbstractAsyncContextManager[None]:
        """Be the one whose file is decoded, until the end of the block."""
        return self._turns.hold(key_id)
