"""uvicorn around the application; told to stop, it finishes what runs, within a limit, before the process ends."""

import asyncio
import errno
import signal
import socket
import sys
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import Any, TypeAlias

import uvicorn

from plitka.errors import FieldName, InputError
from plitka.serve.app import create_app
from plitka.serve.connections import Connections
from plitka.serve.descriptors import ACCEPTED_AT_ONCE, connections_that_fit
from plitka.serve.log_stream import log_aside
from plitka.serve.logs import forward_library_logs, limit_lines
from plitka.serve.memory import use_one_heap
from plitka.serve.protocol import HEAD_BYTES, TimedProtocol
from plitka.serve.service import Service
from plitka.serve.settings import Settings

OnStart: TypeAlias = Callable[[int], None]
_GRACE_S = 10.0
_SWITCH_S = 0.0005
_BACKLOG = 1024
"""Connections that the system holds until they are accepted."""


class _Server(uvicorn.Server):
    """uvicorn's server; the first signal begins the drain at once, before uvicorn waits for open responses."""

    def __init__(self, config: uvicorn.Config, service: Service, on_start: OnStart | None) -> None:
        super().__init__(config)
        self._service = service
        self._on_start = on_start
        self.on_stop: Callable[[], object] = lambda: None
        """Called when all else has stopped: uvicorn then ends the process by the signal that it was told to stop by."""

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Answer until told to stop."""
        # The engine's thread computes in Python too; a request shall not wait the usual 5 ms for its turn each time.
        sys.setswitchinterval(_SWITCH_S)
        super().run(sockets)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen."""
        await super().startup(sockets)
        for server in self.servers:
            for listener in server.sockets:
                with listener.dup() as same:
                    same.listen(_BACKLOG)
        if self._on_start is not None and self.started:
            self._on_start(self.servers[0].sockets[0].getsockname()[1])

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening, wait for what is answered, and end the application."""
        await super().shutdown(sockets)
        self.on_stop()

    def ask_to_exit(self) -> None:
        """From any thread: stop as soon as what is answered has been."""
        self.should_exit = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop; a second time, at once."""
        if self.should_exit and sig == signal.SIGINT:
            # uvicorn would break off the application's own end in its midst. What runs is begun again at the next
            # start, as after any other end of the process.
            signal.signal(sig, signal.SIG_DFL)
            signal.raise_signal(sig)
        if not self.should_exit:
            # Not here: a signal may come while this very thread holds a lock that draining needs.
            asyncio.get_running_loop().call_soon_threadsafe(self._service.jobs.drain)
        super().handle_exit(sig, frame)


def check_address(settings: Settings) -> None:
    """See whether the service could listen where it is told to, before anything is opened or loaded for it.

    Raises:
        InputError: somebody else listens there, or it is no address of this machine.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        with socket.socket(family, kind, protocol) as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does
            one.bind(address)
    except OSError as error:
        values = {"host": settings.host, "port": settings.port}
        if error.errno == errno.EADDRINUSE:
            raise InputError(
                "port {port} of {host} is taken by another program, perhaps by a plitka that runs already; end "
                "that one, or choose another port with {option}",
                option=FieldName("port"),
                **values,
            ) from error
        raise InputError("{host}, port {port}, cannot be listened on: {reason}", reason=error, **values) from error


def serve(service: Service, on_start: OnStart | None = None) -> None:
    """Answer requests until the process is told to stop.

    Args:
        service: what answers.
        on_start: told the port, once it can be reached there.
    """
    use_one_heap()
    forward_library_logs()
    limit_lines()
    with log_aside() as stream:
        server = server_of(service, on_start)
        server.on_stop = stream.settle
        server.run()


def server_of(service: Service, on_start: OnStart | None = None) -> _Server:
    """The server of a service, which does not run yet.

    Raises:
        InputError: the process may not open as many files as it needs.
    """
    settings = service.settings
    config = uvicorn.Config(
        create_app(service),
        host=settings.host,
        port=settings.port,
        http=_protocol(service),
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,
        # asyncio accepts so many at a time, each of which is an open file before it can be counted.
        backlog=ACCEPTED_AT_ONCE,
        h11_max_incomplete_event_size=HEAD_BYTES,
        timeout_graceful_shutdown=int(settings.drain_s + _GRACE_S),
    )
    server = _Server(config, service, on_start)
    service.jobs.on_stop = server.ask_to_exit
    return server


def _protocol(service: Service) -> Any:  # noqa: ANN401  (uvicorn asks for a class, and calls it)
    settings = service.settings
    connections = Connections(
        connections_that_fit(settings.max_connections),
        settings.connections_per_address,
        service.tidier.soon,
        settings.trusts,
    )
    service.metrics.connections.set_function(lambda: len(connections))
    return partial(TimedProtocol, settings=settings, open_connections=connections)
