"""When the texts of a stream arrive, counted from the request."""

import time
from contextlib import ExitStack
from pathlib import Path

from aws_masker.plan import Plan
from rig import planted
from rig.bench.figures import Figures
from rig.bench.gateways import column
from rig.gateway import Gateway, gateway
from rig.sidecar import Sidecar
from rig.upstream import Scenario, Text, Upstream
from rig.upstream.scenario import SCENARIO_HEADER

EVENTS, PAUSE = 200, 0.02
MARKS = (1, 2, 10, 50, 100, EVENTS)


def figures(logs: Path) -> Figures:
    rows: dict[str, dict[str, float]] = {f"text {mark}": {} for mark in MARKS}
    with ExitStack() as stack:
        upstream = stack.enter_context(Upstream())
        sidecar = stack.enter_context(Sidecar("stream-sidecar", logs))
        for way, settings in (("alone", None), ("masker", {})):
            plan = Plan(upstream.url, sidecar.address, filter=settings)
            served = stack.enter_context(gateway(f"stream-{way}", logs, upstream, plan))
            arrived = arrivals(served)
            for mark in MARKS:
                rows[f"text {mark}"][column(way)] = arrived[min(mark, len(arrived)) - 1] * 1000
    return {f"milliseconds until a text of a stream arrives, {PAUSE * 1000:.0f} ms apart": rows}


def arrivals(way: Gateway) -> list[float]:
    text = "".join(f"{n:03d} words of an answer " for n in range(EVENTS))
    scenario = Scenario(says=(Text(text),), delta=len(text) // EVENTS, pause=PAUSE)
    headers = {SCENARIO_HEADER: way.upstream.script(scenario), "content-type": "application/json"}
    body = {"model": "m", "stream": True, "messages": [{"role": "user", "content": planted.ec2(1)}]}
    arrived: list[float] = []
    start = time.perf_counter()
    with way.http.stream("POST", "/v1/messages", json=body, headers=headers) as response:
        for piece in response.iter_raw():
            arrived += [time.perf_counter() - start] * piece.count(b"text_delta")
    return arrived
