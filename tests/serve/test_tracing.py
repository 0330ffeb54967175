"""Traces, received by a real listener."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from tests.serve.conftest import RECIPE, running

TRACE = "0af7651916cd43dd8448eb211c80319c"


def test_a_job_is_traced_within_its_clients_trace(tmp_path: Path) -> None:
    """Request, job and stages are spans of the trace that the client names."""
    bodies: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            """Keep what is sent."""
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Quietly."""

    with HTTPServer(("127.0.0.1", 0), Collector) as collector:
        threading.Thread(target=collector.serve_forever, daemon=True).start()
        with running(tmp_path, otlp_endpoint=f"http://127.0.0.1:{collector.server_port}") as server:
            head = {"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"}
            client = server.client()
            job = client.post("/v1/jobs", json={"recipe": RECIPE}, headers=head).json()
            server.ended(client, job)
        collector.shutdown()
    spans = [
        span
        for body in bodies
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
        if span.trace_id.hex() == TRACE
    ]
    assert {"POST", "job", "denoise"} <= {span.name for span in spans}
    told = {span.name: {one.key: one.value.string_value for one in span.attributes} for span in spans}
    own = client.headers["Authorization"].split("_")[1]
    assert told["POST"] == {"plitka.key_id": own, "plitka.contract": "own"}
    assert told["job"] == {"plitka.key_id": own, "plitka.job_id": job["id"]}
