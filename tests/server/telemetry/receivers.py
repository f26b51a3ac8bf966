"""A collector of traces and a Sentry: HTTP servers that keep what they are sent."""

import gzip
import importlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class Receiver:
    """Where it listens, and the path and body of everything it was sent."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.received: list[tuple[str, bytes]] = []

    def spans(self) -> list[Span]:
        assert {path for path, _ in self.received} <= {"/v1/traces"}
        return [
            span
            for _, body in self.received
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def events(self) -> list[dict[str, Any]]:
        """Sentry's: an envelope is lines of JSON, each item a line of its own after one that tells its type."""
        events = []
        for path, body in self.received:
            assert path == "/api/1/envelope/"
            lines = [json.loads(line) for line in body.splitlines() if line]
            events += [
                item for kind, item in zip(lines[1::2], lines[2::2], strict=True) if kind["type"] == "event"
            ]
        return events


def _brotli(body: bytes) -> bytes:
    plain: bytes = importlib.import_module("brotli").decompress(body)  # Sentry's client takes it where it is there
    return plain


_UNPACKED: Final[dict[str, Callable[[bytes], bytes]]] = {"identity": bytes, "gzip": gzip.decompress, "br": _brotli}


@contextmanager
def receiving() -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            body = _UNPACKED[self.headers.get("content-encoding", "identity")](body)
            receiver.received.append((self.path, body))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Not on the tests' output."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver = Receiver(server.server_port)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
