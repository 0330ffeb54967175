"""Whether what the service stands on can be used: its database, the place of its pictures, and room on their disks.

A thread of its own looks every few seconds, so that probes answer at once, whatever is away.
"""

import os
import shutil
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from enum import StrEnum
from pathlib import Path

import structlog

from plitka.errors import NoRoom, PlitkaError, StorageAway, Unavailable
from plitka.serve.logs import frames
from plitka.serve.metrics import Metrics
from plitka.serve.picture_store import PictureStore
from plitka.serve.settings import Settings
from plitka.serve.store import Store

log = structlog.get_logger(__name__)

_EVERY_S = 2.0
_EVERY_S_AFAR = 60.0
"""Between two probes of a store that is no folder of this machine: each write there may cost money."""
_STALE_S = 30.0
"""After so long without a look nothing is known."""
_RETRY_S = 60.0


class Part(StrEnum):
    """What can be away."""

    DATABASE = "database"
    PICTURES = "pictures"
    DISK = "disk"


class Health(threading.Thread):
    """What is away, if anything; safe to ask from any thread."""

    def __init__(self, store: Store, pictures: PictureStore, settings: Settings, metrics: Metrics) -> None:
        super().__init__(name="health", daemon=True)
        self.on_return: Callable[[], None] = lambda: None
        """Called before all else and after each absence of the database; again, as long as it raises `StorageAway`."""
        self.on_look: Callable[[], None] = lambda: None
        """Called at each look that finds the database there."""
        self._store = store
        self._pictures = pictures
        self._settings = settings
        self._metrics = metrics
        self._stopping = threading.Event()
        self._is_away: dict[Part, bool] = dict.fromkeys(Part, False)
        self._is_return_due = True
        self._looked_at = self._probed_at = float("-inf")

    def run(self) -> None:
        """Look again and again, until `stop`."""
        while not self._stopping.wait(_EVERY_S):
            self.look()

    def stop(self) -> None:
        """Look no more, once a look that has begun is over, which the time limits of its parts bound."""
        self._stopping.set()
        if self.is_alive():
            self.join()

    def look(self) -> None:
        """See for each part whether it is there."""
        self._see(Part.DATABASE, self._check_database)
        self.can_keep()
        self._see(Part.DISK, self._check_disks)
        self._looked_at = time.monotonic()

    def can_keep(self) -> bool:
        """Whether a picture could be written, found out now where that costs little."""
        afar = self._pictures.folder is None and not self._is_away[Part.PICTURES]
        if not afar or time.monotonic() - self._probed_at > _EVERY_S_AFAR:
            self._probed_at = time.monotonic()
            self._see(Part.PICTURES, self._pictures.check)
        return not self._is_away[Part.PICTURES]

    @property
    def usable(self) -> dict[Part, bool]:
        """Whether each part could be used when it was looked at last."""
        return {part: not is_away for part, is_away in self._is_away.items()}

    def free_bytes(self) -> dict[Part, int]:
        """On the disks of database and pictures, where they are folders of this machine."""
        folders = {Part.DATABASE: self._store.folder, Part.PICTURES: self._pictures.folder}
        found = {part: _free_bytes(folder) for part, folder in folders.items() if folder is not None}
        return {part: n_bytes for part, n_bytes in found.items() if n_bytes is not None}

    @property
    def problem(self) -> PlitkaError | None:
        """Why the service cannot do its work now; None if it can."""
        if time.monotonic() - self._looked_at > _STALE_S:
            return Unavailable("the service has not found out for a while whether its storage is there")
        if self._is_away[Part.DATABASE]:
            return Unavailable("the database does not answer, or cannot be written")
        return self._lack_of_room()

    def check_room(self) -> None:
        """Refuse new work while its pictures could not be kept.

        Raises:
            NoRoom: the disk is nearly full, or the pictures' place cannot be written.
        """
        lack = self._lack_of_room()
        if lack is not None:
            raise lack

    def _lack_of_room(self) -> NoRoom | None:
        if self._is_away[Part.PICTURES]:
            return NoRoom("pictures cannot be written; the operator must look at their place", retry_after_s=_RETRY_S)
        if self._is_away[Part.DISK]:
            return _full_disk()
        return None

    def _see(self, part: Part, check: Callable[[], None]) -> None:
        """Note whether a part can be used; one that breaks in a way that nobody foresaw cannot, and ends no thread."""
        is_away = True
        try:
            check()
            is_away = False
        except (StorageAway, NoRoom):
            pass
        except Exception as error:
            log.error("part_broke", part=part.value, error=type(error).__name__, frames=frames(error))  # noqa: TRY400  (no paths)
        self._note(part, is_away=is_away)

    def _check_database(self) -> None:
        was_due, self._is_return_due = self._is_return_due, True
        self._store.check()
        if was_due:
            self.on_return()
        self._is_return_due = False
        self.on_look()

    def _check_disks(self) -> None:
        is_low = False
        for part, n_bytes in self.free_bytes().items():
            self._metrics.free.labels(part.value).set(n_bytes)
            is_low |= n_bytes < self._settings.min_free_bytes
        if is_low:
            raise _full_disk()

    def _note(self, part: Part, *, is_away: bool) -> None:
        was_away, self._is_away[part] = self._is_away[part], is_away
        self._metrics.usable.labels(part.value).set(not is_away)
        if is_away != was_away:
            log.log(30 if is_away else 20, "part_away" if is_away else "part_back", part=part.value)


def _full_disk() -> NoRoom:
    return NoRoom("the disk is nearly full; the operator must make room", retry_after_s=_RETRY_S)


def _free_bytes(folder: Path) -> int | None:
    """On the disk of a folder, which may be still to be made; None where that cannot be found out."""
    with suppress(OSError):
        nearest = next(place for place in (folder, *folder.parents) if os.path.lexists(place))
        return shutil.disk_usage(nearest).free
    return None
