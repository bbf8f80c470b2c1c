"""`make bench`: what the filter costs, in one table: the core, natively and as WebAssembly, and a gateway without a
filter, with one that copies bodies, and with this one, in turns. A report, never a verdict."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import httpx2

from aws_masker.artefacts import CHECKOUT, NotBuilt
from aws_masker.plan import Plan
from aws_masker.waiting import wait_for
from rig import planted
from rig.envoy import Copying
from rig.gateway import HOST, ON_KONG, Gateway, gateway
from rig.sidecar import TOKEN, Sidecar
from rig.upstream import Scenario, Text, Upstream
from rig.upstream.scenario import SCENARIO_HEADER
from rig.wire import Connection, answerer, resident_kilobytes

# Each body is sent so many times with texts that nobody has seen, and each of those again.
ROUNDS, FRESH, REPEATS = 3, 8, 4
THINKING = 0.5
EVENTS, PAUSE = 200, 0.02
FIRST, NEXT = "first turn", "next turn"

Table = dict[str, dict[str, float]]


def main() -> int:
    options = argparse.ArgumentParser(prog="make bench", description=__doc__)
    figures = CHECKOUT / "target" / "bench.json"
    options.add_argument("--json", type=Path, default=figures, help="the file for the figures")
    options.add_argument("--compare", type=Path, help="the figures of an earlier run")
    options = options.parse_args()
    earlier = json.loads(options.compare.read_text()) if options.compare else None
    with tempfile.TemporaryDirectory(prefix="aws-masker-bench-") as directory, ExitStack() as stack:
        logs = Path(directory)
        core = Core(logs)
        table = core.table()
        upstream = stack.enter_context(answerer(logs))
        sidecar = stack.enter_context(Sidecar("sidecar", logs))
        ways = served(stack, logs, upstream, sidecar.address)
        memory = {way: resident_kilobytes(host.process.pid) / 1024 for way, host in ways.items() if not ON_KONG}
        for name, bodies in core.bodies().items():
            for (turn, way), taken in timed(ways, bodies).items():
                table.setdefault(f"{name}, {turn}", {})[f"{HOST.__name__} {way}"] = taken
        table |= {"memory at rest, MB": {f"{HOST.__name__} {way}": size for way, size in memory.items()}}
    options.json.write_text(json.dumps(table, indent=1))
    report(table, earlier)
    streams()
    return 0


class Core:
    """The core's own benchmark, which knows the bodies."""

    def __init__(self, logs: Path):
        self._logs = logs

    def table(self) -> Table:
        table: Table = {}
        for column, target in (("native", []), ("wasm", ["--target", "wasm32-wasip1"])):
            figures = self._logs / f"{column}.json"
            self._run(target, "--json", str(figures))
            measured = json.loads(figures.read_text())
            for what, rows in measured.items():
                for row, value in rows.items():
                    table.setdefault(row, {})[column if what == "milliseconds" else what] = value
        return table

    def bodies(self) -> dict[str, list[bytes]]:
        directory, count = self._logs / "bodies", ROUNDS * FRESH
        self._run([], "--bodies", str(directory), str(count))
        kinds = sorted({tuple(map(int, path.stem.split("-")[:2])) for path in directory.iterdir()})
        return {
            f"{kilobytes} KB, {values} values": [
                (directory / f"{kilobytes}-{values}-{variant}.json").read_bytes() for variant in range(count)
            ]
            for kilobytes, values in kinds
        }

    @staticmethod
    def _run(target: list[str], *arguments: str) -> None:
        command = ["cargo", "bench", "-p", "masking", "--bench", "exchange", *target, "--", *arguments]
        subprocess.run(command, cwd=CHECKOUT, check=True, env=os.environ | {"CARGO_TERM_QUIET": "true"})


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


def timed(ways: dict[str, HOST], bodies: list[bytes]) -> dict[tuple[str, str], float]:
    """The median of a request and its answer in milliseconds, by the turn and the way."""
    taken: dict[tuple[str, str], list[float]] = {}
    for start in range(0, len(bodies), FRESH):
        for way, host in ways.items():
            connection = Connection(host.url)
            for turn, repeats in ((FIRST, 1), (NEXT, REPEATS)):
                for body in bodies[start : start + FRESH] * repeats:
                    taken.setdefault((turn, way), []).append(milliseconds(lambda: connection.ask(body)))  # noqa: B023
                # The next turn of a conversation comes when the vault has stored the mappings of the first.
                time.sleep(THINKING)
            connection.close()
    return {key: statistics.median(times) for key, times in taken.items()}


def milliseconds(run: Callable[[], None]) -> float:
    start = time.perf_counter()
    run()
    return (time.perf_counter() - start) * 1000


def report(table: Table, earlier: Table | None) -> None:
    known = ("native", "wasm", "instructions a byte")
    columns = list(dict.fromkeys((*known, *(column for row in table.values() for column in row))))
    width = max(map(len, table)) + 2
    print("\nmilliseconds: the core's of the fastest run, the gateway's of the median one")
    if earlier:
        print("in brackets: the share of the earlier run's")
    print(" " * width + "".join(f"{column:>21}" for column in columns))
    for row, cells in table.items():
        print(f"{row:{width}}" + "".join(f"{_cell(row, column, cells, earlier):>21}" for column in columns))


def _cell(row: str, column: str, cells: dict[str, float], earlier: Table | None) -> str:
    if column not in cells:
        return ""
    before = (earlier or {}).get(row, {}).get(column)
    return f"{cells[column]:.2f}" + (f" ({cells[column] / before:.2f})" if before else "")


def streams() -> None:
    """Prints the time from the request to the n-th event of a stream."""
    print(f"\na stream of {EVENTS} events, {PAUSE * 1000:.0f} ms apart: ms until the n-th text arrives")
    marks = (1, 2, 10, 50, 100, EVENTS)
    print(f"{'filter':10}" + "".join(f"{f'n={mark}':>10}" for mark in marks))
    with tempfile.TemporaryDirectory(prefix="aws-masker-bench-") as directory, ExitStack() as stack:
        logs = Path(directory)
        upstream = stack.enter_context(Upstream())
        sidecar = stack.enter_context(Sidecar("sidecar", logs))
        for name, settings in (("without", None), ("with", {})):
            plan = Plan(upstream.url, sidecar.address, filter=settings)
            way = stack.enter_context(gateway(f"stream-{name}", logs, upstream, plan))
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


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (NotBuilt, RuntimeError) as reason:
        sys.exit(f"error: {reason}")
