"""`plitka serve --workers` and `plitka work` as an operator runs them; how they share jobs is in tests/serve."""

import argparse
from pathlib import Path

import httpx2
import pytest
from tests.cli.conftest import Run, RunJson
from tests.serve import fast_server
from tests.serve.conftest import free_port, wait_until

from plitka.cli import workers
from plitka.errors import InputError
from plitka.model.engine_config import EngineConfig


def test_each_worker_has_its_part_of_the_processor() -> None:
    """Without a GPU; what was chosen besides is the same for all."""
    options = argparse.Namespace(load_engine=fast_server.load_fast, model="mini", device="cpu")
    made = workers.loaders(options, EngineConfig(max_batch=2, device="cpu"), 2)
    configs = [one.args[1] for one in made]
    assert [(config.device, config.max_batch) for config in configs] == [("cpu", 2)] * 2
    assert all(config.n_threads >= 1 for config in configs)
    options.workers, options.guidance_device = workers.AUTO, "none"
    workers.settle_workers(options)
    assert options.workers == 1


def test_each_worker_has_gpus_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """One in turn; with half of the guidance elsewhere two, and as many workers as have them."""
    monkeypatch.setattr(workers, "_n_gpus", lambda _device: 5)

    def devices(guidance_device: str, n_workers: int) -> list[tuple[str, str]]:
        options = argparse.Namespace(load_engine=fast_server.load_fast, model="mini", device="auto")
        made = workers.loaders(options, EngineConfig(guidance_device=guidance_device), n_workers)
        return [(one.args[1].device, one.args[1].guidance_device) for one in made]

    assert devices("none", 6) == [(f"cuda:{number}", "none") for number in (0, 1, 2, 3, 4, 0)]
    assert devices("auto", 2) == [("cuda:0", "cuda:1"), ("cuda:2", "cuda:3")]
    assert devices("auto", 1) == [("auto", "auto")]
    for guidance_device, expected in (("none", 5), ("auto", 2)):
        options = argparse.Namespace(device="auto", guidance_device=guidance_device, workers=workers.AUTO)
        workers.settle_workers(options)
        assert options.workers == expected


@pytest.mark.parametrize(
    ("device", "guidance_device", "n_gpus", "said"),
    [
        ("auto", "cuda:1", 4, "2 workers would share a GPU"),
        ("cuda:0", "auto", 0, "2 workers would share a GPU"),
        ("auto", "auto", 3, "need 4 GPUs, and torch finds 3"),
    ],
)
def test_workers_that_would_take_each_others_gpus_are_refused(
    device: str, guidance_device: str, n_gpus: int, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before any of them is started."""
    monkeypatch.setattr(workers, "_n_gpus", lambda _device: n_gpus)
    options = argparse.Namespace(load_engine=fast_server.load_fast, model="mini", device=device)
    with pytest.raises(InputError, match=said):
        workers.loaders(options, EngineConfig(device=device, guidance_device=guidance_device), 2)


def test_a_service_whose_workers_would_share_a_gpu_does_not_start(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """The message says what would do."""
    assert run("serve", "--workers", "2", "--guidance-device", "cuda:1", "--data", "kept") == 2
    assert "write --guidance-device auto without --device" in capsys.readouterr().err


def test_a_number_of_workers_is_a_number(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Or `auto`."""
    assert run("serve", "--workers", "many", "--data", "kept") == 2
    assert "many" in capsys.readouterr().err
    assert run("serve", "--workers", "-1", "--data", "kept") == 2
    assert "workers must be at least 0" in capsys.readouterr().err


def test_work_needs_a_service(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    """Or at least its database."""
    assert run("work", "--data", "kept") == 2
    told = capsys.readouterr().err
    assert "there is no database" in told
    assert "the first `plitka serve` makes the database" in told


def test_workers_come_and_go_beside_a_service(run_json: RunJson, tmp_path: Path) -> None:
    """It has none of its own; who paints is started later, and paints on while it is started anew."""
    folder, port = tmp_path / "data", free_port()
    folder.mkdir(mode=0o700)
    environ = {"FAST_STEP_S": "0.02"}
    key = run_json("keys", "create", "anna", "--per-minute", "1000", "--data", str(folder))["key"]
    service = fast_server.start(folder, port, "--workers", "0", **environ)
    painter = None
    with httpx2.Client(
        base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {key}"}, timeout=60
    ) as client:

        def state_of(job: dict[str, str]) -> str:
            try:
                return str(client.get(f"/v1/jobs/{job['id']}").json()["state"])
            except httpx2.TransportError:
                return "unknown"

        def is_alive() -> bool:
            try:
                return client.get("/livez").status_code == 200
            except httpx2.TransportError:
                return False

        try:
            wait_until(is_alive)
            assert client.get("/readyz").status_code == 503
            jobs = [client.post("/v1/jobs", json={"recipe": "red", "seed": seed}).json() for seed in range(30)]
            line = ("work", "--data", str(folder), "--warm-up-px", "64")
            painter = fast_server.start_line(folder, *line, **environ)
            wait_until(lambda: state_of(jobs[3]) == "succeeded")
            assert fast_server.stop(service) is not None
            service = fast_server.start(folder, port, "--workers", "0", **environ)
            wait_until(lambda: state_of(jobs[-1]) == "succeeded")
            wait_until(lambda: client.get("/readyz").status_code == 200)
            assert {state_of(job) for job in jobs} == {"succeeded"}
            assert fast_server.stop(painter) == 0
            wait_until(lambda: client.get("/readyz").status_code == 503)
        finally:
            fast_server.kill(service)
            if painter is not None:
                fast_server.kill(painter)


def test_a_service_starts_and_stops_its_own(run_json: RunJson, tmp_path: Path) -> None:
    """And is ready once one of them is; with it they end."""
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    key = run_json("keys", "create", "anna", "--data", str(folder))["key"]
    with fast_server.served(folder, "--workers", "2") as (process, port):
        url, head = f"http://127.0.0.1:{port}", {"Authorization": f"Bearer {key}"}
        job = httpx2.post(f"{url}/v1/jobs", json={"recipe": "red"}, headers=head).json()
        wait_until(lambda: httpx2.get(f"{url}/v1/jobs/{job['id']}", headers=head).json()["state"] == "succeeded")
        fast_server.stop(process)
    told = (folder / "log").read_text("utf-8")
    assert told.count('"event": "worker_started"') == 2
    assert '"state": "stopped"' in told
