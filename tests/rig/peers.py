"""`make bench-peers`: other tools that mask what is sent to a model, on the same body and against the same upstream.

A report, never a verdict: the tools have other aims. Each is started as its README tells, without a language model
beside it, and with everything on that it has for AWS.
"""

import json
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

import httpx2

from aws_masker.artefacts import CHECKOUT, NotBuilt
from aws_masker.plan import Plan
from aws_masker.ports import LOOPBACK, free_port, is_open
from aws_masker.process import Process
from aws_masker.waiting import wait_for
from rig import planted
from rig.envoy import Envoy
from rig.sidecar import TOKEN, Sidecar
from rig.upstream import Recorded, Reply, Scenario, Text, Upstream, anthropic
from rig.wire import Connection, answerer, resident_kilobytes

PEERS = CHECKOUT / ".run" / "peers" / "bin"
KILOBYTES, VALUES = 76, 200
CONNECTIONS, SECONDS, ROUNDS = 2, 8.0, 30
KINDS = (planted.ec2, planted.vpc, planted.subnet, planted.group, planted.ip, planted.bucket, planted.rds, planted.arn)


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
        megabytes = sum(resident_kilobytes(process.pid) for process in processes) / 1024
    leaked = sum(value.encode() in seen for value in values())
    unrestored = sum(value not in said for value in values())
    return Measured(name, throughput, alone, megabytes, leaked, unrestored)


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


def _latency(url: str) -> float:
    connection, sent = Connection(url), body()
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        connection.ask(sent)
        taken.append((time.perf_counter() - start) * 1000)
    connection.close()
    return statistics.median(taken)


def _throughput(url: str) -> float:
    done = [0] * CONNECTIONS
    end = time.perf_counter() + SECONDS

    def asks(which: int) -> None:
        connection, sent = Connection(url), body()
        while time.perf_counter() < end:
            connection.ask(sent)
            done[which] += 1
        connection.close()

    threads = [threading.Thread(target=asks, args=(which,)) for which in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / SECONDS


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
