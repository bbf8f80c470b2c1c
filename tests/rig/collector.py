"""A collector of OpenTelemetry: takes metrics by OTLP over HTTP, and shows them as Prometheus would."""

import contextlib
import gzip
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)

from rig.accounts import Series
from rig.ports import LOOPBACK

PREFIX = "aws_masker_"


@dataclass(frozen=True)
class Export:
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def request(self) -> ExportMetricsServiceRequest:
        return ExportMetricsServiceRequest.FromString(self.body)

    @property
    def resource(self) -> dict[str, str]:
        (told,) = self.request.resource_metrics
        return {attribute.key: attribute.value.string_value for attribute in told.resource.attributes}

    def series(self) -> Counter[Series]:
        """By the rules of compatibility, from OTLP to Prometheus."""
        found: Counter[Series] = Counter()
        for metric in self._metrics():
            name = metric.name.removeprefix(PREFIX)
            for point in getattr(metric, metric.WhichOneof("data")).data_points:
                labels = [f"{each.key}={each.value.string_value}" for each in point.attributes]
                if metric.HasField("histogram"):
                    found[_series(f"{name}_sum", labels)] = point.sum
                    found[_series(f"{name}_count", labels)] = point.count
                    below = 0
                    for bound, count in zip((*point.explicit_bounds, float("inf")), point.bucket_counts, strict=True):
                        below += count
                        found[_series(f"{name}_bucket", [*labels, f"le={bound}"])] = below
                else:
                    found[_series(name, labels)] = getattr(point, point.WhichOneof("value"))
        return found

    def units(self) -> dict[str, str]:
        return {metric.name.removeprefix(PREFIX): metric.unit for metric in self._metrics() if metric.unit}

    def monotonic(self) -> set[str]:
        sums = (metric for metric in self._metrics() if metric.HasField("sum"))
        return {metric.name.removeprefix(PREFIX) for metric in sums if metric.sum.is_monotonic}

    def _metrics(self):
        for resource in self.request.resource_metrics:
            for scope in resource.scope_metrics:
                yield from scope.metrics


def _series(name: str, labels: list[str]) -> Series:
    return (name, *sorted(label for label in labels if not label.endswith("=")))


class Collector:
    """Answers with `status`, and keeps what came."""

    def __init__(self, port: int = 0, status: int = 200):
        self.exports: list[Export] = []
        self.status = status
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                if self.headers.get("content-encoding") == "gzip":
                    body = gzip.decompress(body)
                headers = {name.lower(): value for name, value in self.headers.items()}
                collector.exports.append(Export(self.path, headers, body))
                answer = ExportMetricsServiceResponse().SerializeToString()
                # The sidecar may have ended meanwhile.
                with contextlib.suppress(ConnectionError):
                    self.send_response(collector.status)
                    self.send_header("content-length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer((LOOPBACK, port), Handler)
        self.url = f"http://{LOOPBACK}:{self._server.server_port}"

    def __enter__(self) -> "Collector":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
