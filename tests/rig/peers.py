"""`make bench-peers`: other tools that mask what is sent to a model, on the same body and against the same upstream.

A report, never a verdict: the tools have other aims. Each is started as its README tells, without a language model
beside it, and with everything on that it has for AWS.
"""

import json
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx2

from aws_masker.artefacts import CHECKOUT, NotBuilt, envoy
from aws_masker.plan import Plan
from aws_masker.ports import LOOPBACK, free_port, is_open
from aws_masker.process import Process
from aws_masker.waiting import wait_for
from rig import planted
from rig.envoy import Envoy
from rig.sidecar import TOKEN, Sidecar
from rig.upstream import Recorded, Reply, Scenario, Text, Upstream, anthropic

PEERS = CHECKOUT / ".run" / "peers" / "bin"
KILOBYTES, VALUES = 76, 200
CONNECTIONS, SECONDS, ROUNDS = 2, 8.0, 30
KINDS = (planted.ec2, planted.vpc, planted.subnet, planted.group, planted.ip, planted.bucket, planted.rds, planted.arn)
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


@dataclass(frozen=True)
class Measured:
    """One tool: requests a second on two connections, the median of one alone, memory, and what went wrong."""

    name: str
    throughput: float
    milliseconds: float
    megabytes: float
    leaked: int
    unrestored: int


def values() -> list[str]:
    # ARNs hold the account and an instance, which count as values of their own elsewhere.
    return [KINDS[n % len(KINDS)](n) for n in range(VALUES)]


def text() -> str:
    """Values between words that say what they are, at even distances."""
    filler = "the service answered late and was restarted by the operator; " * 16
    room = KILOBYTES * 1024 // VALUES - 56
    return "\n".join(f"{_named(value)}: {filler[:room]}" for value in values())


def _named(value: str) -> str:
    return f"s3://{value}/logs" if value.startswith("planted-logs") else value


def body() -> bytes:
    return json.dumps({"model": "m", "max_tokens": 64, "messages": [{"role": "user", "content": text()}]}).encode()


def main() -> int:
    if not (PEERS / "python").exists():
        raise NotBuilt("the other tools are not installed: run `make bench-peers`")
    with tempfile.TemporaryDirectory(prefix="aws-masker-peers-") as directory, ExitStack() as stack:
        logs = Path(directory)
        echo = stack.enter_context(Upstream())
        echo.set_default(Scenario(reply=_echoed, framing="length"))
        answering = stack.enter_context(answerer(logs))
        tools = {"aws-masker": ours, "anonproxy": anonproxy, "maskflow-gateway": maskflow}
        rows = [_measured(name, opened, logs, echo, answering) for name, opened in tools.items()]
        rows.append(cloudmask())
    _print(rows)
    return 0


def _echoed(request: Recorded) -> Reply:
    """The model repeats what it was told."""
    told = json.loads(request.body)["messages"][-1]["content"]
    said = told if isinstance(told, str) else "".join(block.get("text", "") for block in told)
    return anthropic.message([Text(said)])


Opened = Callable[[Path, str], Iterator[tuple[str, list[Process]]]]


def _measured(name: str, opened: Opened, logs: Path, echo: Upstream, answering: str) -> Measured:
    with opened(logs, echo.url) as (url, _):
        before = len(echo.journal)
        headers = {"content-type": "application/json", "x-api-key": "test", "anthropic-version": "2023-06-01"}
        response = httpx2.post(f"{url}/v1/messages", content=body(), headers=headers, timeout=120)
        said = response.json()["content"][0]["text"] if response.status_code == 200 else response.text
        seen = b"".join(request.body for request in echo.journal[before:])
    with opened(logs, answering) as (url, processes):
        alone = _latency(url)
        throughput = _throughput(url)
        megabytes = sum(_resident(process.pid) for process in processes) / 1024
    leaked = sum(value.encode() in seen for value in values())
    unrestored = sum(value not in said for value in values())
    return Measured(name, throughput, alone, megabytes, leaked, unrestored)


@contextmanager
def answerer(logs: Path) -> Iterator[str]:
    """An upstream that costs nothing: Envoy itself gives the answer, after it has read the request."""
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


