"""What one job does to the others of its batch, and to the engine."""

import gc
import threading
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.serve import fast_engine
from tests.serve.conftest import RECIPE, Running, running, wait_until
from tests.serve.fast_engine import FastEngine

from plitka.core.generation import CompleteRequest, Outcome
from plitka.core.scene import Size
from plitka.core.watch import Watch, begin_stage
from plitka.errors import BadOutput, Cancelled, InputError
from plitka.serve import routes
from plitka.serve.keys import LOCAL
from plitka.serve.life import Life
from plitka.serve.orders import Order
from plitka.serve.picture_store import PictureStore
from plitka.serve.service import Service, open_service
from plitka.serve.settings import Settings
from plitka.serve.store import Job, State
from plitka.serve.terms import Terms
from plitka.serve.worker import Worker


@pytest.mark.parametrize(
    ("seed", "code", "loads"),
    [
        (fast_engine.SEED_OUT_OF_MEMORY, "out_of_memory", 1),
        (fast_engine.SEED_BAD_OUTPUT, "bad_output", 1),
        (fast_engine.SEED_BROKEN, "engine", 2),
        (fast_engine.SEED_CRASH, "engine", 2),
    ],
)
def test_what_breaks_one_job_breaks_no_other(tmp_path: Path, seed: int, code: str, loads: int) -> None:
    """The job fails, the next one succeeds, and a broken engine is loaded anew; no path of ours is told."""
    loaded = []

    def load() -> FastEngine:
        loaded.append(1)
        return FastEngine()

    with running(tmp_path, load) as server:
        client = server.client()
        broken, well = server.order(client, seed=seed), server.order(client, seed=1)
        failed = server.ended(client, broken)
        assert (failed["state"], failed["error"]["code"]) == ("failed", code)
        assert "secret" not in str(failed)
        assert server.ended(client, well)["state"] == "succeeded"
        assert len(loaded) == loads
        assert "secret" not in str(server.logs)


def test_a_picture_is_written_while_the_next_one_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one waits: an engine does not stand still while files are written."""
    engine = FastEngine(may_end=threading.Event())
    assert engine.may_end is not None
    with running(tmp_path, lambda: engine) as server:
        client, write = server.client(), PictureStore.write

        def write_late(store: PictureStore, content: bytes, digest: str) -> None:
            wait_until(lambda: len(engine.made) == len(ordered))
            write(store, content, digest)

        monkeypatch.setattr(PictureStore, "write", write_late)
        ordered = [server.order(client, seed=seed) for seed in (1, 2)]
        engine.may_end.set()
        assert [server.ended(client, job)["state"] for job in ordered] == ["succeeded"] * 2


def test_a_picture_that_cannot_be_written_is_the_end_of_its_job_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next one is being made then; it succeeds, by the same engine."""
    engine, written, write = FastEngine(may_end=threading.Event()), [], PictureStore.write
    assert engine.may_end is not None

    def write_or_break(store: PictureStore, content: bytes, digest: str) -> None:
        written.append(digest)
        if len(written) == 1:
            wait_until(lambda: len(engine.made) == len(ordered))
            raise RuntimeError("secret")
        write(store, content, digest)

    monkeypatch.setattr(PictureStore, "write", write_or_break)
    with running(tmp_path, lambda: engine) as server:
        client = server.client()
        ordered = [server.order(client, seed=seed) for seed in (1, 2)]
        engine.may_end.set()
        broken, well = (server.ended(client, job) for job in ordered)
        assert (broken["state"], broken["error"]["code"], well["state"]) == ("failed", "engine", "succeeded")
        assert "secret" not in str(server.logs)


def test_memory_that_is_short_again_and_again_loads_anew(tmp_path: Path) -> None:
    """Three times in a row are taken for a leak."""
    loaded = []

    def load() -> FastEngine:
        loaded.append(1)
        return FastEngine()

    with running(tmp_path, load) as server:
        client = server.client()
        jobs = [server.order(client, seed=fast_engine.SEED_OUT_OF_MEMORY) for _ in range(3)]
        for job in jobs:
            server.ended(client, job)
        wait_until(lambda: len(loaded) == 2)


