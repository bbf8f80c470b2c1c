"""A primary dies under load, in a cluster of six and under the eyes of three sentinels; the sidecar's clock is stepped.

Replication does not wait, so that Redis itself may lose what it acknowledged in the last moment. What the dead primary
had acknowledged stands in its append-only file: a mapping that is missing in the end and does not stand there was lost
by the filter or the sidecar. The rows follow those of test_faults in .run/faults.md.
"""

import time
from contextlib import ExitStack, suppress
from datetime import datetime
from pathlib import Path

import httpx2
import pytest

from aws_masker.plan import Plan
from aws_masker.waiting import wait_for
from faults.table import Row, Table
from rig.clock import Clock, NoClock
from rig.gateway import gateway
from rig.load import Load
from rig.redis_server import RedisServer
from rig.redis_topologies import Cluster, Replicated, Sentinels
from rig.sidecar import OPERATOR_TOKEN, Sidecar
from rig.upstream import Upstream

PATIENCE = 90.0
FAULTS: dict[str, type[Replicated]] = {
    "primary of a six-node cluster killed (-9)": Cluster,
    "primary under Sentinel killed (-9)": Sentinels,
}
CLOCK = "sidecar's clock stepped 1 h forward, 2 h back, and right again"


@pytest.mark.parametrize("name", FAULTS)
def test_failover(logs: Path, upstream: Upstream, table: Table, name: str) -> None:
    with ExitStack() as stack:
        store = stack.enter_context(FAULTS[name](FAULTS[name].__name__.lower(), logs))
        sidecar = stack.enter_context(Sidecar(f"{store.name}-sidecar", logs, store.env))
        plans = {
            kind: Plan(upstream.url, sidecar.address, {"redis_fallback": kind == "lenient"})
            for kind in ("strict", "lenient")
        }
        gates = {
            kind: stack.enter_context(gateway(f"{store.name}-envoy-{kind}", logs, upstream, plan))
            for kind, plan in plans.items()
        }
        with Load(gates["strict"]) as strict, Load(gates["lenient"]) as lenient:
            loads = {"strict": strict, "lenient": lenient}
            for kind, load in loads.items():
                wait_for(f"the {kind} gateway has served some", lambda load=load: load.tally.served > 50, PATIENCE)
            # Mappings leave the filter behind the requests: fifty are served before the first is stored.
            wait_for("the victim has stored some", store.victim.placeholders, PATIENCE)
            store.victim.process.kill()
            killed, served = time.monotonic(), lenient.tally.served
            wait_for("a refusal, or another primary", lambda: strict.tally.refused or store.moved(), PATIENCE)
            noticed = time.monotonic() - killed
            wait_for("the lenient gateway serves on", lambda: lenient.tally.served > served + 20, PATIENCE)
            wait_for("another primary", store.moved, PATIENCE)
            served = strict.tally.served
            wait_for("the strict gateway serves again", lambda: strict.tally.served > served + 20, PATIENCE)
            recovered = time.monotonic() - killed
        owed = {kind: load.minted() for kind, load in loads.items()}
        everything = set().union(*owed.values())
        with suppress(AssertionError):
            wait_for("everything owed is in Redis", lambda: everything <= store.placeholders(), 15.0)
        arrived = time.monotonic() - killed
        gone, acknowledged = everything - store.placeholders(), store.acknowledged_by_victim()
        assert acknowledged, "the dead primary's file is empty"
        lost_by_redis = gone & acknowledged
    missing = {kind: len((minted & gone) - lost_by_redis) for kind, minted in owed.items()}
    fault = f"{name}; of what it had acknowledged Redis itself lost {len(lost_by_redis)}; times since the kill"
    for kind, load in loads.items():
        table.add(Row(fault, kind, load, missing[kind], noticed, recovered, arrived))
    for load in loads.values():
        assert (load.tally.wrong, dict(load.tally.broken), load.values_seen()) == (0, {}, 0)
    assert not lenient.tally.refused
    assert missing == {"strict": 0, "lenient": 0}


def test_clock_step(logs: Path, upstream: Upstream, table: Table, redis_server: RedisServer) -> None:
    """The sidecar's wall clock goes an hour forward, two back, and is right again: nobody refuses, nothing is lost.

    Only the sidecar's: Redis and Envoy do not start with libfaketime.
    """
    clock = stepped_clock(logs)
    with (
        Sidecar("clock-sidecar", logs, redis_server.env | clock.env) as sidecar,
        gateway("clock-envoy", logs, upstream, Plan(upstream.url, sidecar.address)) as gate,
    ):
        with Load(gate) as load:
            wait_for("the gateway has served some", lambda: load.tally.served > 50, PATIENCE)
            for hours in (1, -1, 0):
                clock.step(f"{hours:+}h")
                wait_for(f"the clock is {hours} h ahead", lambda hours=hours: hours_ahead(sidecar) == hours, PATIENCE)
                before = load.minted()
                wait_for(
                    "new mappings arrive", lambda before=before: arrived_since(before, load, redis_server), PATIENCE
                )
        ended, owed = time.monotonic(), load.minted()
        with suppress(AssertionError):
            wait_for("everything owed is in Redis", lambda: owed <= redis_server.placeholders(), 15.0)
        arrived, missing = time.monotonic() - ended, len(owed - redis_server.placeholders())
    table.add(Row(CLOCK, "strict", load, missing, 0, 0, arrived))
    assert (load.tally.wrong, dict(load.tally.broken), load.values_seen()) == (0, {}, 0)
    assert not load.tally.refused
    assert missing == 0


def stepped_clock(logs: Path) -> Clock:
    try:
        return Clock(logs)
    except NoClock as why:
        return pytest.skip(str(why))


def hours_ahead(sidecar: Sidecar) -> int:
    """Of the true time: a call of the operator leaves a line in the log, which begins with the time."""
    httpx2.get(f"{sidecar.url}/v1/stats", headers={"authorization": f"Bearer {OPERATOR_TOKEN}"}, timeout=10)
    stamp = datetime.fromisoformat(sidecar.process.tail(1).split()[0])
    return round((stamp.timestamp() - time.time()) / 3600)


def arrived_since(before: set[str], load: Load, store: RedisServer) -> bool:
    return bool((load.minted() - before) & store.placeholders())
