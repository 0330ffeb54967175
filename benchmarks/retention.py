"""A service in its second month: 100,000 jobs with pictures of 10 kB, a limit, and jobs that go on coming in.

python benchmarks/retention.py --jobs 100000

It says how long a start takes, how long lists do, and by how much the folder was ever above its limit.
"""

import argparse
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

from plitka.serve.integrity import require_sound
from plitka.serve.job_lists import own_jobs
from plitka.serve.keys import make_key
from plitka.serve.picture_store import PictureStore, digest_of
from plitka.serve.retention import Retention, kept_bytes
from plitka.serve.settings import Settings
from plitka.serve.store import Job, State, Store, open_store

_N_BYTES = 10_000
_FAVOURITE_EVERY = 1000
_FILLED = 0.97
"""Of the limit, when it begins."""
_REQUEST = {"recipe": "60% red, 30% black, 10% white", "seed": 7, "mode": "guided"}
_RESULT = {"requested": {"RAL 3020": 60.0}, "measured": {"RAL 3020": 60.2}, "prompt": 300 * "x", "stage_seconds": {}}


def main() -> None:
    """Fill a folder, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--more", type=int, default=2000, help="jobs that come in while it is pruned")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder, "data"), keep_bytes=round(options.jobs * _N_BYTES / _FILLED))
        store, pictures = open_store(settings, own=True), PictureStore(settings.pictures)
        key_id = make_key(store, "shop")[1].id
        _tell("fill", lambda: _fill(store, pictures, key_id, 0, options.jobs))
        store.close()
        store = _tell("start", lambda: open_store(settings, own=True))
        _tell("of it, looking for damage", lambda: require_sound(store.engine))
        for name, before in (("newest", None), ("in the middle", options.jobs // 2)):
            _tell(f"list, {name}", lambda before=before: own_jobs(store, key_id, state=None, before=before, limit=100))
        _tell("sizes", lambda: kept_bytes(store))
        _come_in(store, pictures, settings, key_id, options)
        _tell("list, after", lambda: own_jobs(store, key_id, state=None, before=None, limit=100))
        store.close()


def _come_in(
    store: Store, pictures: PictureStore, settings: Settings, key_id: str, options: argparse.Namespace
) -> None:
    retention = Retention(store, pictures, settings)
    retention.start()
    most = [0]
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.is_set():
            most[0] = max(most[0], kept_bytes(store))
            time.sleep(0.2)

    watcher = threading.Thread(target=watch)
    watcher.start()
    for first in range(options.jobs, options.jobs + options.more, 20):
        _fill(store, pictures, key_id, first, 20)
        retention.soon()
        time.sleep(0.02)
    while kept_bytes(store) > settings.keep_bytes:
        time.sleep(0.1)
    is_over.set()
    watcher.join()
    retention.stop()
    n_files = sum(len(files) for _, _, files in os.walk(pictures.folder or ""))
    favourites = [store.find_job(f"{n:032x}") for n in range(0, options.jobs, _FAVOURITE_EVERY)]
    n_left = sum(job is not None and job.deleted_at is None for job in favourites)
    ratio = most[0] / settings.keep_bytes
    sys.stdout.write(f"{n_files} files, {n_left} of {len(favourites)} favourites; at most {ratio:.4f} limits\n")


def _fill(store: Store, pictures: PictureStore, key_id: str, first: int, n: int) -> None:
    for start in range(first, first + n, 1000):
        jobs = []
        for number in range(start, min(start + 1000, first + n)):
            png = number.to_bytes(8, "big").ljust(_N_BYTES, b"x")
            pictures.write(png, digest_of(png))
            job = Job(
                id=f"{number:032x}",
                key_id=key_id,
                request=_REQUEST,
                request_id="r",
                created_at=time.time(),
                finished_at=time.time(),
                state=State.SUCCEEDED,
                picture=digest_of(png),
                result=_RESULT,
                n_bytes=_N_BYTES,
                is_favourite=number % _FAVOURITE_EVERY == 0,
            )
            jobs.append(job)
        store.add_jobs(jobs)


def _tell(what, work):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202  (any work)
    started = time.perf_counter()
    result = work()
    sys.stdout.write(f"{what}: {1000 * (time.perf_counter() - started):.1f} ms\n")
    return result


if __name__ == "__main__":
    main()
