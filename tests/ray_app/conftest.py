"""A cluster of two nodes, each a few processes of this machine, and plitka on it over models without a network."""

import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from tests.ray_app import fast_models
from tests.serve.conftest import NO_ROOTS, free_port, wait_until

from plitka.serve.keys import make_key
from plitka.serve.settings import Settings
from plitka.serve.store import Store, open_store

_STORE_BYTES = 80_000_000
PATIENCE_S = 300
"""For processes to start, each of which imports much, on a machine that does other things as well."""


@dataclass(slots=True)
class Clustered:
    """The application as it runs."""

    url: str
    folder: Path
    store: Store
    cluster: Any
    """Ray's own, which can be given nodes and lose them."""
    first: str = ""
    """What the model is loaded by that is there from the beginning."""
    clients: ExitStack = field(default_factory=ExitStack)

    def client(self) -> httpx2.Client:
        """With a key of its own."""
        key = make_key(self.store, "test", per_minute=100_000)[0]
        head = {"Authorization": f"Bearer {key}"}
        return self.clients.enter_context(httpx2.Client(base_url=self.url, headers=head, timeout=60, verify=NO_ROOTS))

    def model(self, name: str, version: str, step_s: float = 0.01) -> str:
        """What a model is loaded by."""
        return fast_models.write(self.folder / f"{name}-{version}.json", name, version, step_s)

    def deploy(self, *models: str, **given: Any) -> None:  # noqa: ANN401  (as the arguments have them)
        """Run the application by what a configuration file would say, or change how it runs."""
        from ray import serve
        from ray.serve.context import _get_global_client
        from ray.serve.schema import ApplicationStatus, ServeDeploySchema

        usual: dict[str, Any] = {
            "engines": "tests.ray_app.fast_models:FastModels",
            "cpus": 0.2,
            "warm_up_px": 64,
            "upscale_s": 0.5,
            "downscale_s": 1,
            "max_painters": 3,
            "drain_s": 5,
            "settings": {"data": str(self.folder / "data"), "reads_per_minute": 10**6, "max_starts": 20,
                         "key_queue_limit": 1000, "queue_limit": 1000, "lease_s": 2},
        }  # fmt: skip
        told = {
            "name": "plitka",
            "import_path": "plitka.ray_app:app",
            "route_prefix": "/",
            "args": usual | given,
            "deployments": [{"name": "Front", "user_config": {"models": list(models)}}],
        }
        client = _get_global_client()
        assert client is not None
        client.deploy_apps(ServeDeploySchema.model_validate({"applications": [told]}))

        def runs() -> bool:
            found = serve.status().applications.get("plitka")
            assert found is None or found.status is not ApplicationStatus.DEPLOY_FAILED, found.message
            return found is not None and found.status is ApplicationStatus.RUNNING

        wait_until(runs, PATIENCE_S, every_s=0.1)  # Ray itself waits for a minute at most


@dataclass(frozen=True, slots=True)
class RunningCluster:
    """Ray's nodes, and where they are asked."""

    nodes: Any
    port: int


@pytest.fixture(scope="session")
def cluster() -> Iterator[RunningCluster]:
    """Two nodes; the first one has the front of all that is asked."""
    os.environ |= {
        "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_SERVE_ENABLE_HA_PROXY": "1",  # as docs/operations.md has it
        "RAY_SERVE_HAPROXY_STATS_PORT": str(free_port()),  # the usual ones may be another cluster's
        "RAY_SERVE_HAPROXY_METRICS_PORT": str(free_port()),
        "RAY_SERVE_DIRECT_INGRESS_MIN_DRAINING_PERIOD_S": "0.5",  # nobody comes any more when a test ends
        "RAY_SERVE_PROXY_READY_CHECK_TIMEOUT_S": "60",  # a busy machine would have one proxy after the other killed
        "RAY_SERVE_PROXY_HEALTH_CHECK_TIMEOUT_S": "60",
        "RAY_SERVE_HAPROXY_STARTUP_TIMEOUT_S": "60",
    }
    import ray
    from ray import serve
    from ray.cluster_utils import Cluster

    head = {"num_cpus": 2, "include_dashboard": False, "object_store_memory": _STORE_BYTES}
    cluster = Cluster(initialize_head=True, head_node_args=head)
    cluster.add_node(num_cpus=2, object_store_memory=_STORE_BYTES)
    ray.init(address=cluster.address, log_to_driver=False, logging_level=logging.ERROR)
    port = free_port()
    # One proxy: on one machine those of two nodes would take each other's port.
    serve.start(http_options={"host": "127.0.0.1", "port": port}, proxy_location="HeadOnly")
    yield RunningCluster(nodes=cluster, port=port)
    serve.shutdown()  # type: ignore[no-untyped-call]  # Ray's
    ray.shutdown()
    cluster.shutdown()  # type: ignore[no-untyped-call]  # as above


@pytest.fixture
def clustered(cluster: RunningCluster, tmp_path: Path) -> Iterator[Clustered]:
    """plitka with one model, ready."""
    from ray import serve

    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    store = open_store(Settings(data=folder), own=False)
    one = Clustered(url=f"http://127.0.0.1:{cluster.port}", folder=tmp_path, store=store, cluster=cluster.nodes)
    with one.clients:
        one.first = one.model("fast", "1" * 12)
        one.deploy(one.first)
        wait_until(lambda: httpx2.get(f"{one.url}/readyz", timeout=30, verify=NO_ROOTS).status_code == 200, PATIENCE_S)
        yield one
    serve.delete("plitka")
    store.close()