def test_an_engine_that_cannot_be_loaded_is_told(tmp_path: Path) -> None:
    """Probes say no, orders get 503, and nothing hangs."""

    def fail() -> FastEngine:
        raise InputError("no model at /secret/place")

    with running(tmp_path, fail) as server:
        assert server.service.jobs.life is Life.FAILED
        client = server.client()
        assert client.get("/livez").status_code == 503
        assert client.get("/readyz").status_code == 503
        assert client.get("/health-check").json()["status"] == "SETUP_FAILED"
        refused = client.post("/v1/jobs", json={"recipe": RECIPE})
        assert refused.status_code == 503
        assert int(refused.headers["Retry-After"]) > 0
        assert "secret" not in refused.text


@dataclass(slots=True)
class CyclicEngine(FastEngine):
    """Refers to itself, so that only the garbage collector ends it."""

    own: "CyclicEngine | None" = None


@dataclass(slots=True)
class ClosedEngine(FastEngine):
    """Notes what its owner does with it; closing a broken one fails."""

    story: list[str] = field(default_factory=list)

    def warm_up(self, sizes: Sequence[Size] = ()) -> None:
        """Note the size."""
        self.story.append(f"warm {[size.width_px for size in sizes]}")

    def memory_bytes(self) -> Mapping[str, int]:
        """Of a GPU that is not here."""
        return {"allocated": 7}

    def close(self) -> None:
        """Note it, and fail as a dead child might."""
        self.story.append("closed")
        raise ZeroDivisionError


def test_an_engine_is_closed_before_another_is_loaded_and_at_the_end(tmp_path: Path) -> None:
    """Each once, even where closing fails; it says itself how much of a GPU it holds."""
    story: list[str] = []

    def load() -> FastEngine:
        story.append("loaded")
        return ClosedEngine(story=story)

    with running(tmp_path, load) as server:
        client = server.client("operator")
        server.ended(client, server.order(client, seed=fast_engine.SEED_BROKEN))
        assert server.ended(client, server.order(client, seed=1))["state"] == "succeeded"
        assert 'plitka_vram_bytes{kind="allocated"} 7.0' in client.get("/metrics").text
    wait_until(lambda: len(story) == 6)
    assert story == ["loaded", "warm [64]", "closed"] * 2


@dataclass(slots=True)
class HeedfulEngine(FastEngine):
    """Notes what it is told to expect."""

    told: list[list[int]] = field(default_factory=list)

    def expect(self, requests: Sequence[CompleteRequest]) -> None:
        """By their seeds."""
        self.told.append([request.seed for request in requests])


def test_an_engine_is_told_when_it_is_idle(tmp_path: Path) -> None:
    """When it is ready and after the last of the pictures that wait, not between them."""
    engine = HeedfulEngine()
    with running(tmp_path, lambda: engine) as server:
        client = server.client()
        with engine.lingering():
            first = server.order(client, seed=1)
            wait_until(lambda: [1] in engine.told)
            second = server.order(client, seed=2)
        for job in (first, second):
            server.ended(client, job)
        wait_until(lambda: len(engine.told) == 4)
    assert engine.told == [[], [1], [2], []]


def test_an_engine_whose_seeds_nobody_asks_for_is_never_idle(tmp_path: Path) -> None:
    """As in a process of its own, where orders are not accepted."""
    engine = HeedfulEngine()
    service = open_service(Settings(data=tmp_path), FastEngine, version="0")
    worker = Worker(service.jobs, lambda: engine, version="0", tracer=service.tracer)
    worker.start()
    wait_until(lambda: service.jobs.life is Life.READY)
    service.jobs.drain()
    worker.join(30)
    service.store.close()
    assert engine.told == []


def test_what_an_engine_leaves_in_a_cycle_is_gone_before_the_next(tmp_path: Path) -> None:
    """Though nothing that was there when it was ready is looked at while it serves."""
    left: list[weakref.ref[FastEngine]] = []

    def load() -> FastEngine:
        assert all(engine() is None for engine in left)
        engine = CyclicEngine()
        engine.own = engine
        left.append(weakref.ref(engine))
        return engine

    n_frozen = gc.get_freeze_count()
    with running(tmp_path, load) as server:
        assert gc.get_freeze_count() > n_frozen
        client = server.client()
        server.ended(client, server.order(client, seed=fast_engine.SEED_BROKEN))
        assert server.ended(client, server.order(client, seed=1))["state"] == "succeeded"
        assert len(left) == 2


