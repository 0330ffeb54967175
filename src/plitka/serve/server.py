"""uvicorn around the application; told to stop, it finishes what runs, within a limit, before the process ends."""

import asyncio
import socket
import sys
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from plitka.serve.app import create_app
from plitka.serve.logs import forward_library_logs
from plitka.serve.service import Service

_GRACE_S = 10.0
_SWITCH_S = 0.0005


class _Server(uvicorn.Server):
    """uvicorn's server; the first signal begins the drain at once, before uvicorn waits for open responses."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer until told to stop."""
        # The engine's thread computes in Python too; a request shall not wait the usual 5 ms for its turn each time.
        sys.setswitchinterval(_SWITCH_S)
        super().run(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop; a second time, at once."""
        if not self.should_exit:
            # Not here: a signal may come while this very thread holds a lock that draining needs.
            asyncio.get_running_loop().call_soon_threadsafe(self._service.jobs.drain)
        super().handle_exit(sig, frame)


def serve(service: Service) -> None:
    """Answer requests until the process is told to stop."""
    forward_library_logs()
    server_of(service).run()


def server_of(service: Service) -> uvicorn.Server:
    """The server of a service, which does not run yet."""
    settings = service.settings
    config = uvicorn.Config(
        create_app(service),
        host=settings.host,
        port=settings.port,
        http=_protocol(settings.header_timeout_s),
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,
        limit_concurrency=settings.max_connections,
        h11_max_incomplete_event_size=32 * 1024,
        timeout_graceful_shutdown=int(settings.drain_s + _GRACE_S),
    )
    return _Server(config, service)


def _protocol(header_timeout_s: float) -> type[asyncio.Protocol]:
    class Protocol(H11Protocol):
        """Closes a connection whose first headers do not come."""

        def connection_made(self, transport: Any) -> None:  # noqa: ANN401  (as uvicorn has it)
            super().connection_made(transport)
            self.loop.call_later(header_timeout_s, self._close_if_silent)

        def _close_if_silent(self) -> None:
            cycle: object = self.cycle
            if cycle is None and not self.transport.is_closing():
                self.transport.close()

    return Protocol
