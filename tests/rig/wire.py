"""The ends of a benchmark: a client and an upstream that cost next to nothing, so that what is between them shows."""

import json
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from aws_masker.artefacts import envoy
from aws_masker.ports import LOOPBACK, free_port, is_open
from aws_masker.process import Process

ANSWER = json.dumps(
    {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [{"type": "text", "text": "Understood."}],
        "stop_reason": "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    }
)


class Connection:
    """One connection, on which a request follows the answer to the one before it."""

    def __init__(self, url: str):
        address = urlsplit(url)
        self._head = f"POST /v1/messages HTTP/1.1\r\nhost: {address.netloc}\r\ncontent-type: application/json\r\n"
        self._head += "x-api-key: test\r\nanthropic-version: 2023-06-01\r\n"
        self._socket = socket.create_connection((address.hostname, address.port), timeout=120)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, body: bytes) -> None:
        self._socket.sendall(f"{self._head}content-length: {len(body)}\r\n\r\n".encode() + body)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._more()
        head, _, rest = answer.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 200"):
            raise RuntimeError(f"refused: {head.decode()} {rest.decode()}")
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        while (len(rest) < int(length[1])) if length else not rest.endswith(b"0\r\n\r\n"):
            rest += self._more()

    def _more(self) -> bytes:
        piece = self._socket.recv(1 << 16)
        if not piece:
            raise RuntimeError("the connection was closed within an answer")
        return piece

    def close(self) -> None:
        self._socket.close()


@contextmanager
def answerer(logs: Path) -> Iterator[str]:
    """An upstream: Envoy itself gives the answer, after it has read the request."""
    port = free_port()
    kind = "type.googleapis.com/envoy.extensions.filters"
    route = {
        "match": {"prefix": "/"},
        "direct_response": {"status": 200, "body": {"inline_string": ANSWER}},
        "response_headers_to_add": [{"header": {"key": "content-type", "value": "application/json"}}],
    }
    manager = {
        "@type": f"{kind}.network.http_connection_manager.v3.HttpConnectionManager",
        "stat_prefix": "upstream",
        "route_config": {"virtual_hosts": [{"name": "api", "domains": ["*"], "routes": [route]}]},
        "http_filters": [
            {
                "name": "envoy.filters.http.buffer",
                "typed_config": {"@type": f"{kind}.http.buffer.v3.Buffer", "max_request_bytes": 1 << 26},
            },
            {
                "name": "envoy.filters.http.router",
                "typed_config": {"@type": f"{kind}.http.router.v3.Router"},
            },
        ],
    }
    listener = {
        "name": "upstream",
        "address": {"socket_address": {"address": LOOPBACK, "port_value": port}},
        "filter_chains": [
            {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}
        ],
    }
    config = logs / "upstream.json"
    config.write_text(json.dumps({"static_resources": {"listeners": [listener]}}))
    command = [str(envoy()), "--config-path", str(config), "--concurrency", "1", "--disable-hot-restart"]
    process = Process("upstream", [*command, "--log-level", "error"], logs)
    process.start().wait_ready("the upstream listens", lambda: is_open(port))
    try:
        yield f"http://{LOOPBACK}:{port}"
    finally:
        process.kill()


def resident_kilobytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))