def test_an_engine_that_does_not_become_warm_is_closed(tmp_path: Path) -> None:
    """And the next one is tried."""
    story: list[str] = []

    class Cold(ClosedEngine):
        """Fails at its first picture."""

        def warm_up(self, sizes: Sequence[Size] = ()) -> None:
            """Fail."""
            raise BadOutput("of one colour", sizes=sizes)

        def close(self) -> None:
            """Note it."""
            self.story.append("closed")

    with running(tmp_path, lambda: Cold(story=story), max_restarts=2) as server:
        assert server.service.jobs.life is Life.FAILED
    assert story == ["closed", "closed"]


@pytest.mark.parametrize("begins", ["load", "warm_up"])
def test_a_stop_does_not_wait_for_an_engine_that_nobody_will_use(tmp_path: Path, begins: str) -> None:
    """A load ends before its next part, and so does a warm-up; what was loaded is closed."""
    story: list[str] = []

    class Slow(ClosedEngine):
        """Takes two parts to become warm."""

        def warm_up(self, sizes: Sequence[Size] = ()) -> None:
            """Have the service stop in between."""
            del sizes
            slowly("warm_up")

        def close(self) -> None:
            """Note it."""
            self.story.append("closed")

    def slowly(part: str) -> None:
        story.append(part)
        begin_stage(part)
        if part == begins:
            service.jobs.drain()
        begin_stage(part)
        story.append(f"{part} done")

    def load() -> FastEngine:
        slowly("load")
        return Slow(story=story)

    service = open_service(Settings(data=tmp_path), load, version="0")
    (worker,) = service.workers
    worker.start()
    worker.join(30)
    service.store.close()
    assert story == {"load": ["load"], "warm_up": ["load", "load done", "warm_up", "closed"]}[begins]
    assert service.jobs.life is Life.STOPPED


def begun(server: Running, client: httpx2.Client, engine: FastEngine) -> dict[str, Any]:
    """A job that is being made, alone in its batch: those that are ordered after it wait for it together."""
    job = server.order(client, seed=50)
    wait_until(lambda: [50] in engine.batches)
    return job


class TestBatches:
    """Jobs that are made at once."""

    @pytest.fixture
    def engine(self) -> FastEngine:
        """Three at once."""
        return FastEngine(max_batch=3)

    @pytest.fixture
    def server(self, tmp_path: Path, engine: FastEngine) -> Iterator[Running]:
        """A service over it."""
        with running(tmp_path, lambda: engine) as one:
            yield one

    def test_one_is_cancelled_one_breaks_one_succeeds(self, server: Running, engine: FastEngine) -> None:
        """Each ends as itself, and in one batch."""
        client = server.client()
        seeds = (1, fast_engine.SEED_BAD_OUTPUT, 2)
        with engine.lingering():
            first = begun(server, client, engine)
            cancelled, broken, well = (server.order(client, seed=seed) for seed in seeds)
            engine.n_may_end = 1
            server.ended(client, first)
            client.post(f"/v1/jobs/{cancelled['id']}/cancel")
            assert server.ended(client, cancelled)["state"] == "cancelled"
        failed = server.ended(client, broken)
        assert (failed["state"], failed["error"]["code"]) == ("failed", "bad_output")
        assert server.ended(client, well)["state"] == "succeeded"
        assert list(seeds) in engine.batches

    def test_those_beside_a_crash_are_tried_alone(self, server: Running, engine: FastEngine) -> None:
        """The job that breaks the engine fails, the others succeed; the engine is loaded anew."""
        client = server.client()
        seeds = (1, fast_engine.SEED_CRASH, 2)
        with engine.lingering():
            first = begun(server, client, engine)
            jobs = [server.order(client, seed=seed) for seed in seeds]
        states = [server.ended(client, job)["state"] for job in (first, *jobs)]
        assert states == ["succeeded", "succeeded", "failed", "succeeded"]
        assert [[seed] for seed in seeds if [seed] in engine.batches] == [[seed] for seed in seeds]
        assert "secret" not in str(server.logs)

    def test_a_batch_is_what_is_there(self, server: Running, engine: FastEngine) -> None:
        """Nobody waits for it to be full."""
        client = server.client()
        server.ended(client, server.order(client, seed=3))
        assert engine.batches[-1] == [3]