@contextmanager
def ours(logs: Path, upstream: str) -> Iterator[tuple[str, list[Process]]]:
    with Sidecar("sidecar", logs) as sidecar:
        plan = Plan(upstream, sidecar.address, env={"AWS_MASKER_TOKEN": TOKEN}, workers=1)
        with Envoy("aws-masker", plan, logs) as host:
            wait_for("the filter has its key", lambda: _serves(host.url), 60)
            yield host.url, [host.process, sidecar.process]


@contextmanager
def anonproxy(logs: Path, upstream: str) -> Iterator[tuple[str, list[Process]]]:
    port = free_port()
    env = {
        "ANTHROPIC_UPSTREAM": upstream,
        "ANONPROXY_DETECTORS": "regex",
        "LLM_ENABLED": "false",
        "ANONPROXY_EPHEMERAL": "true",
        "ANONPROXY_AUDIT": "false",
        "HOME": str(logs),
    }
    command = [str(PEERS / "anonproxy"), "serve", "--host", LOOPBACK, "--port", str(port)]
    yield from _started("anonproxy", command, logs, env, port)


@contextmanager
def maskflow(logs: Path, upstream: str) -> Iterator[tuple[str, list[Process]]]:
    port = free_port()
    env = {"MASKFLOW_GATEWAY_ANTHROPIC_BASE_URL": f"{upstream}/v1"}
    command = [str(PEERS / "maskflow-gateway"), "--host", LOOPBACK, "--port", str(port)]
    yield from _started("maskflow", command, logs, env, port)


def _started(
    name: str, command: list[str], logs: Path, env: dict[str, str], port: int
) -> Iterator[tuple[str, list[Process]]]:
    process = Process(name, command, logs, env)
    process.start().wait_ready(f"{name} listens", lambda: is_open(port))
    try:
        yield f"http://{LOOPBACK}:{port}", [process]
    finally:
        process.kill()


def cloudmask() -> Measured:
    command = [str(PEERS / "python"), str(CHECKOUT / "tests" / "peers" / "cloudmask_text.py"), str(ROUNDS)]
    done = subprocess.run(command, input=text(), capture_output=True, text=True, timeout=600, check=True)
    told = json.loads(done.stdout)
    leaked = sum(value in told["masked"] for value in values())
    unrestored = sum(value not in told["restored"] for value in values())
    seconds = statistics.median(told["seconds"])
    return Measured("cloudmask-aws", 1 / seconds, seconds * 1000, told["kilobytes"] / 1024, leaked, unrestored)


def _serves(url: str) -> bool:
    return httpx2.post(f"{url}/v1/messages", json={"messages": [{"role": "user", "content": "?"}]}).status_code == 200


class _Connection:
    """A client that costs next to nothing: one connection, the same bytes again and again."""

    def __init__(self, url: str):
        address = urlsplit(url)
        head = f"POST /v1/messages HTTP/1.1\r\nhost: {address.netloc}\r\ncontent-type: application/json\r\n"
        head += "x-api-key: test\r\nanthropic-version: 2023-06-01\r\n"
        self._request = f"{head}content-length: {len(body())}\r\n\r\n".encode() + body()
        self._socket = socket.create_connection((address.hostname, address.port), timeout=120)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self) -> None:
        self._socket.sendall(self._request)
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


def _latency(url: str) -> float:
    connection = _Connection(url)
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        connection.ask()
        taken.append((time.perf_counter() - start) * 1000)
    connection.close()
    return statistics.median(taken)


def _throughput(url: str) -> float:
    done = [0] * CONNECTIONS
    end = time.perf_counter() + SECONDS

    def asks(which: int) -> None:
        connection = _Connection(url)
        while time.perf_counter() < end:
            connection.ask()
            done[which] += 1
        connection.close()

    threads = [threading.Thread(target=asks, args=(which,)) for which in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / SECONDS


def _resident(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))


def _print(rows: list[Measured]) -> None:
    print(f"\na body of {KILOBYTES} KB with {VALUES} values, {CONNECTIONS} connections, one worker each")
    print(f"{'':18}{'a second':>10}{'median ms':>11}{'memory MB':>11}{'leaked':>8}{'not restored':>14}")
    for row in rows:
        numbers = (
            f"{row.throughput:10.0f}{row.milliseconds:11.1f}{row.megabytes:11.0f}{row.leaked:8}{row.unrestored:14}"
        )
        print(f"{row.name:18}{numbers}")
    print("cloudmask-aws is a library: its texts are masked and restored in one process, without HTTP")


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (NotBuilt, RuntimeError) as reason:
        sys.exit(f"error: {reason}")
