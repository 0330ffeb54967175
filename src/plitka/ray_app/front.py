"""The front: the replica that answers HTTP, has the queue's database, and sends tickets to the painters."""

from typing import Any

import structlog
from starlette.types import ASGIApp, Receive, Scope, Send

from plitka.core.generation import Engine
from plitka.errors import EngineError, Unavailable
from plitka.ray_app.bundles import Served, engine_of, models_of, read_served
from plitka.ray_app.painter import Ticket
from plitka.ray_app.replica_logs import log_to_stderr
from plitka.ray_app.tickets import Tickets
from plitka.serve.app import create_app
from plitka.serve.foreman import Foreman
from plitka.serve.leases import OfModel
from plitka.serve.service import open_service
from plitka.serve.settings import Settings
from plitka.serve.shared_jobs import SharedJobs

log = structlog.get_logger(__name__)


class Front:
    """The service of `plitka serve --workers 0`, whose workers are Ray's."""

    def __init__(self, settings: Settings, models: str, version: str, painters: Any) -> None:  # noqa: ANN401  (Ray's handle of a deployment)
        """Own the settings' database; what is served Ray says by `reconfigure`, before the first request."""
        log_to_stderr(replica="front")
        self._models = models_of(models)
        self._painters = painters
        self._served: tuple[Served, ...] = ()
        self._service = open_service(settings, _no_engine, version=version)
        jobs, (foreman,) = self._service.jobs, self._service.workers
        assert isinstance(jobs, SharedJobs)
        assert isinstance(foreman, Foreman)
        foreman.catalogue = lambda: engine_of(self._served)
        self._tickets = Tickets(jobs.n_open_of_models, lambda: self._served, self._send)
        jobs.on_enqueued = self._tickets.soon
        jobs.on_stop = self._end
        self._is_over = False
        self._handles: dict[str, Any] = {}
        """Ray's, by the model whose tickets they send to where it is loaded."""

    def reconfigure(self, config: dict[str, Any]) -> None:
        """Serve other models, or new versions of them, from the next ticket on; nothing that runs is stopped.

        Args:
            config: `models`, the names or folders of bundles.

        Raises:
            InputError, BundleError: as `read_served`; then everything stays as it was.
        """
        self._served = read_served(self._models, config["models"])
        log.info("models", names=[one.name for one in self._served])

    def check_health(self) -> None:
        """Ray starts another front where this raises.

        Raises:
            Unavailable: the service's threads give no sign.
        """
        if self._is_over or not self._service.is_alive:
            raise Unavailable("the service has failed; its operator must look at it")

    def __serve_build_asgi_app__(self) -> ASGIApp:
        """The application, which sends tickets as long as it lives."""
        application = create_app(self._service)

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "lifespan":
                self._tickets.start()
                try:
                    await application(scope, receive, send)
                finally:
                    await self._tickets.stop()
                return
            await application(scope, receive, send)

        return app

    def _end(self) -> None:
        """An operator has drained the service: Ray is to start another front."""
        self._is_over = True

    async def _send(self, one: Served, only: OfModel) -> int:
        ticket = Ticket(model=one.name, reference=one.reference, only=only)
        handle = self._handles.get(one.name)
        if handle is None:
            handle = self._handles[one.name] = self._painters.options(multiplexed_model_id=one.name)
        made: int = await handle.paint.remote(ticket)
        return made


def _no_engine() -> Engine:
    raise EngineError("{reason}", reason="the front has no engine; painters have")
