"""The processes that the suites share, and the two checks that apply to every test: no leak, no fault of the rig."""

import contextlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from aws_masker.plan import Plan
from rig import accounts, planted
from rig.gateway import Gateway, Opening, gateway
from rig.monitor import Monitor
from rig.redis_server import RedisServer
from rig.sidecar import Sidecar
from rig.upstream import Upstream

TAIL = 25


@pytest.fixture(scope="session")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="session")
def upstream() -> Iterator[Upstream]:
    with Upstream() as server:
        yield server
    assert server.faults == [], "the scripted upstream itself failed"


@pytest.fixture(scope="session", autouse=True)
def silent_logs(logs: Path) -> Iterator[None]:
    """Checks at the end, when every process has written its last line, that no log shows a planted value."""
    yield
    shown = {log.name: planted.shown(log.read_bytes()) for log in sorted(logs.glob("*.log"))}
    assert not any(shown.values()), f"values in logs: { {name: found for name, found in shown.items() if found} }"


@pytest.fixture(autouse=True)
def blind_upstream(upstream: Upstream) -> Iterator[None]:
    """Checks after each test that nothing the upstream received shows a planted value."""
    before = len(upstream.journal)
    yield
    for request in upstream.journal[before:]:
        for part in (request.raw_head, request.raw_body, request.body):
            assert not planted.shown(part), f"the upstream saw a value: {planted.shown(part)}"


@pytest.fixture(scope="session")
def redis_server(logs: Path) -> Iterator[RedisServer]:
    with contextlib.ExitStack() as stack:
        server = RedisServer("redis", logs)
        watched = Monitor(server, logs / "redis-monitor.log")
        # The monitor ends after the server.
        stack.callback(watched.__exit__)
        stack.enter_context(server)
        watched.__enter__()
        yield server


@pytest.fixture(scope="session")
def sidecar(logs: Path, redis_server: RedisServer) -> Iterator[Sidecar]:
    with Sidecar("sidecar", logs, redis_server.env) as process:
        yield process
        # What it told of everything, for the search at the end.
        (logs / "metrics.log").write_text(process.metrics())
        accounts.write_events(redis_server.client, logs / "events.log")


@pytest.fixture(scope="session")
def gate(logs: Path, upstream: Upstream, sidecar: Sidecar) -> Iterator[Gateway]:
    """The gateway as it is by default, in front of a real Redis."""
    with gateway("envoy", logs, upstream, Plan(upstream.url, sidecar.address)) as served:
        yield served


@pytest.fixture
def another(request: pytest.FixtureRequest, logs: Path, upstream: Upstream, sidecar: Sidecar) -> Iterator[Opening]:
    """Opens further gateways with other settings, for one test."""
    with ExitStack() as stack:

        def opening(name: str, serving: bool = True, **changed) -> Gateway:
            plan = replace(Plan(upstream.url, sidecar.address), **changed)
            return stack.enter_context(gateway(f"envoy-{name}", logs, upstream, plan, serving))

        yield opening


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item):
    """A failure shows the ends of all logs that its processes wrote."""
    report = yield
    logs = item.funcargs.get("logs") if hasattr(item, "funcargs") else None
    if report.failed and logs is not None:
        for log in sorted(logs.glob("*.log"), key=lambda path: path.stat().st_mtime)[-4:]:
            lines = log.read_text(errors="replace").splitlines()[-TAIL:]
            report.sections.append((f"end of {log.name}", "\n".join(line[:400] for line in lines)))
    return report