class TestDefects:
    """What nobody expects, outside of the engine."""

    def test_a_thread_that_breaks_says_so(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The service has failed: probes say no, orders are refused, the engine is closed, and the log tells why."""
        story: list[str] = []
        with running(tmp_path, lambda: ClosedEngine(story=story)) as server:
            monkeypatch.setattr(server.service.jobs, "take", break_down)
            client = server.client()
            server.order(client)
            wait_until(lambda: server.service.jobs.life is Life.FAILED)
            assert [client.get(path).status_code for path in (routes.READY, routes.LIVE)] == [503, 503]
            assert client.post(routes.JOBS, json={"recipe": RECIPE}).status_code == 503
            assert story[-1] == "closed"
            (told,) = server.told("worker_broke")
            assert told["error"] == "ZeroDivisionError"
            assert "secret" not in str(server.logs)

    def test_a_job_in_work_is_left_to_the_next_start(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Whoever waits for it is told so, and it is made then."""
        with running(tmp_path) as server:
            monkeypatch.setattr(server.service.store, "start_job", break_down)
            key = server.key()
            client = server.client_of(key)
            job = server.order(client)
            assert server.ended(client, job)["state"] == "queued"
        with running(tmp_path) as server:
            assert server.ended(server.client_of(key), job)["state"] == "succeeded"


def break_down(*_: object) -> None:
    """A defect."""
    raise ZeroDivisionError("/secret/path.py")


KINDS = st.sampled_from(["made", "cancelled", "refused", "bad", "untold"])
ENDS = {"made": State.SUCCEEDED, "cancelled": State.CANCELLED, "refused": State.FAILED, "bad": State.FAILED}


@dataclass(slots=True)
class ScriptedEngine(FastEngine):
    """Tells the outcomes of a batch in a given order, and nothing of some."""

    kinds: Sequence[str] = ()
    order: Sequence[int] = ()
    is_broken: bool = field(default=False)
    """Raises an error of its own at the end."""

    def generate(self, requests: Sequence[CompleteRequest], watch: Watch | None = None) -> Iterator[Outcome]:
        """As the script says."""
        made = {outcome.index: outcome for outcome in FastEngine.generate(self, requests, watch)}
        errors = {"cancelled": Cancelled("stop"), "refused": InputError("no"), "bad": BadOutput("empty")}
        for index in self.order:
            kind = self.kinds[index]
            if kind == "made":
                yield made[index]
            elif kind != "untold":
                yield Outcome(index=index, error=errors[kind])
        if self.is_broken:
            raise ZeroDivisionError


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service that does not run: its worker is called here."""
    folder = tmp_path_factory.mktemp("worker")
    one = open_service(Settings(data=folder, port=0, open_loopback=True), FastEngine, version="0")
    yield one
    one.store.close()


@given(data=st.data(), kinds=st.lists(KINDS, min_size=1, max_size=4), is_broken=st.booleans())
@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_outcomes_in_any_order(service: Service, data: st.DataObject, kinds: list[str], is_broken: bool) -> None:
    """Each job ends as its outcome says; those of which nothing was told wait again, each to be made alone."""
    order = data.draw(st.permutations(range(len(kinds))))
    worker, engine = service.workers[0], ScriptedEngine(kinds=kinds, order=order, is_broken=is_broken)
    assert isinstance(worker, Worker)
    orders = [service.check(Order(recipe=RECIPE, seed=seed)) for seed in range(len(kinds))]
    jobs = service.jobs.accept(LOCAL, orders, Terms(request_id="test"))
    assert service.jobs.take(len(jobs)) == jobs
    is_well = worker.make(engine, jobs)
    untold = [job for job, kind in zip(jobs, kinds, strict=True) if kind == "untold"]
    assert is_well == (not untold and not is_broken)
    for job, kind in zip(jobs, kinds, strict=True):
        check_end(service, job, kind, is_alone=len(jobs) == 1)
    if len(jobs) > 1:
        alone = [service.jobs.take(len(jobs)) for _ in untold]
        assert [[job.id] for job in untold] == [[job.id for job in batch] for batch in alone]
        for (job,) in alone:
            service.jobs.end(job, State.CANCELLED)
    assert not service.jobs._statuses
    assert service.metrics.registry.get_sample_value("plitka_running_jobs") == 0


def check_end(service: Service, job: Job, kind: str, *, is_alone: bool) -> None:
    """The database has it as it must be."""
    kept = service.store.find_job(job.id)
    assert kept is not None
    if kind == "untold":
        assert (kept.state, kept.n_starts) == (State.FAILED if is_alone else State.QUEUED, 1)
    else:
        assert kept.state is ENDS[kind]
        assert (kept.picture is not None) == (kind == "made")
