"""Spans of requests and jobs, sent where the settings say; without an endpoint nothing is loaded and nothing done."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from plitka.errors import InputError


class Span:
    """A span that may be of no provider."""

    def __init__(self, tracer: Any = None) -> None:  # noqa: ANN401  (OpenTelemetry may not be installed)
        self._tracer = tracer

    def stages(self, seconds: Mapping[str, float]) -> None:
        """The stages of a job that has just ended, one after the other, as spans within its own."""
        if self._tracer is None:
            return
        at_ns = time.time_ns() - int(1e9 * sum(seconds.values()))
        for stage, duration_s in seconds.items():
            span = self._tracer.start_span(stage, start_time=at_ns)
            at_ns += int(1e9 * duration_s)
            span.end(end_time=at_ns)


class Tracer:
    """Where spans go."""

    def __init__(self, endpoint: str = "", version: str = "") -> None:
        """Prepare.

        Args:
            endpoint: of an OTLP collector over HTTP; empty: none.
            version: plitka's.

        Raises:
            InputError: OpenTelemetry is not installed.
        """
        self._tracer: Any = None
        self._provider: Any = None
        if not endpoint:
            return
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
            from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
            from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
            from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
        except ImportError as error:
            raise InputError("traces need further packages; run: pip install 'plitka[tracing]'") from error
        self._provider = TracerProvider(
            resource=Resource.create({"service.name": "plitka", "service.version": version})
        )
        exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("plitka")

    @contextmanager
    def request(self, name: str, traceparent: str | None) -> Iterator[None]:
        """A request, within the trace that its client names."""
        if self._tracer is None:
            yield
            return
        with self._tracer.start_as_current_span(name, context=self._context(traceparent)):
            yield

    @contextmanager
    def job(self, job_id: str, traceparent: str | None) -> Iterator[Span]:
        """A job while it is made."""
        if self._tracer is None:
            yield Span()
            return
        with self._tracer.start_as_current_span(
            "job", context=self._context(traceparent), attributes={"plitka.job_id": job_id}
        ):
            yield Span(self._tracer)

    def _context(self, traceparent: str | None) -> Any:  # noqa: ANN401  (as above)
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

        carrier = {"traceparent": traceparent} if traceparent else {}
        return TraceContextTextMapPropagator().extract(carrier)

    def close(self) -> None:
        """Send what is left."""
        if self._provider is not None:
            self._provider.shutdown()
