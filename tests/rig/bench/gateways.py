"""A gateway without a filter, with one that copies bodies, and with this one, in turns."""

import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import httpx2

from aws_masker.plan import Plan
from aws_masker.waiting import wait_for
from rig.bench.figures import MILLISECONDS, Figures
from rig.envoy import Copying
from rig.gateway import HOST, ON_KONG
from rig.sidecar import TOKEN, Sidecar
from rig.wire import Connection, answerer, resident_kilobytes

# Each body is sent so often again.
REPEATS = 4
# The next turn of a conversation comes when the vault has stored the mappings of the first.
THINKING = 0.5
FIRST, NEXT = "first turn", "next turn"


def figures(bodies: Path, fresh: int, logs: Path) -> Figures:
    """`fresh` bodies at a time go through each of the gateways."""
    figures: Figures = {MILLISECONDS: {}}
    with ExitStack() as stack:
        upstream = stack.enter_context(answerer(logs))
        sidecar = stack.enter_context(Sidecar("sidecar", logs))
        ways = served(stack, logs, upstream, sidecar.address)
        if not ON_KONG:
            memory = {way: resident_kilobytes(host.process.pid) / 1024 for way, host in ways.items()}
            figures["resident memory, MB"] = {"at rest": {column(way): size for way, size in memory.items()}}
        for body in sorted(bodies.iterdir()):
            variants = [variant.read_bytes() for variant in sorted(body.iterdir())]
            for (turn, way), taken in timed(ways, variants, fresh).items():
                figures[MILLISECONDS].setdefault(f"{body.name}, {turn}", {})[column(way)] = taken
    return figures


def column(way: str) -> str:
    return f"{HOST.__name__} {way}"


def served(stack: ExitStack, logs: Path, upstream: str, sidecar: str) -> dict[str, HOST]:
    env = {"AWS_MASKER_TOKEN": TOKEN}
    ways = {"alone": HOST("alone", Plan(upstream, sidecar, filter=None), logs)}
    if not ON_KONG:
        ways["copy"] = Copying("copy", Plan(upstream, sidecar), logs)
    ways["masker"] = HOST("masker", Plan(upstream, sidecar, env=env), logs)
    for host in ways.values():
        stack.enter_context(host)
        wait_for("the gateway serves", lambda host=host: serves(host.url), 60)
    return ways


def serves(url: str) -> bool:
    return httpx2.post(f"{url}/v1/messages", json={"messages": [{"role": "user", "content": "?"}]}).status_code == 200


def timed(ways: dict[str, HOST], bodies: list[bytes], fresh: int) -> dict[tuple[str, str], float]:
    """The median of a request and its answer in milliseconds, by the turn and the way."""
    taken: dict[tuple[str, str], list[float]] = {}
    for start in range(0, len(bodies), fresh):
        for way, host in ways.items():
            connection = Connection(host.url)
            for turn, repeats in ((FIRST, 1), (NEXT, REPEATS)):
                for body in bodies[start : start + fresh] * repeats:
                    taken.setdefault((turn, way), []).append(milliseconds(lambda: connection.ask(body)))  # noqa: B023
                time.sleep(THINKING)
            connection.close()
    return {key: statistics.median(times) for key, times in taken.items()}


def milliseconds(run: Callable[[], None]) -> float:
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1000
