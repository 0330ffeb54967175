"""Spans of requests and jobs, sent where the settings say; without an endpoint no package is loaded for them."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from plitka.errors import InputError


class Span:
    """The span of one job; does nothing where no traces are sent."""

    def __init__(self, tracer: Any = None, span: Any = None) -> None:  # noqa: ANN401  (OpenTelemetry may be missing)
        self._tracer = tracer
        self._span = span

    def end(self, stage_seconds: Mapping[str, float] | None = None) -> None:
        """The job ended; its stages are shown one after the other, as spans within its own."""
        if self._span is None:
            return
        from opentelemetry.trace import set_span_in_context  # noqa: PLC0415

        seconds = stage_seconds or {}
        context = set_span_in_context(self._span)
        at_ns = time.time_ns() - int(1e9 * sum(seconds.values()))
        for stage, duration_s in seconds.items():
            span = self._tracer.start_span(stage, context=context, start_time=at_ns)
            at_ns += int(1e9 * duration_s)
            span.end(end_time=at_ns)
        self._span.end()


class Tracer:
    """Sends spans to a collector."""

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

    def tell(self, **values: str) -> None:
        """Say something of the request that is under way."""
        if self._tracer is None:
            return
        from opentelemetry.trace import get_current_span  # noqa: PLC0415  (need not be installed)

        get_current_span().set_attributes({f"plitka.{name}": value for name, value in values.items()})

    def job(self, job_id: str, traceparent: str | None, key_id: str = "") -> Span:
        """The span of a job that begins, within the trace that its client named."""
        if self._tracer is None:
            return Span()
        context = self._context(traceparent)
        told = {"plitka.job_id": job_id, "plitka.key_id": key_id}
        return Span(self._tracer, self._tracer.start_span("job", context=context, attributes=told))

    def _context(self, traceparent: str | None) -> Any:  # noqa: ANN401  (as above)
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

        carrier = {"traceparent": traceparent} if traceparent else {}
        return TraceContextTextMapPropagator().extract(carrier)

    def close(self) -> None:
        """Send what is left."""
        if self._provider is not None:
            self._provider.shutdown()
