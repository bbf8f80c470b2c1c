"""`make bench`: the cost of the filter, measured with and without it in one run. A report, never a verdict."""

import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from aws_masker.artefacts import NotBuilt
from aws_masker.plan import Plan
from rig import planted
from rig.gateway import Gateway, gateway
from rig.sidecar import Sidecar
from rig.upstream import Scenario, Text, Upstream
from rig.upstream.scenario import SCENARIO_HEADER

EVENTS, PAUSE = 200, 0.02
BODIES = ((1, 2), (76, 20), (76, 200), (1024, 500), (5120, 2000))
ROUNDS = 20


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="aws-masker-bench-") as directory, ExitStack() as stack:
        logs = Path(directory)
        upstream = stack.enter_context(Upstream())
        sidecar = stack.enter_context(Sidecar("sidecar", logs))
        ways = {
            "without": Plan(upstream.url, sidecar.address, filter=None),
            "with": Plan(upstream.url, sidecar.address),
        }
        served = {
            name: stack.enter_context(gateway(f"envoy-{name}", logs, upstream, plan)) for name, plan in ways.items()
        }
        report_stream(served)
        report_bodies(served)
    return 0


def report_stream(served: dict[str, Gateway]) -> None:
    """Prints the time from the request to the n-th event of a stream."""
    print(f"\na stream of {EVENTS} events, {PAUSE * 1000:.0f} ms apart: ms until the n-th text arrives")
    marks = (1, 2, 10, 50, 100, EVENTS)
    print(f"{'filter':10}" + "".join(f"{f'n={mark}':>10}" for mark in marks))
    for name, way in served.items():
        arrivals = stream_arrivals(way)
        print(f"{name:10}" + "".join(f"{arrivals[min(mark, len(arrivals)) - 1] * 1000:10.1f}" for mark in marks))


def stream_arrivals(way: Gateway) -> list[float]:
    text = "".join(f"{n:03d} words of an answer " for n in range(EVENTS))
    scenario = Scenario(says=(Text(text),), delta=len(text) // EVENTS, pause=PAUSE)
    headers = {SCENARIO_HEADER: way.upstream.script(scenario), "content-type": "application/json"}
    body = {"model": "m", "stream": True, "messages": [{"role": "user", "content": planted.ec2(1)}]}
    arrivals: list[float] = []
    start = time.perf_counter()
    with way.http.stream("POST", "/v1/messages", json=body, headers=headers) as response:
        for piece in response.iter_raw():
            arrivals += [time.perf_counter() - start] * piece.count(b"text_delta")
    return arrivals


def report_bodies(served: dict[str, Gateway]) -> None:
    print(f"\na request and its answer, one connection, {ROUNDS} rounds: median ms (least, most)")
    print(f"{'body':>10}{'ids':>7}" + "".join(f"{name:>28}" for name in served))
    for kilobytes, ids in BODIES:
        columns = [timed(way, kilobytes, ids) for way in served.values()]
        print(f"{f'{kilobytes} KB':>10}{ids:7}" + "".join(f"{column:>28}" for column in columns))


def timed(way: Gateway, kilobytes: int, ids: int) -> str:
    body = document(kilobytes, ids)
    taken = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        way.send(body)
        taken.append((time.perf_counter() - start) * 1000)
    return f"{statistics.median(taken):.1f} ({min(taken):.1f}, {max(taken):.1f})"


def document(kilobytes: int, ids: int) -> dict:
    """Prose with distinct identifiers spread evenly over it."""
    filler = "the service answered late and was restarted by the operator; " * (kilobytes * 1024 // ids // 62 + 1)
    room = max(1, kilobytes * 1024 // ids - 22)
    lines = [f"{planted.ec2(n)}: {filler[:room]}" for n in range(ids)]
    return {"model": "m", "messages": [{"role": "user", "content": "\n".join(lines)}]}


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (NotBuilt, RuntimeError) as reason:
        sys.exit(f"error: {reason}")
